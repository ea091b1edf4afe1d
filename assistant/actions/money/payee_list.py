"""The customer's own list of payees: heard, added to, renamed, shortened."""

from __future__ import annotations

from string import capwords

from assistant.actions import wording
from assistant.actions.base import BankingAction
from assistant.actions.guarded import may_list
from assistant.actions.listing import Entry, Listing
from assistant.actions.money.heard import parts_of
from assistant.actions.money.said import Said
from assistant.actions.money.task import ANSWERS, Kind, Step, Task, open_task, picked
from assistant.actions.names import resolve
from assistant.actions.turn import Turn
from assistant.bank.iban import check_iban, heard_iban, iban_length
from assistant.bank.payees import KnownPayee, folded
from assistant.bank.payment import Match, Payee
from assistant.errors import BankError, IbanError, IbanLengthError, NoBankError, OrderError
from assistant.nlu.values import ibans

_CALLED = frozenset({"the", "my", "our"})
"""Before a word for somebody, which is no name: it stays small."""


class ListPayees(BankingAction):
    NAME = "action_list_payees"

    def answer(self, turn: Turn) -> None:
        if not may_list(turn):
            return
        saved = turn.services.payees.saved()
        if not saved:
            turn.say("utter_payees_none")
            return
        listing = Listing.of(Entry(each.name, _line(turn, each)) for each in saved)
        turn.read_out(listing, "utter_payees", number=turn.phrases.count("counts.payees", len(saved)))


class AddPayee(BankingAction):
    NAME = "action_add_payee"

    def answer(self, turn: Turn) -> None:
        found = ibans.find(turn.text)
        task = Task(Add.NAME, name=_named(turn), iban=heard_iban(found[0]) if found else "")
        open_task(turn, Add().asked(turn, task))


class RenamePayee(BankingAction):
    NAME = "action_rename_payee"

    def answer(self, turn: Turn) -> None:
        new = [each for each in turn.entities if each["entity"] == "payee" and each.get("role") == "new"]
        name = _name(turn.text[new[-1]["start"] : new[-1]["end"]]) if new else ""
        open_task(turn, Rename().asked(turn, Task(Rename.NAME, name=_named(turn), new_name=name)))


class RemovePayee(BankingAction):
    NAME = "action_remove_payee"

    def answer(self, turn: Turn) -> None:
        open_task(turn, Remove().asked(turn, Task(Remove.NAME, name=_named(turn))))


class Add(Kind):
    NAME = "add payee"

    def taken(self, turn: Turn, task: Task) -> Task | None:
        number = _number(turn.text, task)
        if number:
            return self.asked(turn, _with(task, _sensible(turn, task, number)))
        if task.step is Step.IBAN and turn.intent == "deny":
            return _with(task, "").at(Step.IBAN)
        if task.step is Step.CONFIRM and turn.intent == "deny":
            return _with(task, "").at(Step.IBAN)
        if task.step is not Step.IBAN and turn.intent in ANSWERS and turn.intent != "deny":
            name = _named(turn) or (_name(turn.text) if task.step is Step.NAME else "")
            return self.asked(turn, _with(task, task.iban, name=name)) if name else None
        return None

    def asked(self, turn: Turn, task: Task) -> Task:
        """With the next question open."""
        if not task.name:
            return task.at(Step.NAME)
        saved = turn.services.payees.saved()
        twin = [each for each in saved if folded(each.name) == folded(task.name)]
        if twin:
            turn.say("utter_payee_exists", name=twin[0].name)
            return task.at(Step.NAME, name="")
        try:
            iban = check_iban(task.iban)
        except IbanLengthError as error:
            if task.iban and len(task.iban) > (iban_length(task.iban[:2]) or 0):
                turn.fail(error)
                return task.at(Step.IBAN, iban="")
            return task.at(Step.IBAN)
        except IbanError as error:
            if len(task.iban) >= 2:
                turn.fail(error)
            return task.at(Step.IBAN, iban=task.iban if len(task.iban) < 2 else "")
        twin = [each for each in saved if each.iban == iban]
        if twin:
            return task.end("utter_payee_exists_number", name=twin[0].name)
        return _checked(turn, task, iban)

    def question(self, turn: Turn, task: Task) -> Said:
        if task.step is Step.NAME:
            return Said("utter_payee_ask_name")
        if task.step is Step.IBAN and not task.iban:
            return Said("utter_payee_ask_iban", {"name": task.name})
        if task.step is Step.IBAN:
            left = (iban_length(task.iban[:2]) or len(task.iban)) - len(task.iban)
            so_far = {"iban": wording.iban(task.iban), "left": turn.phrases.count("counts.characters", left)}
            return Said("utter_payee_ask_iban_rest", so_far)
        response = {
            Match.CLOSE.value: "utter_payee_read_back_close",
            Match.NONE.value: "utter_payee_read_back_wrong",
            Match.NOT_POSSIBLE.value: "utter_payee_read_back_unchecked",
        }.get(task.match, "utter_payee_read_back")
        return Said(response, {"name": task.name, "iban": wording.iban(task.iban), "holder": task.holder})

    def done(self, turn: Turn, task: Task) -> Task:
        verified = task.match in (Match.MATCH.value, Match.CLOSE.value)
        turn.services.payees.add(task.name, task.iban, verified=verified, holder=task.holder)
        return task.end("utter_payee_added", name=task.name)


