"""Rasa's walls to the outside, inside one process: custom actions called, replies collected."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Action as CustomAction
from rasa_sdk.executor import ActionExecutor

from assistant.errors import AssistantError
from assistant.events import underway

_log = logging.getLogger(__name__)

ERROR_RESPONSE = "utter_error"
"""Template with {say}, {remedy} and {code}."""


class InProcessActions(EndpointConfig):
    """Stands where the URL of an action server would be and runs rasa_sdk's own executor.

    Actions are asked in a thread of their own, so that a slow bank holds up one conversation and
    not the loop that serves all.
    """

    def __init__(self, module: str) -> None:
        """`module`: package or module of the custom actions. Raises ImportError when it cannot be loaded."""
        # Actions here fill templates; none reads the domain, which is large to write out every time.
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = _Executor(module)
        __import__(module)  # register_package ends the process when this fails
        self._executor.register_package(module)
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="action")

    async def request(self, *_: Any, **kwargs: Any) -> Any:
        """Run the action that the body names; what goes wrong becomes a reply, never silence."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, kwargs["json"])

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, call: dict[str, Any]) -> dict[str, Any]:
        whose = underway.set(str(call.get("sender_id") or ""))
        try:
            answer = asyncio.run(self._executor.run(call))
        except Exception as error:  # noqa: BLE001 - no turn ends in silence
            # The type alone: a message could quote the customer.
            _log.error("%s failed with %s", call.get("next_action"), type(error).__name__)
            failure = error if isinstance(error, AssistantError) else AssistantError(type(error).__name__)
            reply = {
                "response": ERROR_RESPONSE,
                "say": failure.say,
                "remedy": failure.remedy,
                "code": failure.code,
            }
            return {"events": [], "responses": [reply]}
        finally:
            underway.reset(whose)
        return answer or {"events": [], "responses": []}


class _Executor(ActionExecutor):
    """Knows the actions of one package; rasa_sdk's own takes in every action that anybody imported."""

    def __init__(self, package: str) -> None:
        super().__init__()
        self._package = package

    def register_action(self, action: type[CustomAction] | CustomAction) -> None:
        if f"{action.__module__}.".startswith(f"{self._package}."):
            super().register_action(action)


class InProcessAgent(Agent):
    """Rasa's agent with our processor."""

    @staticmethod
    def _create_tracker_store(store: TrackerStore, domain: Domain) -> TrackerStore:
        """As it is. Rasa wraps it, so that what cannot be saved is kept in memory and what cannot be read
        counts as never said; here the turn fails, and says so."""
        store.domain = domain
        return store

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """What the parent does, but for the class of the processor."""
        self.adopt(self.prepare(model_path), fingerprint)

    def prepare(self, model_path: str | Path) -> MessageProcessor:
        """Load a model beside the one in use; takes seconds."""
        return _Processor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
        )

    def adopt(self, processor: MessageProcessor, fingerprint: str | None = None) -> None:
        """From now on messages are handled with this model; what was said before is still known."""
        self.processor = processor
        self.domain = processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
        self.nlg.responses = self.domain.responses


class _Processor(MessageProcessor):
    async def _run_action(self, action: Action, *args: Any, **kwargs: Any) -> bool:
        if isinstance(action, RemoteAction):
            action = _LocalAction(action.name(), action.action_endpoint)
        return bool(await super()._run_action(action, *args, **kwargs))


class _LocalAction(RemoteAction):
    """Its answer was made by rasa_sdk in this process.

    Validating it against a schema of JSON took two thirds of a turn, most of that for checking the
    schema itself each time.
    """

    def _validate_action_result(self, _result: dict[str, Any]) -> bool:
        return True


class Collected(CollectingOutputChannel):
    """Keeps each reply as the generator rendered it, in one piece."""

    @classmethod
    def name(cls) -> str:
        return "assistant"

    async def send_response(self, _recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(dict(message))
