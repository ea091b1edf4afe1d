"""Custom actions that need no bank: they tell what they were handed, through templates of the domain."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from assistant.errors import NoBankError


class Balance(Action):
    """Two replies, and a slot that remembers how often it was asked."""

    def name(self) -> str:
        return "action_check_balance"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        asked = (tracker.get_slot("rest") or 0) + 1
        dispatcher.utter_message(
            response="utter_balance", amount="€12.50", account="savings", kind="available"
        )
        dispatcher.utter_message(response="utter_more_offer", left=f"Asked {asked} times.")
        return [SlotSet("rest", asked), SlotSet("speech_rate", "0.85")]


class Accounts(Action):
    """Fails the way a bank does."""

    def name(self) -> str:
        return "action_list_accounts"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        raise NoBankError("nothing connected")


class Details(Action):
    """Fails the way nobody foresaw, with a customer's number in the message."""

    def name(self) -> str:
        return "action_account_details"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        raise KeyError("IE29AIBK93115212345678")


class Help(Action):
    """Says nothing at all."""

    def name(self) -> str:
        return "action_help"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        return []


class Refine(Action):
    """Says back what it was told, braces and all."""

    def name(self) -> str:
        return "action_refine"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        dispatcher.utter_message(response="utter_thank", speech_rate=tracker.get_slot("speech_rate"))
        return []


class NotUnderstood(Action):
    """Says so."""

    def name(self) -> str:
        return "action_not_understood"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        dispatcher.utter_message(response="utter_not_understood")
        return []
