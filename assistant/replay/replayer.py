"""One process's engines at work: a scenario goes in, what came of it comes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

import numpy as np

from assistant.audio.frames import Samples, convert, in_chunks
from assistant.conversation import Conversation, Turn
from assistant.errors import AssistantError
from assistant.events import (
    Event,
)
from assistant.replay.cases import Case
from assistant.replay.ending import Ending
from assistant.replay.results import CaseResult, Kind, Problem, TurnResult
from assistant.replay.scenario import Given, SaidTurn
from assistant.replay.sounds import sounds_of
from assistant.replay.tapes import TAPE
from assistant.replay.turn_results import call_of, result_of
from assistant.replay.voices_known import KnownVoices
from assistant.replay.world import Engines, World, world
from assistant.settings import SAMPLE_RATE, Settings
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser

_WORLDS = 2
"""Kept open; each has a bank's process and the customer's names as vocabulary."""
_NAME = "replay"
"""Of every conversation: it is forgotten before the next one begins, so memory does not grow."""
_OVERLAP = 0.5
"""Seconds that the assistant goes on speaking after somebody began to speak over it."""
_ECHO = 10 ** (-20 / 20)
"""How much of the assistant's own voice its microphone hears."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What every process that replays needs to know."""

    settings: Settings
    model: Path
    """The trained language model."""
    speech_model: Path | None
    """The taught speech model; None where nothing is heard."""
    paced: bool = False
    """Hand sound over as slowly as a microphone does."""
    speaking: bool = False
    """Render every answer, so that it is known how long that takes."""
    tapes: Path | None = None
    """Folder for what the banks answered in each case that failed, for its bundle."""