class _OnTheList(Kind):
    """About somebody who is on the list: the name in `name` is found first."""

    ASKS: str
    ASKS_WHOM: str

    def question(self, turn: Turn, task: Task) -> Said:
        if task.step is Step.WHICH:
            return Said("utter_which", {"options": turn.wording.one_of(task.options)})
        if task.step is Step.NEW_NAME:
            return Said("utter_payee_ask_new_name", {"name": task.name})
        if task.step is Step.NAME:
            return Said(self.ASKS_WHOM)
        return Said(self.ASKS, {"name": task.name, "new_name": task.new_name})

    def taken(self, turn: Turn, task: Task) -> Task | None:
        if task.step is Step.WHICH:
            option = picked(turn, task)
            return self.asked(turn, task.at(Step.NAME, name=option)) if option else None
        if turn.intent not in ANSWERS or turn.intent == "deny":
            return None
        name = _named(turn) or _name(turn.text)
        if task.step is Step.NEW_NAME:
            return self.asked(turn, task.at(Step.NEW_NAME, new_name=name))
        return self.asked(turn, task.at(Step.NAME, name=name)) if task.step is Step.NAME else None

    def asked(self, turn: Turn, task: Task) -> Task:
        saved = turn.services.payees.saved()
        if not saved:
            return task.end("utter_payees_none")
        if not task.name:
            return task.at(Step.NAME)
        found = resolve(task.name, [each.name for each in saved])
        if not found:
            turn.say("utter_payee_not_listed", name=task.name)
            return task.at(Step.NAME, name="")
        if len(found) > 1:
            return task.at(Step.WHICH, options=tuple(found))
        (payee,) = [each for each in saved if each.name == found[0]]
        return self.found(task.at(Step.CONFIRM, name=payee.name, subject=payee.id))

    def found(self, task: Task) -> Task:
        """With the next question open, once it is known who is meant."""
        return task

    @staticmethod
    def payee(turn: Turn, task: Task) -> KnownPayee:
        """Raises OrderError when it was removed meanwhile."""
        for each in turn.services.payees.saved():
            if each.id == task.subject:
                return each
        raise OrderError("the payee is gone")


class Rename(_OnTheList):
    NAME = "rename payee"
    ASKS = "utter_payee_rename"
    ASKS_WHOM = "utter_payee_rename_whom"

    def found(self, task: Task) -> Task:
        return task if task.new_name else task.at(Step.NEW_NAME)

    def done(self, turn: Turn, task: Task) -> Task:
        renamed = turn.services.payees.rename(self.payee(turn, task), task.new_name)
        return task.end("utter_payee_renamed", name=task.name, new_name=renamed.name)


class Remove(_OnTheList):
    NAME = "remove payee"
    ASKS = "utter_payee_remove"
    ASKS_WHOM = "utter_payee_remove_whom"

    def done(self, turn: Turn, task: Task) -> Task:
        turn.services.payees.remove(self.payee(turn, task))
        return task.end("utter_payee_removed", name=task.name)


def _number(text: str, task: Task) -> str:
    """The number so far, with what a sentence adds to it; empty where it adds nothing."""
    whole = ibans.find(text)
    if whole is not None:
        return heard_iban(whole[0])
    signs = ibans.characters(text) if task.step is Step.IBAN else None
    return heard_iban(task.iban + signs) if signs is not None else ""


def _sensible(turn: Turn, task: Task, number: str) -> str:
    """The number as it was heard, or the only reading of the same sound whose check digits fit.

    One wrong reading in ninety-seven would fit by chance, so nothing is taken where two do; whatever is taken
    is read back, and the bank is asked whose it is.
    """
    if _is_complete(number):
        return number
    others = (_number(str(text), task) for text in turn.metadata.get("account_readings") or ())
    fitting = {each for each in others if _is_complete(each)}
    return fitting.pop() if len(fitting) == 1 else number


def _is_complete(number: str) -> bool:
    try:
        check_iban(number)
    except IbanError:
        return False
    return True


def _with(task: Task, iban: str, name: str = "") -> Task:
    """What was checked before counts no more."""
    return task.at(task.step, iban=iban, name=name or task.name, match="", holder="")


def _checked(turn: Turn, task: Task, iban: str) -> Task:
    """Ready to be read back, with the word of a bank that the customer has on the name."""
    accounts = turn.services.portfolio.accounts().items if _has_bank(turn) else ()
    for bank in dict.fromkeys(each.bank for each in accounts):
        try:
            check = turn.services.payments.check_payee(bank, Payee(task.name, iban))
        except BankError:
            continue
        holder = check.name if check.match is Match.CLOSE else ""
        return task.at(Step.CONFIRM, iban=iban, match=check.match.value, holder=holder)
    return task.at(Step.CONFIRM, iban=iban, match=Match.NOT_POSSIBLE.value)


def _has_bank(turn: Turn) -> bool:
    try:
        turn.services.portfolio.accounts()
    except NoBankError:
        return False
    return True


def _named(turn: Turn) -> str:
    said = parts_of(turn).payee
    return _name(said) if said else ""


def _name(said: str) -> str:
    """Recognisers write names small."""
    words = said.split()
    if not said.islower() or (words and words[0] in _CALLED):
        return " ".join(words)
    return capwords(said)


def _line(turn: Turn, payee: KnownPayee) -> str:
    holder = f" ({payee.holder})" if payee.holder and payee.holder != payee.name else ""
    return turn.phrases("items.payee.screen", name=f"{payee.name}{holder}", iban=wording.iban(payee.iban))
