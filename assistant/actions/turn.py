"""One turn as an action sees it: what was heard, what is remembered, what is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from assistant.actions.listing import Listing
from assistant.actions.question import Filters, Question
from assistant.actions.services import Services
from assistant.errors import AssistantError, BankError, BankServerError, BankUnreachableError
from assistant.nlu.clarity import certainty_of, clarity_of
from assistant.security.demands import Reach

QUERY, REST, LAST_REPLY, SPEECH_RATE = "query", "rest", "last_reply", "speech_rate"
PAYMENT, TASK = "payment", "task"
"""Names of the slots."""
UNHEARD = "unheard"
"""The slot for what was cut off, and its name among the metadata of the turn that cut it."""
PAYMENT_FORM, PASSCODE_FORM, MANAGING_FORM = "payment_form", "passcode_form", "managing_form"
_REQUESTED = "requested_slot"
_GIVES_UP = ("cancel", "stop", "goodbye")
_CANCELS = "cancel_order"
"""A payment or a standing order that was given earlier, mostly."""


class Turn:
    """Wraps Rasa's dispatcher and tracker. Nothing in it outlives the turn."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker, services: Services):
        self.services = services
        self.phrases = services.phrases
        self.wording = services.wording
        self.today = services.today()
        message: Mapping[str, Any] = tracker.latest_message or {}
        self.conversation = str(tracker.sender_id)
        self.text = str(message.get("text") or "")
        self.intent = str((message.get("intent") or {}).get("name") or "")
        self.entities: tuple[Mapping[str, Any], ...] = tuple(message.get("entities") or ())
        self.heard = Filters.from_entities(self.entities)
        self.metadata: Mapping[str, Any] = message.get("metadata") or {}
        """What the conversation knows of a spoken turn; without `certainty` for typed text."""
        self.clarity = clarity_of(self.metadata)
        """Share of its words that are likely to be right; what was typed is certain."""
        confidence = float((message.get("intent") or {}).get("confidence") or 0.0)
        self.certainty = 1.0 if self.is_typed else self._heard_surely() * confidence
        """Of what was heard and of what it means, 0 to 1; what was typed is certain."""
        self.form: str | None = (tracker.active_loop or {}).get("name")
        """The form that is open, and asks again after this turn; an action may open one."""
        self.in_payment = self.form == PAYMENT_FORM
        self.is_back = self.form is not None and _was_answered(tracker.events)
        """The form is called because something else was answered, and not to take in the message."""
        self._slots: Mapping[str, Any] = tracker.slots
        self._changes: dict[str, Any] = {}
        self._said: list[dict[str, Any]] = []
        self._dispatcher = dispatcher
        self.screen_only = False
        """What is said from now on is shown and not spoken."""
        self._shown = 0

    @property
    def is_typed(self) -> bool:
        """Not heard at all, so that every letter is certain."""
        return "certainty" not in self.metadata

    @property
    def gives_up(self) -> bool:
        """What is open is to be left. "Cancel the payment" says so too, where it names no other."""
        return self.intent in _GIVES_UP or (self.intent == _CANCELS and not self.entities)

    @property
    def is_guests(self) -> bool:
        """Anybody may be listening."""
        return self.metadata.get("reach") == Reach.GUEST.value

    def _heard_surely(self) -> float:
        """Of the words that the answer depends on, the least sure; of the others, the share likely right.

        A doubtful "of" changes no answer. Where it is not known which words are doubtful, the least sure
        of all counts.
        """
        words = self.metadata.get("words") or ()
        if not words or " ".join(word for word, _ in words) != self.text:
            return min(self.clarity, certainty_of(self.metadata))
        spans = [(each["start"], each["end"]) for each in self.entities if "start" in each]
        told: list[float] = [
            right
            for (_, right), word in zip(words, re.finditer(r"\S+", self.text), strict=True)
            if any(start < word.end() and word.start() < end for start, end in spans)
        ]
        return min([self.clarity, *told])

    # --- memory ------------------------------------------------------------------------------

    @property
    def question(self) -> Question | None:
        """The last question that was asked, this turn's included."""
        return Question.from_slot(self._slot(QUERY))

    @question.setter
    def question(self, question: Question | None) -> None:
        self._changes[QUERY] = question.to_slot() if question else None

    @property
    def payment(self) -> Mapping[str, Any] | None:
        """The payment that is being talked about, as `assistant/actions/money/draft.py` writes it."""
        slot = self._slot(PAYMENT)
        return slot if isinstance(slot, Mapping) else None

    @payment.setter
    def payment(self, slot: Mapping[str, Any] | None) -> None:
        self._changes[PAYMENT] = slot

    @property
    def task(self) -> Mapping[str, Any] | None:
        """What is being changed, as `assistant/actions/money/task.py` writes it."""
        slot = self._slot(TASK)
        return slot if isinstance(slot, Mapping) else None

    @task.setter
    def task(self, slot: Mapping[str, Any] | None) -> None:
        self._changes[TASK] = slot

    def end_form(self) -> None:
        """The form has nothing left to ask."""
        self._changes[_REQUESTED] = None

    @property
    def rest(self) -> Listing | None:
        return Listing.from_slot(self._slot(REST))

    @rest.setter
    def rest(self, rest: Listing | None) -> None:
        self._changes[REST] = rest.to_slot() if rest else None

    @property
    def unheard(self) -> str:
        """What was not said of a reply that was cut off, in this turn or by a "stop" just before."""
        return str(self.metadata.get(UNHEARD) or self._slot(UNHEARD) or "")

    def keep_unheard(self) -> None:
        """Keep it for a "go on"; any other answer forgets it."""
        self._changes[UNHEARD] = self.unheard or None

    @property
    def speech_rate(self) -> str | None:
        rate = self._slot(SPEECH_RATE)
        return rate if isinstance(rate, str) else None

    @speech_rate.setter
    def speech_rate(self, rate: str | None) -> None:
        self._changes[SPEECH_RATE] = rate

    @property
    def last_reply(self) -> list[tuple[str, dict[str, Any]]]:
        """(response, values) of the last answer, in order."""
        reply = self._slot(LAST_REPLY)
        return [(each["response"], dict(each["values"])) for each in reply or []]

    def forget(self) -> None:
        """Question, list and answer: nothing is left to go on from."""
        self._changes.update({QUERY: None, REST: None, LAST_REPLY: None})

    def _slot(self, name: str) -> Any:
        return self._changes.get(name, self._slots.get(name))

    # --- speaking ----------------------------------------------------------------------------

    def say(self, response: str, **values: Any) -> None:
        """Fill a response template, as part of the answer that "repeat" says again."""
        self._said.append({"response": response, "values": values})
        self.remark(response, **values)

    @property
    def has_spoken(self) -> bool:
        return bool(self._said)

    def remark(self, response: str, **values: Any) -> None:
        """Fill a response template beside the answer: "you're welcome" is not what "repeat" is for."""
        rate = self.speech_rate
        more = {SPEECH_RATE: rate} if rate else {}
        if self.screen_only:
            more["said_instead"] = "" if self._shown else "utter_on_your_screen"
            self._shown += 1
        self._dispatcher.utter_message(response=response, **values, **more)

    def fail(self, error: AssistantError) -> None:
        self.say("utter_error", say=error.say, remedy=error.remedy, code=error.code)

    def mention(self, failures: Sequence[BankError]) -> None:
        """Say which banks the answer is without."""
        for failure in failures:
            if isinstance(failure, BankUnreachableError | BankServerError):
                self.say("utter_bank_not_answering", bank=failure.bank)
            else:
                self.say(
                    "utter_bank_left_out",
                    bank=failure.bank,
                    say=failure.say,
                    remedy=failure.remedy,
                    code=failure.code,
                )

    def read_out(self, listing: Listing, response: str, **values: Any) -> None:
        """Say a list: the first entries aloud, a table on the screen, the rest on "more"."""
        page, self.rest = listing.first()
        self.say(response, items=self.join(page.speech), table="\n".join(listing.screen_lines()), **values)

    def day(self, day: date) -> str:
        """As it is said in a list: `yesterday`, `Monday 16 March`, `3 March`."""
        near = {0: "today", -1: "yesterday", 1: "tomorrow"}.get((day - self.today).days)
        return self.phrases(f"days.{near}") if near else self.wording.weekday(day, self.today)

    def join(self, entries: Sequence[str]) -> str:
        """Entries of a list that is said: a semicolon parts those that hold commas of their own."""
        return "; ".join(entries) if any(", " in entry for entry in entries) else self.wording.all_of(entries)

    # --- the end -----------------------------------------------------------------------------

    def finish(self) -> None:
        """The last words: what "more" would read, when a list was begun in this turn."""
        rest = self.rest if REST in self._changes else None
        if rest is not None and rest.offered:
            self.remark("utter_more_offer", left=self.phrases.count("counts.left", rest.offered))

    def events(self) -> list[dict[str, Any]]:
        """What Rasa is to remember."""
        if self._said:
            self._changes[LAST_REPLY] = self._said
        if self._slots.get(UNHEARD):
            self._changes.setdefault(UNHEARD, None)
        return [SlotSet(name, value) for name, value in self._changes.items()]


def _was_answered(events: Sequence[Mapping[str, Any]]) -> bool:
    """Whether another action has answered the latest message already."""
    for event in reversed(events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") not in _FORM_ACTIONS:
            return True
    return False


_FORM_ACTIONS = frozenset(
    {PAYMENT_FORM, PASSCODE_FORM, MANAGING_FORM, "action_extract_slots", "action_listen"}
)
