"""Handing a payment over after the yes, and the bank's confirmation, one question a turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from assistant.actions.money import guarding, outcome
from assistant.actions.money.checks import order_of
from assistant.actions.money.collect import advanced, merged
from assistant.actions.money.draft import Draft, Step
from assistant.actions.money.heard import Parts, parts_of
from assistant.actions.money.payees import resolve
from assistant.actions.money.said import Said, say_all
from assistant.actions.names import Unclear, Unknown, pick
from assistant.actions.turn import Turn
from assistant.bank.payment import Order, Payment, PaymentState
from assistant.bank.sca import Ask, Need
from assistant.bank.sca_steps import ScaMethod
from assistant.bank.underway import Underway
from assistant.errors import AssistantError, PaymentUnknownError, ScaError
from assistant.nlu import apart
from assistant.nlu.matching import plain_words

_PAUSES = (0.0, 1.0, 2.0)
"""Seconds before each look after "done": an app takes a moment to tell its bank."""
_SHORTEST = 4
"""Digits of a one-time code at least."""
_ANSWERS = ("change_payment", "finished", "affirm", "pay", "refine", "nlu_fallback", "repeat")
_CHANGES = ("change_payment", "pay", "refine")


def begin(turn: Turn, draft: Draft) -> Draft:
    """After the yes: what the guard has to say comes first, then the journal, then the bank."""
    services = turn.services
    if draft.cancels:
        return _cancel(turn, draft)
    unfinished = services.payments.begun(draft.resumes) if draft.resumes else None
    order = unfinished.order if unfinished else order_of(turn, draft)
    wanted = guarding.wanted(turn, draft, order)
    if wanted is not None:
        return wanted
    left = services.confirmations.pop(turn.conversation)
    if left is not None:  # of a conversation that broke off
        left.give_up()
    # Whatever comes of it, the balance read before is no longer to be relied on.
    services.portfolio.forget()
    try:
        if unfinished:
            underway = services.payments.resume(unfinished, services.wish)
        else:
            underway = services.payments.start(order, services.wish, draft.payment)
    except AssistantError as error:
        return _lost(turn, draft, order, error)
    services.confirmations.put(turn.conversation, underway)
    return _kept(turn, _go_on(turn, draft, underway, underway.ask), underway)


def taken_up(turn: Turn, draft: Draft, begun: Payment) -> Draft:
    """What was read back is at the bank already: whoever heard the yes died before it could say so."""
    services = turn.services
    services.portfolio.forget()
    underway = services.confirmations.get(turn.conversation)
    if underway is not None and underway.payment.id == begun.id:
        if _refuses(turn, draft):
            return outcome.withdrawn(turn, draft, underway.give_up())
        return _kept(turn, _go_on(turn, draft, underway, underway.ask), underway)
    try:
        left = services.payments.broken_off(begun)
    except AssistantError as error:
        return outcome.failed(draft, error)
    services.confirmations.put(turn.conversation, left)
    if left.payment.state is PaymentState.UNKNOWN:
        return outcome.failed(draft, PaymentUnknownError("its process died", bank=begun.order.bank))
    return outcome.withdrawn(turn, draft, left.payment)


def _cancel(turn: Turn, draft: Draft) -> Draft:
    services = turn.services
    wanted = guarding.wanted_for_change(turn, draft)
    if wanted is not None:
        return wanted
    try:
        payment = next(each for each in services.payments.history() if each.id == draft.cancels)
        underway = services.payments.start_cancelling(payment, services.wish)
    except AssistantError as error:
        return outcome.failed(draft, error)
    services.confirmations.put(turn.conversation, underway)
    return _kept(turn, _go_on(turn, draft, underway, underway.ask), underway)


def leaves(turn: Turn, draft: Draft) -> bool:
    """What is open is given up; where that is the cancelling of a payment, "cancel the payment" is for it."""
    return turn.gives_up and not (draft.cancels and turn.intent == "cancel_order")


def _refuses(turn: Turn, draft: Draft) -> bool:
    """Where only a code or an approval is left to give, a "no" gives up as well."""
    return turn.intent == "deny" or leaves(turn, draft)


def answered(turn: Turn, draft: Draft) -> Draft | None:
    """The draft after a message while the bank waits; None when that was about something else.

    Whatever changes the payment withdraws it first: a code is bound to amount and payee.
    """
    try:
        underway = turn.services.confirmations.get(turn.conversation)
    except AssistantError as error:
        turn.fail(error)
        return draft
    if underway is None:
        return draft.end(Said("utter_payment_lost"))
    taken = _answered(turn, draft, underway)
    return None if taken is None else _kept(turn, taken, underway)


def _kept(turn: Turn, draft: Draft, underway: Underway) -> Draft:
    """With how far it came, for whichever process hears the next answer."""
    if draft.step is not None and draft.step.is_confirming:
        turn.services.confirmations.put(turn.conversation, underway)
    return draft


def _answered(turn: Turn, draft: Draft, underway: Underway) -> Draft | None:
    if _refuses(turn, draft):
        return outcome.withdrawn(turn, draft, underway.give_up())
    code = apart.take(turn.conversation)
    if code is not None and draft.step in (Step.CODE, Step.CONFIRMATION):
        return _with_code(turn, draft, underway, code)
    if draft.step is Step.METHOD:
        method = _method(turn, draft, underway.ask.methods)
        if method is not None:
            return _give(turn, draft, underway, method.id)
    if turn.intent in _CHANGES and not draft.cancels and (parts := parts_of(turn)):
        try:
            nobody = _is_nobody(turn, parts)
        except AssistantError as error:
            turn.fail(error)
            return draft
        if nobody:
            turn.say("utter_payment_unknown_payee", name=parts.payee)
            return draft
        ended = outcome.withdrawn(turn, draft, underway.give_up())
        if underway.payment.state not in (PaymentState.CANCELLED, PaymentState.NOT_DONE):
            return ended
        turn.services.confirmations.pop(turn.conversation)
        turn.services.payments.told(underway.payment)
        turn.say("utter_payment_withdrawn")
        return advanced(turn, merged(turn, replace(draft, payment=""), parts))
    if turn.intent not in _ANSWERS:
        return None
    if draft.step in (Step.APP, Step.PAGE) and turn.intent != "repeat":
        return _look(turn, draft, underway)
    return draft


def _is_nobody(turn: Turn, parts: Parts) -> bool:
    """A name that was heard, that nobody has, and nothing beside it: more likely "done" is "Dunnes" than that
    what waits at the bank is to be given up. Raises PayeeBookError: then nobody can tell."""
    if turn.is_typed or parts != Parts(payee=parts.payee):
        return False
    try:
        resolve(turn, parts.payee)
    except Unknown:
        return True
    except Unclear:
        pass
    return False


def _with_code(turn: Turn, draft: Draft, underway: Underway, code: str) -> Draft:
    longest = underway.ask.challenge.longest
    if draft.step is Step.CODE and not _SHORTEST <= len(code) <= (longest or len(code)):
        turn.say("utter_payment_short_code")
        return draft
    return _give(turn, draft, underway, code)


def _give(turn: Turn, draft: Draft, underway: Underway, answer: str) -> Draft:
    try:
        ask = underway.give(answer)
    except ScaError as error:
        if type(error) is not ScaError or draft.step is not Step.CODE or not underway.codes_left:
            return outcome.failed(draft, error)
        left = turn.phrases.count("paying.tries", underway.codes_left)
        turn.say("utter_payment_wrong_code", left=left)
        return draft
    except AssistantError as error:
        return outcome.failed(draft, error)
    return _go_on(turn, draft, underway, ask)


def _look(turn: Turn, draft: Draft, underway: Underway) -> Draft:
    for pause in _PAUSES:
        underway.wire.patience.sleep(pause)
        try:
            ask = underway.look()
        except AssistantError as error:
            return outcome.failed(draft, error)
        if ask.need is not Need.WAIT or ask.page or ask.message:
            return _go_on(turn, draft, underway, ask)
    turn.say("utter_payment_still_waiting", bank=underway.wire.bank)
    return draft


def _go_on(turn: Turn, draft: Draft, underway: Underway, ask: Ask) -> Draft:
    """Up to where only the customer knows."""
    bank = underway.wire.bank
    try:
        while True:
            # What the bank says beside its own instructions would be the same twice.
            if ask.message and ask.need not in (Need.METHOD, Need.CODE):
                turn.say("utter_payment_bank_says", bank=bank, message=ask.message)
            if ask.need is Need.NOTHING:
                return _ended(turn, draft, underway)
            if ask.need is not Need.PASSWORD:
                return _asked(turn, draft, underway, ask)
            password = turn.services.password(bank, underway.psu_id)
            if password is None:
                underway.give_up()
                return draft.end(Said("utter_payment_password_needed", {"bank": bank}))
            ask = underway.give(password)
    except AssistantError as error:
        return outcome.failed(draft, error)


def _ended(turn: Turn, draft: Draft, underway: Underway) -> Draft:
    """How it ended; what takes the place of a cancelled payment is read back at once."""
    ended = outcome.ended(turn, draft, underway.finish())
    if not draft.then:
        return ended
    say_all(turn, ended.ended)
    turn.services.payments.told(underway.payment)
    turn.services.confirmations.pop(turn.conversation)
    turn.services.portfolio.forget()
    return advanced(turn, Draft.from_slot(draft.then))


def _asked(turn: Turn, draft: Draft, underway: Underway, ask: Ask) -> Draft:
    bank = underway.wire.bank
    if ask.need is Need.METHOD:
        options = tuple(method.name for method in ask.methods)
        said = Said("utter_payment_ask_method", {"options": turn.wording.one_of(options)})
        return draft.at(Step.METHOD, options=options, asks=(said,))
    if ask.need is Need.CODE:
        lines = (ask.challenge.instructions, *ask.challenge.data)
        values = {"bank": bank, "instructions": " ".join(line for line in lines if line)}
        said = Said("utter_payment_ask_code", values)
        return draft.at(Step.CODE, asks=(*_practice(turn, underway, "code", "otp"), said))
    if ask.need is Need.CONFIRMATION:
        return draft.at(Step.CONFIRMATION, asks=(Said("utter_payment_ask_confirmation"),))
    if ask.page:
        return draft.at(Step.PAGE, asks=(Said("utter_payment_wait_page", {"page": ask.page}),))
    if draft.step in (Step.APP, Step.PAGE):
        return draft
    said = Said("utter_payment_wait_app", {"bank": bank})
    return draft.at(Step.APP, asks=(*_practice(turn, underway, "app", "app"), said))


def _practice(turn: Turn, underway: Underway, what: str, place: str) -> tuple[Said, ...]:
    """Where the made-up customer finds what a real one has in the pocket."""
    if not turn.services.settings.practice:
        return ()
    parts = urlsplit(underway.wire.base_url)
    response = "utter_payment_practice_code" if what == "code" else "utter_payment_practice_app"
    return (Said(response, {"url": f"{parts.scheme}://{parts.netloc}/practice/{place}"}),)


def _method(turn: Turn, draft: Draft, methods: Sequence[ScaMethod]) -> ScaMethod | None:
    """One of the bank's ways, by its name, by "the first one", or by what people call its kind."""
    option = pick(turn.text, draft.options, turn.phrases.words("ordinals"), 5)
    if option is not None:
        return methods[draft.options.index(option)]
    said = set(plain_words(turn.text))
    called = turn.phrases.table("sca_methods")
    meant = [each for each in methods if said & set(called.get(each.kind, ()))]
    return meant[0] if len(meant) == 1 else None


def _lost(turn: Turn, draft: Draft, order: Order, error: AssistantError) -> Draft:
    """Nothing was handed over, or nobody knows: that it is not known has been said then."""
    if isinstance(error, PaymentUnknownError):
        for payment in turn.services.payments.alike(order):
            if payment.state is PaymentState.UNKNOWN:
                turn.services.payments.told(payment)
    return outcome.failed(draft, error)
