"""For testers: `synth` and `record`, which make a scenario's recordings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from assistant.asr.endpoint import EndOfTurn, Pauses
from assistant.asr.turns import OneTurn
from assistant.audio.frames import Samples
from assistant.audio.level import Level, measure_level
from assistant.audio.loudspeaker import Loudspeaker
from assistant.audio.microphone import Microphone
from assistant.cli.console import console, plain, working
from assistant.cli.speaking import DeviceOption, SpeakerOption, number_or_name
from assistant.replay.reading import read_scenarios
from assistant.replay.scenario import SUFFIX, SaidTurn, Scenario
from assistant.replay.session import Session, trimmed
from assistant.replay.synthesis import OWN, Speakers, check_voice
from assistant.settings import SAMPLE_RATE

Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Folder of the session. [default: beside the scenario]")
]
ScenarioFile = Annotated[Path, typer.Argument(help="A scenario file (YAML); see docs/testing.md.")]

_QUIETEST, _LOUDEST = -30.0, -1.0
"""dBFS of a take's peak beyond which the person is told to come closer, or to go back."""
_REST = 1.5
"""Seconds of quiet after which a take is over."""
_METER = 30
"""Columns, two decibels each."""


def add_to(app: typer.Typer) -> None:
    for command in (record, synth):
        app.command(rich_help_panel="Test")(command)


def synth(scenario: ScenarioFile, output: Output = None) -> None:
    """Have synthetic voices speak a scenario: a folder of recordings that can be replayed.

    `assistant synth transfers.scenario.yml`, then `assistant replay transfers-synthetic`
    """
    scenarios = read_scenarios(scenario)
    said = list(_to_say(scenarios))
    for each, turn in said:
        check_voice(each.voices.get(turn.voice, OWN))
    about = {
        "kind": "synthetic",
        "device": "none: speech synthesis",
        "consent": "not needed: nobody's voice",
        "voices": sorted({f"{v.engine} {v.voice}" for v in (e.voices.get(t.voice, OWN) for e, t in said)}),
    }
    session = Session(output or _beside(scenario, "synthetic"), scenario, about)
    with Speakers() as speakers, working("Speaking") as progress:
        for number, (each, turn) in enumerate(said, 1):
            progress(f"{number} of {len(said)}: {turn.say}")
            voice = each.voices.get(turn.voice, OWN)
            session.add(each, turn, speakers.speak(turn, voice), voice=f"{voice.engine} {voice.voice}")
    _tell(session, len(said))


def record(
    scenario: ScenarioFile,
    output: Output = None,
    speaker_name: Annotated[
        str, typer.Option("--who", help="Who speaks: a name or a sign that is kept with the recordings.")
    ] = "",
    device: DeviceOption = None,
    speaker: SpeakerOption = None,
) -> None:
    """Record a scenario with a microphone, sentence by sentence: level meter, listening again, another take.

    Each take ends when you have been quiet for a moment, and the quiet around it is cut off. Ctrl-C keeps
    what was recorded until then.
    """
    scenarios = read_scenarios(scenario)
    said = list(_to_say(scenarios))
    out = console()
    with Microphone(number_or_name(device)) as microphone:
        if not _agreed(out):
            out.print("Nothing was recorded.")
            return
        who = speaker_name or out.input("Who speaks? (a name or a sign; it is kept with the recordings) ")
        about = {
            "kind": "person",
            "speaker": who,
            "device": microphone.name,
            "consent": {"question": _CONSENT, "answer": "yes", "by": who},
        }
        session = Session(output or _beside(scenario, "recorded"), scenario, about)
        done = 0
        try:
            for number, (each, turn) in enumerate(said, 1):
                out.print(f"\n{number} of {len(said)}   [bold]{plain(turn.say)}[/]")
                done += _take_until_kept(out, microphone, session, each, turn, speaker)
        except (KeyboardInterrupt, EOFError):
            out.print("\nStopped.")
    _tell(session, done)


_CONSENT = "May these recordings of your voice be kept in this folder and used to test the assistant?"


def _agreed(out: Console) -> bool:
    answer = out.input(f"{_CONSENT} (yes/no) ").strip().casefold()
    return answer in ("y", "yes")


def _take_until_kept(
    out: Console,
    microphone: Microphone,
    session: Session,
    each: Scenario,
    turn: SaidTurn,
    speaker: str | None,
) -> bool:
    """Whether a take was kept; else the sentence was left out."""
    takes = 0
    while True:
        if out.input("Enter to record, s to leave it out: ").strip().casefold() == "s":
            return False
        takes += 1
        microphone.drop_waiting()
        sound = trimmed(_listen(out, microphone))
        level = measure_level([sound], len(sound) / SAMPLE_RATE) if len(sound) else Level(-96, 0)
        advice = _advice(level)
        out.print(
            f"  {len(sound) / SAMPLE_RATE:.1f} s, loudest {level.peak:.0f} dBFS{advice and ': ' + advice}"
        )
        while (answer := out.input("Enter keeps it, r again, p plays it: ").strip().casefold()) == "p":
            Loudspeaker(number_or_name(speaker)).play(sound, SAMPLE_RATE)
        if answer != "r":
            session.add(each, turn, sound, takes=takes, peak_dbfs=round(level.peak, 1), clipped=level.clipped)
            return True


def _listen(out: Console, microphone: Microphone) -> Samples:
    """Until the person has been quiet for a moment."""
    pauses = Pauses(answered=_REST, sentence=_REST, unfinished=_REST, digits=_REST, wordless=1e9)
    heard: list[Samples] = []
    listening = OneTurn(microphone, EndOfTurn(pauses=pauses))
    # The rules wait for words; here every voice is one.
    listening.partial("anything")
    with Live(Text("…"), console=out, transient=True, auto_refresh=False) as meter:
        for chunk in listening:
            heard.append(chunk)
            meter.update(_meter(chunk), refresh=True)
    return np.concatenate(heard) if heard else np.zeros(0, np.int16)


def _meter(chunk: Samples) -> Text:
    peak = int(np.abs(chunk.astype(np.int32)).max(initial=1))
    decibels = 20 * math.log10(max(peak, 1) / 32768)
    bars = max(0, min(_METER, round(_METER + decibels / 2)))
    colour = "red" if decibels > _LOUDEST else "green" if decibels > _QUIETEST else "yellow"
    return Text("recording ", style="bold") + Text("█" * bars, style=colour) + Text("·" * (_METER - bars))


def _advice(level: Level) -> str:
    if level.muted:
        return ": nothing was heard; is the microphone on?"
    if level.peak > _LOUDEST or level.clipped:
        return ": too loud; go back a little, and take it again"
    return ": soft; come closer, and take it again" if level.peak < _QUIETEST else ""


def _to_say(scenarios: list[Scenario]) -> Iterator[tuple[Scenario, SaidTurn]]:
    for scenario in scenarios:
        for turn in scenario.turns:
            if turn.say:
                yield scenario, turn


def _beside(scenario: Path, kind: str) -> Path:
    return scenario.with_name(f"{scenario.name.removesuffix(SUFFIX).removesuffix('.yml')}-{kind}")


def _tell(session: Session, count: int) -> None:
    if count:
        session.finish()
    console().print(f"{count} recordings: {plain(str(session.folder))}", soft_wrap=True)
    if count:
        console().print(f"To replay them: assistant replay {plain(str(session.folder))}", soft_wrap=True)
