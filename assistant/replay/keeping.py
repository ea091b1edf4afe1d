"""A conversation that goes on, kept turn by turn: each of its bundles repeats all until then."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np
import soundfile

from assistant.actions.services import clock
from assistant.bank import exchanges
from assistant.bank.connections import Connections
from assistant.bank.exchanges import Recorder
from assistant.errors import AssistantError
from assistant.replay.bundle import write_bundle
from assistant.replay.cases import Case
from assistant.replay.pseudonyms import Pseudonyms
from assistant.replay.replayer import Setup
from assistant.replay.results import CaseResult, TurnResult
from assistant.replay.scenario import Given, SaidTurn, Scenario, Understanding, WantedReply
from assistant.replay.tapes import Tape, masked, new_key
from assistant.replay.turn_results import result_of
from assistant.settings import SAMPLE_RATE
from assistant.turn import Turn

_log = logging.getLogger(__name__)


class TurnKeeper:
    """Open it before the desk is loaded: what the banks are asked from then on is in each bundle."""

    def __init__(self, folder: Path, passphrase: str = "") -> None:
        self.folder = folder
        self.kept = 0
        self._passphrase = passphrase
        self._recorder = Recorder()
        self._setup: Setup | None = None
        self._turns: list[SaidTurn] = []
        self._results: list[TurnResult] = []
        self._closing = ExitStack()

    def __enter__(self) -> TurnKeeper:
        self._sounds = Path(self._closing.enter_context(TemporaryDirectory(prefix="turns-")))
        self._closing.callback(exchanges.use, None)
        exchanges.use(self._recorder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def begin(self, setup: Setup) -> None:
        """Everything is loaded; the first turn comes next."""
        self._setup = setup
        self._recorder.begin()

    def keep(self, turn: Turn) -> None:
        """Write `turn-NNN.zip`. What cannot be written is logged: a conversation does not end of that."""
        if self._setup is None or not (turn.audio or turn.said):
            return
        said = self._said(turn)
        sound = np.concatenate(turn.audio) if turn.audio else None
        earlier = tuple(call for result in self._results for call in result.calls)
        number = len(self._turns) + 1
        self._turns.append(said)
        self._results.append(result_of(number, said, turn, earlier, sound, None))
        try:
            self._write(number, self._setup)
        except AssistantError as error:
            _log.warning("a turn was not kept: %s", error.code)
        else:
            self.kept += 1

    def _said(self, turn: Turn) -> SaidTurn:
        """With what came of it as what must come of it. How its words were to be heard nobody knows."""
        understood = turn.understood
        said = SaidTurn(
            "" if turn.audio else turn.said,
            understood=Understanding((understood.intent,)) if understood else None,
            replies=tuple(WantedReply(each.response) for each in turn.replies if each.response) or None,
        )
        if not turn.audio:
            return said
        path = self._sounds / f"{len(self._turns) + 1:03d}.flac"
        soundfile.write(path, np.concatenate(turn.audio), SAMPLE_RATE, subtype="PCM_16")
        return replace(said, audio=path)

    def _write(self, number: int, setup: Setup) -> None:
        key = new_key()
        banks = Connections.from_settings(setup.settings).all()
        given = Given(today=clock()())  # and not who: a user name is for nobody else
        scenario = Scenario(f"turn {number}", Path("conversation"), 0, given, tuple(self._turns))
        case = Case(scenario)
        result = CaseResult(case.id, str(scenario.file), scenario.name, "", 1, tuple(self._results))
        write_bundle(
            self.folder,
            case,
            result,
            setup,
            self._passphrase,
            tape=masked(Tape(banks, *self._recorder.kept()), Pseudonyms(key)),
            key=key,
            name=f"turn-{number:03d}",
        )
