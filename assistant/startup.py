"""Everything that a conversation needs, loaded side by side and closed together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from assistant.actions.services import Services, clock, configure
from assistant.asr.recogniser import Recogniser
from assistant.asr.store import SpeechModelStore
from assistant.bank.portfolio import Portfolio
from assistant.conversation import Conversation, Dialogue
from assistant.errors import AssistantError, NoBankError
from assistant.events import Observer
from assistant.nlu.training import train
from assistant.settings import Settings
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser

_log = logging.getLogger(__name__)

Progress = Callable[[str], None]


def _no_progress(_text: str) -> None:
    """For who does not want to look on."""


class Desk:
    """The loaded engines of one machine; conversations are opened on it.

    Hearing and speaking are left out where they are not wanted. A missing voice costs only the voice:
    `voice_problem` says why.
    """

    def __init__(self, settings: Settings, *, hearing: bool = True, speaking: bool = True) -> None:
        self.settings = settings
        self.recogniser: Recogniser | None = None
        self.synthesiser: Synthesiser | None = None
        self.voice_problem: AssistantError | None = None
        self.portfolio: Portfolio | None = None
        self._dialogue: Dialogue | None = None
        self._hearing = hearing
        self._speaking = speaking
        self._closing = ExitStack()

    def load(self, progress: Progress = _no_progress, *, model: Path | None = None) -> Desk:
        """Load everything; `model` is a trained model, else the data as they are now are trained first.

        Rasa takes the longest, so the rest loads beside it. Raises AssistantError with what is missing.
        """
        try:
            if self._speaking:
                self._start_speaking()
            with ThreadPoolExecutor(max_workers=2) as beside:
                recogniser = beside.submit(self._load_hearing) if self._hearing else None
                self._open_banks()
                warm = beside.submit(self._warm_banks)
                self._load_dialogue(model or train(self.settings, progress))
                if recogniser is not None:
                    self.recogniser = recogniser.result()
                _wait(warm)
        except BaseException:
            self.close()
            raise
        return self

    def conversation(self, *, name: str = "desk", observers: Iterable[Observer] = ()) -> Conversation:
        """A conversation of its own on the loaded engines."""
        if self._dialogue is None or self.portfolio is None:
            raise TypeError("the desk is not loaded")
        conversation = Conversation(
            self._dialogue,
            recogniser=self.recogniser,
            synthesiser=self.synthesiser,
            observers=observers,
            name=name,
        )
        self._closing.callback(self.portfolio.subscribe(conversation.observe))
        return conversation

    def close(self) -> None:
        self._closing.close()

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- the parts -----------------------------------------------------------------------------

    def _start_speaking(self) -> None:
        try:
            self.synthesiser = Synthesiser(VoiceProfile.load(self.settings.voice))
        except AssistantError as problem:
            self.voice_problem = problem
            return
        self._closing.callback(self.synthesiser.close)

    def _load_hearing(self) -> Recogniser:
        return Recogniser(SpeechModelStore(self.settings).active)

    def _open_banks(self) -> None:
        today = clock()
        self.portfolio = Portfolio.from_settings(self.settings, today)
        self._closing.callback(self.portfolio.close)
        configure(Services.from_settings(self.settings, self.portfolio, today))
        self._closing.callback(configure, None)

    def _warm_banks(self) -> None:
        """Read the customer's own names once, so that the first question does not wait for them."""
        assert self.portfolio is not None  # noqa: S101 - `_open_banks` has run
        try:
            self.portfolio.names()
        except NoBankError:
            return
        except AssistantError as error:
            _log.info("warming up: %s", error.code)

    def _load_dialogue(self, model: Path) -> None:
        # Imported here: Rasa takes seconds, and `assistant --help` does without it.
        from assistant.nlu.runtime import Dialogue as RasaDialogue

        dialogue = RasaDialogue.load(model)
        self._closing.callback(dialogue.close)
        self._dialogue = dialogue


def _wait(work: Future[None]) -> None:
    work.result()
