"""Everything that a conversation needs, loaded side by side and closed together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from weakref import WeakSet

from assistant.actions.services import AskPassword, Services, clock, configure, nobody_types
from assistant.asr.endings import Endings
from assistant.asr.hearing import Hearing
from assistant.asr.store import SpeechModelStore
from assistant.asr.taught import teach
from assistant.bank.known_names import Acquaintance
from assistant.bank.payments import Payments
from assistant.bank.portfolio import Portfolio
from assistant.bank.uninterrupted import wait_for_others
from assistant.conversation import Conversation, Dialogue, Turn
from assistant.errors import AssistantError, NoBankError, StoreError
from assistant.events import Event, Observer, TurnEnded, TurnStarted, underway
from assistant.inbox import Inbox
from assistant.lasting import lasting
from assistant.nlu.training import train
from assistant.nlu.watch import Change, ModelWatch
from assistant.security.demands import Reach
from assistant.security.keys import conversation_key
from assistant.settings import Settings
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Speech, Synthesiser

_log = logging.getLogger(__name__)

Progress = Callable[[str], None]

_PATIENCE = 1.0
"""Seconds that an answer waits for what it is heard with."""

_LOOKS = 1.0
"""Seconds between two looks at the training data."""


def _no_progress(_text: str) -> None:
    """For who does not want to look on."""


class Desk:
    """The loaded engines of one machine; conversations are opened on it.

    Hearing and speaking are left out where they are not wanted. A missing voice costs only the voice:
    `voice_problem` says why. The names of the customer's payees and accounts are heard as soon as the banks
    have told them; nothing waits for that.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        hearing: bool | Hearing = True,
        speaking: bool = True,
        password: AskPassword = nobody_types,
        dialogue: Dialogue | None = None,
        patient: bool = False,
        known: Acquaintance | None = None,
        watch: bool = False,
        notice: Progress = _no_progress,
        keep: Callable[[Turn], None] | None = None,
    ) -> None:
        """`password` asks whoever sits at the keyboard. `dialogue`, `hearing`: one that is loaded already and
        stays open when the desk closes.

        `patient`: what goes on in the background is waited for and happens once, so that the same sounds give
        the same words each time; for recordings, which nobody waits for. `known`: see `Portfolio`.

        `watch`: take up what is trained while the desk is open, between two turns; `notice` is called with a
        sentence about that before the next turn.

        `keep` is handed each turn when it is over; it raises nothing.
        """
        self.settings = settings
        self.has_news = False
        """A payment ended while nobody was there to hear it: let a conversation `tell_news`."""
        self._password = password
        self._payments: Payments | None = None
        self.hearing = hearing if isinstance(hearing, Hearing) else None
        self._endings = Endings()
        self.synthesiser: Synthesiser | None = None
        self.voice_problem: AssistantError | None = None
        self.portfolio: Portfolio | None = None
        self._dialogue = dialogue
        self._patient = patient
        self._known = known
        self._watch = watch
        self._notice = notice
        self._also_keep = keep
        self._inbox = Inbox(settings)
        self._notices: SimpleQueue[str] = SimpleQueue()
        self._replace_model: Callable[[Path], None] | None = None
        self._services: Services | None = None
        self._conversations: WeakSet[Conversation] = WeakSet()
        self._wants_hearing = hearing is True
        self._speaking = speaking
        self._closing = ExitStack()

    def load(
        self,
        progress: Progress = _no_progress,
        *,
        model: Path | None = None,
        speech_model: Path | None = None,
    ) -> Desk:
        """Load everything; `model` is a trained model, else the data as they are now are trained first.
        `speech_model` is one that learnt from them, else the one in use is taught.

        Rasa takes the longest, so the rest loads beside it. Raises AssistantError with what is missing.
        """
        try:
            if self._speaking:
                self._start_speaking()
            with ThreadPoolExecutor(max_workers=2) as beside:
                hearing = beside.submit(self._load_hearing, speech_model) if self._wants_hearing else None
                self._open_banks()
                warm = beside.submit(self._warm_banks)
                if self._dialogue is None:
                    self._load_dialogue(model or train(self.settings, progress))
                if hearing is not None:
                    hearing.result()
                warm.result()
        except BaseException:
            self.close()
            raise
        if self.hearing is not None and self._patient:
            self._learn_names(True)
        elif self.hearing is not None:
            threading.Thread(target=self._learn_names, args=(True,), name="names", daemon=True).start()
        return self

    def take_up(self, change: Change) -> None:
        """Go on with what was trained; conversations keep what was said.

        A model that cannot be loaded changes nothing. What happened is told before the next turn.
        """
        if change.model is None:
            self._notices.put(
                f"The training data have a mistake, so I go on with what I know. {change.mistake}"
            )
            return
        try:
            if self._replace_model is not None:
                with lasting():
                    self._replace_model(change.model)
            if self.hearing is not None:
                self.hearing.replace(self._taught()).result()
        except AssistantError as error:
            self._notices.put(
                f"I could not take up what was trained ({error.code}), and go on with what I know."
            )
            return
        self._notices.put("I have learnt what was trained.")

    def serve(self) -> None:
        """Have the actions ask this desk's banks, where several desks share one dialogue."""
        configure(self._services)

    def conversation(
        self,
        *,
        name: str = "desk",
        observers: Iterable[Observer] = (),
        on_speech: Callable[[Speech], None] | None = None,
        reach: Reach = Reach.ALL,
    ) -> Conversation:
        """A conversation of its own on the loaded engines; see there for `on_speech`.

        `reach`: what may be asked for there. Names are unlike, or the two share what was said."""
        if self._dialogue is None or self.portfolio is None:
            raise TypeError("the desk is not loaded")
        conversation = Conversation(
            self._dialogue,
            recogniser=self.hearing,
            synthesiser=self.synthesiser,
            observers=[*observers, self._after_a_turn],
            on_speech=on_speech,
            name=name,
            keep=self._keep,
            reach=reach,
            ends=self._ends,
        )
        self._conversations.add(conversation)
        return conversation

    def forget(self, conversation: Conversation) -> None:
        """Nobody goes on with it; what was said in it is dropped."""
        self._conversations.discard(conversation)
        if self._dialogue is None:
            return
        try:
            self._dialogue.forget(conversation.name)
        except StoreError as error:
            _log.warning("a conversation stays until it is too old: %s", error.detail)

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

    def _load_hearing(self, model: Path | None) -> None:
        try:
            model = model or self._taught()
        except AssistantError as error:
            _log.warning("hearing with an untaught model: %s", error.code)
            model = SpeechModelStore(self.settings).active
        patience = None if self._patient else _PATIENCE
        self.hearing = Hearing(model, self.settings.voice / "lexicon", patience=patience)
        self._closing.callback(self.hearing.close)

    def _taught(self) -> Path:
        """The speech model that knows the training data as they are now, as do the ends of requests."""
        taught = teach(self.settings)
        self._endings = taught.endings
        return taught.model

    def _ends(self, words: Sequence[str]) -> float | None:
        """By the training data as they are now; conversations outlive them."""
        return self._endings.share(words)

    def _after_a_turn(self, event: Event) -> None:
        """Answers may have brought new names. Notices come before what is said next."""
        while isinstance(event, TurnStarted) and not self._notices.empty():
            self._notice(self._notices.get())
        if isinstance(event, TurnEnded) and self.hearing is not None and not self._patient:
            self._learn_names()

    def _keep(self, turn: Turn) -> None:
        """For who wants it, and for trainers, where the customer consented."""
        if self._also_keep is not None:
            self._also_keep(turn)
        assert self.portfolio is not None  # noqa: S101 - the desk is loaded
        try:
            if self._inbox.is_on:
                self._inbox.keep(turn, self.portfolio.vocabulary(), clock()())
        except NoBankError:
            self._inbox.keep(turn, (), clock()())
        except AssistantError as error:
            _log.warning("a turn was not kept: %s", error.code)

    def _tell(self, event: Event) -> None:
        """What happens at the banks, to the conversation that it happens for."""
        whose = underway.get()
        for conversation in tuple(self._conversations):
            if conversation.name == whose:
                conversation.observe(event)

    def _learn_names(self, wait: bool = False) -> None:
        """Have the names as vocabulary that are known now, or at the end of the day's reading."""
        assert self.portfolio is not None  # noqa: S101 - the desk is loaded
        assert self.hearing is not None  # noqa: S101 - who calls has looked
        names = self.portfolio.vocabulary(wait=wait)
        if names:
            learning = self.hearing.learn(names)
            if self._patient:
                learning.result()

    def _open_banks(self) -> None:
        today = clock()
        self.portfolio = Portfolio.from_settings(self.settings, today, self._known)
        self._closing.callback(self.portfolio.close)
        self._closing.callback(self.portfolio.subscribe(self._tell))
        self._services = Services.from_settings(self.settings, self.portfolio, today, self._password)
        self._payments = self._services.payments
        self._closing.callback(self._payments.close)
        configure(self._services)
        self._closing.callback(configure, None)
        # What moves money in another thread is over before the line to the bank is closed.
        self._closing.callback(wait_for_others)

    def _warm_banks(self) -> None:
        """Read the customer's own names once, so that the first question does not wait for them."""
        assert self.portfolio is not None  # noqa: S101 - `_open_banks` has run
        assert self._payments is not None  # noqa: S101 - the same
        try:
            self.portfolio.names()
            self.has_news = bool(self._payments.reconcile())
        except NoBankError:
            return
        except AssistantError as error:
            _log.info("warming up: %s", error.code)

    def _load_dialogue(self, model: Path) -> None:
        with lasting():
            # Imported here: Rasa takes seconds, and `assistant --help` does without it.
            from assistant.nlu.runtime import Dialogue as RasaDialogue

            key = conversation_key(self.settings)
            dialogue = RasaDialogue.load(model, store=self.settings.store, key=key)
        self._closing.callback(dialogue.close)
        self._dialogue = dialogue
        self._replace_model = dialogue.replace
        if self._watch:
            over = threading.Event()
            self._closing.callback(over.set)
            watch = ModelWatch(self.settings, model)
            threading.Thread(target=self._look_on, args=(watch, over), name="watch", daemon=True).start()

    def _look_on(self, watch: ModelWatch, over: threading.Event) -> None:
        while not over.wait(_LOOKS):
            change = watch.look()
            if change is not None:
                self.take_up(change)