class Replayer:
    """Loads what it needs when it is first needed; not to be used from several threads."""

    def __init__(self, setup: Setup, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._setup = setup
        self._sleep = sleep
        self._closing = ExitStack()
        self._engines: Engines | None = None
        self._voice: Synthesiser | None = None
        self._voices: KnownVoices | None = None
        self._worlds: dict[Given, tuple[World, ExitStack]] = {}

    def load(self) -> Replayer:
        """Raises AssistantError with what is missing."""
        from assistant.nlu.runtime import Dialogue  # takes seconds

        dialogue = self._closing.enter_context(Dialogue.load(self._setup.model))
        self._engines = Engines(
            self._setup.settings, dialogue, self._setup.speech_model, recording=self._setup.tapes is not None
        )
        return self

    def __enter__(self) -> Replayer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def engines(self) -> Engines:
        """Loaded when they are first asked for. Raises AssistantError with what is missing."""
        if self._engines is None:
            self.load()
        assert self._engines is not None  # noqa: S101 - it was just loaded
        return self._engines

    def close(self) -> None:
        for place in list(self._worlds):
            self._leave(place)
        self._closing.close()

    def run(self, case: Case) -> CaseResult:
        """Whatever goes wrong is part of the result."""
        started = time.perf_counter()
        turns: list[TurnResult] = []
        crash = ""
        try:
            with self._entered(case) as place:
                for result in self._turns(case, place):
                    turns.append(result)
                if self._setup.tapes is not None and any(turn.problems for turn in turns):
                    place.put_by(self._setup.tapes / f"{case.id}{TAPE}")
        except AssistantError as error:
            crash = f"{error.code}: {error}"
        except Exception as error:  # noqa: BLE001 - one broken case must not end ten thousand
            crash = f"{type(error).__name__}: {error}"
        took = round(time.perf_counter() - started, 4)
        scenario = case.scenario
        return CaseResult(
            case.id,
            str(scenario.file),
            scenario.name,
            str(case.variation),
            case.repeat,
            tuple(turns),
            crash,
            took,
        )

    # --- worlds --------------------------------------------------------------------------------

    @contextmanager
    def _entered(self, case: Case) -> Iterator[World]:
        engines = self.engines
        key = replace(case.scenario.given, faults=())
        if key in self._worlds:
            self._worlds[key] = self._worlds.pop(key)  # used last
        else:
            while len(self._worlds) >= _WORLDS:
                self._leave(next(iter(self._worlds)))
            stack = ExitStack()
            self._worlds[key] = (stack.enter_context(world(engines, key)), stack)
        place = self._worlds[key][0]
        calls: list[str] = []
        assert place.desk.portfolio is not None  # noqa: S101 - it is loaded
        unsubscribe = place.desk.portfolio.subscribe(lambda event: calls.append(call_of(event)))
        place.enter(case.scenario.given.faults)
        try:
            yield place
        finally:
            unsubscribe()
            engines.dialogue.forget(_NAME)
            if place.spoiled(tuple(calls)):
                self._put_back(key, place)

    def _put_back(self, key: Given, place: World) -> None:
        try:
            place.put_back()
        except (AssistantError, OSError):  # requests' errors are the latter
            self._leave(key)  # the next one finds a new one

    def _leave(self, key: Given) -> None:
        _, stack = self._worlds.pop(key)
        stack.close()

    def _speaking(self) -> Synthesiser:
        if self._voice is None:
            self._voice = Synthesiser(VoiceProfile.load(self._setup.settings.voice))
            self._closing.callback(self._voice.close)
        return self._voice

    def _voices_known(self) -> KnownVoices:
        if self._voices is None:
            self._voices = KnownVoices(self._setup.settings.home / "voices-known.sqlite")
            self._closing.callback(self._voices.close)
        return self._voices

    # --- turns ---------------------------------------------------------------------------------

    def _turns(self, case: Case, place: World) -> Iterator[TurnResult]:
        speaks = self._setup.speaking or any(
            turn.barge_in is not None or {"speak", "total"} & set(turn.within) for turn in case.scenario.turns
        )
        place.desk.synthesiser = self._speaking() if speaks else None
        listening = _Listening()
        conversation = place.desk.conversation(name=_NAME, observers=[listening])
        calls: list[str] = []
        last: Turn | None = None
        number = 0
        for wanted in case.scenario.turns:
            for fault in wanted.faults:
                place.order(fault)
            for sound in sounds_of(wanted, case.variation):
                number += 1
                barged, late = _over(last, wanted.barge_in, sound)
                turn, ending = self._take(conversation, wanted, barged, listening)
                result = result_of(number, wanted, turn, tuple(calls), barged, ending)
                calls += result.calls
                if late:
                    result = _with(result, Problem(Kind.LATE, late))
                yield result
                last = turn

    def _take(
        self, conversation: Conversation, wanted: SaidTurn, sound: Samples | None, listening: _Listening
    ) -> tuple[Turn, Ending | None]:
        if sound is None:
            return conversation.read(wanted.say), None
        chunks = in_chunks([sound])
        voice = self._voices_known().probabilities(sound)
        ending = Ending(
            self._paced(chunks) if self._setup.paced else chunks,
            voice,
            lambda: conversation.end_of_turn(pace=0.0),
            conversation.makes_sense,
        )
        listening.ending = ending
        return conversation.hear(ending), ending

    def _paced(self, chunks: Iterator[Samples]) -> Iterator[Samples]:
        started, spoken = time.monotonic(), 0.0
        for chunk in chunks:
            spoken += len(chunk) / SAMPLE_RATE
            self._sleep(max(0.0, started + spoken - time.monotonic()))
            yield chunk


class _Listening:
    """Hands the words so far to who watches for the end of the turn."""

    def __init__(self) -> None:
        self.ending: Ending | None = None

    def __call__(self, event: Event) -> None:
        if self.ending is not None:
            self.ending(event)


def _over(last: Turn | None, barge_in: float | None, sound: Samples | None) -> tuple[Samples | None, str]:
    """The sound with the end of the previous answer in it, and what was wrong with the moment."""
    if barge_in is None or sound is None or last is None or last.speech is None:
        return sound, ""
    answer = last.speech
    if answer.seconds <= barge_in:
        return sound, f"the answer was over after {answer.seconds:.1f} s, before somebody spoke over it"
    rest = answer.samples[round(barge_in * answer.sample_rate) :]
    echo = convert(rest[: round(_OVERLAP * answer.sample_rate)], answer.sample_rate)[: len(sound)]
    mixed = sound.astype(np.float32)
    mixed[: len(echo)] += echo * _ECHO
    return np.clip(np.rint(mixed), -32768, 32767).astype(np.int16), ""


def _with(result: TurnResult, problem: Problem) -> TurnResult:
    return replace(result, problems=(*result.problems, problem))
