"""A customer with a script: says what is true, and yes only to what is right.

What is said goes through a synthetic voice, the room's noise and the recogniser. Before a wrong read-back is
corrected, something that sounds like a yes, or our own yes, is put into the room: it must not count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import requests

from assistant.actions.wording import Wording
from assistant.asr.graph_text import DIGITS
from assistant.audio.frames import in_chunks
from assistant.conversation import SAY_AGAIN, Conversation, Turn
from assistant.events import ReplyText
from assistant.money import Money
from assistant.practice import PASSCODE
from bench.misheard_commands import Command
from bench.misheard_speech import say

MOST_TURNS = 12
_PATIENCE = 3
"""Times after which anybody gives up."""
_READ_BACK = ("utter_payment_read_back", "utter_payment_read_back_own")
_OUTCOMES = (
    *("utter_payment_paid", "utter_payment_arrived", "utter_payment_on_its_way", "utter_payment_received"),
    *("utter_payment_accepted", "utter_payment_checked", "utter_payment_unknown", "utter_payment_not_done"),
    "utter_payment_refused",
)
_ENDS = (*_OUTCOMES, "utter_payment_dropped", "utter_payment_no_source")
_ACCEPTED = (
    *("utter_payment_ask_method", "utter_payment_ask_code", "utter_payment_ask_confirmation"),
    *("utter_passcode_ask", "utter_payment_wait_app", "utter_payment_wait_page", *_OUTCOMES),
)
_YES = ("Yes.", "Yes, please.", "That's right.", "Correct.")
_LIKE_YES = ("Yet.", "Chess.", "Guess.", "Just.", "Yes but.", "The rest.")
_ASKED_AGAIN = (
    "utter_payment_yes_unclear",
    "utter_payment_unclear",
    "utter_not_understood",
    "utter_default",
    SAY_AGAIN,
)
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")
_WORDING = Wording("en")


@dataclass
class Dialogue:
    """What happened to one command."""

    command: Command
    heard: str = ""
    read_backs: list[bool] = field(default_factory=list)
    """Whether each was right."""
    wrong: list[str] = field(default_factory=list)
    """What was wrong in the read-backs."""
    silent: int = 0
    """Wrong amounts and payees that were read back as if they were certain."""
    asked_again: int = 0
    """Questions about what had been said already."""
    false_yes: int = 0
    """Sounds like a yes after which the assistant went on."""
    turns: list[tuple[str, str, str]] = field(default_factory=list)
    """(said, heard, answered), for who wants to look."""


class Person:
    def __init__(self, conversation: Conversation, command: Command, practice: str) -> None:
        """`practice`: URL of what only the practice bank has, its codes and its app."""
        self._conversation = conversation
        self._command = command
        self._practice = practice
        self.dialogue = Dialogue(command)
        self._choosing = 0

    def talk(self) -> Dialogue:
        turn = self._say(self._command.text)
        self.dialogue.heard = turn.heard
        for _ in range(MOST_TURNS):
            if any(reply.response in _ENDS for reply in turn.replies):
                break
            if self._is_out_of_patience():
                self._say("Cancel.")
                break
            turn = self._answer(turn)
        return self.dialogue

    def _is_out_of_patience(self) -> bool:
        """The same answer, or a wrong read-back, so many times in a row."""
        answers = [answered for *_, answered in self.dialogue.turns[-_PATIENCE:]]
        same = len(answers) == _PATIENCE and len(set(answers)) == 1
        return same or self.dialogue.read_backs[-_PATIENCE:] == [False] * _PATIENCE

    # --- what is said next -----------------------------------------------------------------------

    def _answer(self, turn: Turn) -> Turn:
        self.dialogue.asked_again += sum(reply.response in _ASKED_AGAIN for reply in turn.replies)
        for reply in reversed(turn.replies):
            answer = self._answers.get(reply.response)
            if answer is not None:
                return answer(self, reply)
        self.dialogue.asked_again += 1
        return self._say(self._command.text)

    def _read_back(self, reply: ReplyText) -> Turn:
        wrong = self._mistakes(reply)
        self.dialogue.read_backs.append(not wrong)
        if not wrong:
            if self._command.number % 4 == 0 and len(self.dialogue.read_backs) == 1:
                # Our own voice in the air: even a clear yes does not count.
                turn = self._say("Yes.", overlapped=True)
                self._check_ignored(turn)
                if not self._is_open(turn):
                    return turn
            # Whoever is not understood says it another way.
            return self._say(_YES[(self._command.number + len(self.dialogue.read_backs) - 1) % len(_YES)])
        what, correction = wrong
        self.dialogue.wrong.append(f"{what}: {reply.values.get('amount')} to {reply.values.get('payee')}")
        marked = {"amount": "spelled", "payee": "number"}.get(what)
        if marked and not reply.values.get(marked):
            self.dialogue.silent += 1
        turn = self._say(_LIKE_YES[self._command.number % len(_LIKE_YES)])
        self._check_ignored(turn)
        return self._say(correction) if self._is_open(turn) else turn

    def _is_open(self, turn: Turn) -> bool:
        """Whether the read-back still waits."""
        said = [reply.response for reply in turn.replies]
        return any(each in self._answers for each in said) and not any(each in _ACCEPTED for each in said)

    def _check_ignored(self, turn: Turn) -> None:
        self.dialogue.false_yes += any(reply.response in _ACCEPTED for reply in turn.replies)

    def _mistakes(self, reply: ReplyText) -> tuple[str, str] | None:
        """What is wrong in a read-back, and what is said then."""
        command = self._command
        if reply.values.get("amount") != _WORDING.money(Money(command.amount, "EUR")):
            return "amount", f"No, {self._clear_amount()}."
        if command.payee.split()[-1].casefold() not in str(reply.values.get("payee")).casefold() or (
            command.payee.startswith("Martin")
            and str(reply.values.get("payee")).split()[0] != command.payee.split()[0]
        ):
            return "payee", f"No, to {command.payee}."
        if command.source and not _same_account(command.source, str(reply.values.get("account"))):
            return "account", f"No, from {command.source}."
        return None

    def _which(self, reply: ReplyText) -> Turn:
        if self._command.source and "account" in str(reply.values.get("options")).casefold():
            return self._from(reply)
        return self._who(reply)

    def _which_amount(self, reply: ReplyText) -> Turn:
        """Who was misheard says which of them it is."""
        self.dialogue.asked_again += 1
        self._choosing += 1
        options = str(reply.values["options"]).replace(" or ", ", ").split(", ")
        right = _WORDING.money(Money(self._command.amount, "EUR"))
        if self._choosing > 1 and right in options:
            return self._say(f"The {('first', 'second', 'third')[options.index(right)]} one.")
        return self._say(f"{self._clear_amount()}.".capitalize())

    def _how_much(self, _reply: ReplyText) -> Turn:
        """Every command has told it."""
        self.dialogue.asked_again += 1
        return self._say(f"{self._clear_amount()}.".capitalize())

    def _digit_by_digit(self, _reply: ReplyText) -> Turn:
        self.dialogue.asked_again += 1
        whole, _, cents = f"{self._command.amount:f}".partition(".")
        words = " point ".join(
            " ".join(DIGITS[int(each)] for each in part) for part in (whole, cents) if part
        )
        return self._say(f"{words} euros.".capitalize())

    def _who(self, _reply: ReplyText) -> Turn:
        self.dialogue.asked_again += 1
        return self._say(f"{self._command.payee}.")

    def _from(self, _reply: ReplyText) -> Turn:
        self.dialogue.asked_again += bool(self._command.source)
        return self._say(f"From my {self._command.source or 'everyday account'}.")

    def _currency(self, _reply: ReplyText) -> Turn:
        return self._say("Euros.")

    def _change(self, _reply: ReplyText) -> Turn:
        return self._say(f"{self._clear_amount()}.".capitalize())

    def _method(self, _reply: ReplyText) -> Turn:
        return self._type("the first one")

    def _code(self, _reply: ReplyText) -> Turn:
        """Typed: how well codes are heard is not what is measured here."""
        codes = requests.get(f"{self._practice}/otp", timeout=5).json()["codes"]
        return self._type(str(codes[0]["code"]) if codes else "cancel")

    def _passcode(self, reply: ReplyText) -> Turn:
        """Typed, as the code."""
        places = [_PLACES.index(str(reply.values[name])) for name in ("first", "second")]
        return self._type(" ".join(PASSCODE[place] for place in places))

    def _app(self, _reply: ReplyText) -> Turn:
        for waiting in requests.get(f"{self._practice}/approvals", timeout=5).json()["approvals"]:
            answer = {**waiting, "approve": True}
            requests.post(f"{self._practice}/approvals", json=answer, timeout=5).raise_for_status()
        return self._type("done")

    _answers: ClassVar[dict[str, Callable[[Person, ReplyText], Turn]]] = {
        **dict.fromkeys(_READ_BACK, _read_back),
        "utter_which": _which,
        "utter_payment_which_amount": _which_amount,
        "utter_payment_ask_amount": _how_much,
        "utter_payment_spell_amount": _digit_by_digit,
        "utter_payment_ask_payee": _who,
        "utter_payment_ask_source": _from,
        "utter_payment_ask_currency": _currency,
        "utter_payment_ask_change": _change,
        "utter_payment_ask_method": _method,
        "utter_payment_ask_code": _code,
        "utter_payment_wait_app": _app,
        "utter_passcode_ask": _passcode,
    }

    # --- saying it -------------------------------------------------------------------------------

    def _say(self, text: str, *, overlapped: bool = False) -> Turn:
        sound = say(self._command.voice, text, self._command.snr)
        turn = self._conversation.hear(in_chunks([sound]), overlapped=lambda: overlapped)
        return self._noted(text, turn)

    def _type(self, text: str) -> Turn:
        return self._noted("(typed)", self._conversation.read(text))

    def _noted(self, said: str, turn: Turn) -> Turn:
        answered = " ".join(reply.screen for reply in turn.replies)
        self.dialogue.turns.append((said, turn.heard, answered))
        return turn

    def _clear_amount(self) -> str:
        """Nobody says "two fifty" a second time."""
        if not self._command.ambiguous:
            return self._command.amount_words
        return self._command.clear_words


def _same_account(said: str, shown: str) -> bool:
    return said.split()[0].casefold() in shown.casefold()
