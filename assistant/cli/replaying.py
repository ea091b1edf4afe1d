"""For testers: `replay`."""

from __future__ import annotations

import math
import os
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from assistant.asr.turns import split_turns
from assistant.audio.frames import in_chunks
from assistant.audio.recordings import RecordingSource
from assistant.audio.writer import WavWriter
from assistant.cli.console import console, plain, print_failure, working
from assistant.cli.desk import open_desk
from assistant.cli.replay_summary import Watcher, print_summary
from assistant.cli.turns import TurnPrinter
from assistant.conversation import Conversation
from assistant.errors import AudioError, SettingsError
from assistant.replay.bundle import PASSPHRASE, unpack_bundle, write_bundle
from assistant.replay.bundle import SUFFIX as BUNDLE
from assistant.replay.cases import only, scenarios_at
from assistant.replay.cluster import replay_on_cluster
from assistant.replay.comparing import Baseline
from assistant.replay.folder import RunFolder
from assistant.replay.junit import write_junit
from assistant.replay.page import write_page
from assistant.replay.pool import processes_for, replay_here
from assistant.replay.replayer import Setup
from assistant.replay.scenario import SUFFIX
from assistant.replay.suite import Replay, Suite, default_folder, make_setup, run
from assistant.replay.tapes import TAPE, take_up
from assistant.replay.variations import noises_in, variations
from assistant.settings import Settings

_NO_NOISE = math.inf
"""dB of the speech over it."""


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Test")(replay)


def replay(
    paths: Annotated[
        list[Path], typer.Argument(help="Recordings (WAV, FLAC, OGG), scenarios (YAML), or folders of them.")
    ],
    practice: Annotated[
        bool,
        typer.Option("--practice/--my-banks", help="Recordings only: ask the practice bank, or your own."),
    ] = True,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Recordings only: write the answers as one WAV."),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(help="Folder for what came of it: JSON lines, JUnit XML, a page. [default: out/replay]"),
    ] = None,
    choose: Annotated[
        list[str] | None, typer.Option("--only", help="Only scenarios of this name; `*` stands for anything.")
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Replay everything so many times: pass rates.")] = 1,
    snr: Annotated[str, typer.Option(help="Add noise, dB of speech over it: `20,10,5`.")] = "",
    noise: Annotated[
        Path | None, typer.Option(help="Recordings of noise to add; white noise when left out.")
    ] = None,
    speed: Annotated[str, typer.Option(help="Play faster or slower: `0.9,1.1`.")] = "",
    gain: Annotated[str, typer.Option(help="Play louder or softer, dB: `-20,6`.")] = "",
    rooms: Annotated[str, typer.Option(help="Let it sound in rooms, seconds of echo: `0.3,0.8`.")] = "",
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Hand sound over as slowly as a microphone does.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0 takes one for each core.")] = 0,
    scheduler: Annotated[
        str, typer.Option(help="Replay on the Dask cluster of this scheduler: `tcp://HOST:PORT`.")
    ] = "",
    bundle: Annotated[
        Path | None,
        typer.Option(help="Folder in which each failed case is kept as one file, to be sent or replayed."),
    ] = None,
    to_scenario: Annotated[
        Path | None,
        typer.Option("--to-scenario", help="Turn one bundle into a test: a scenario, its sounds beside it."),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="An earlier run's folder or summary.json: what got better or worse.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew, also where an earlier run was interrupted.")
    ] = False,
) -> None:
    """Take recordings for what somebody said, and see whether the right thing comes of it.

    One or more recordings are one conversation, turn by turn on the screen:
    `assistant replay tests/audio/check-balance-1.flac --output answers.wav`

    Scenarios and folders are a suite, replayed on all cores; what was expected and did not happen is told by
    kind: `assistant replay tests/audio --snr 20,10 --rooms 0.4`

    An interrupted run goes on when the same command is given again. The exit status is 1 when something
    failed.
    """
    if to_scenario is not None:
        _make_scenario(paths, to_scenario)
        return
    suite_options = [bundle, results, choose, snr, noise, speed, gain, rooms, scheduler, compare]
    if repeat == 1 and not realtime and not any(suite_options) and all(map(_is_recording, paths)):
        _converse(paths, practice=practice, output=output)
        return
    snrs = _numbers("--snr", snr, _NO_NOISE, least=-20, most=60)
    baseline = Baseline(compare) if compare is not None else None
    place = results or default_folder()
    scenarios = scenarios_at(_unpacked(path, place) for path in paths)
    suite = Suite(
        only(scenarios, choose) if choose else scenarios,
        variations(
            speeds=_numbers("--speed", speed, 1.0, least=0.5, most=2.0),
            rooms=_numbers("--rooms", rooms, 0.0, least=0.0, most=5.0),
            snrs=[None if each == _NO_NOISE else each for each in snrs],
            noises=noises_in(noise) if noise is not None else (None,),
            gains=_numbers("--gain", gain, 0.0, least=-60, most=40),
        ),
        repeat,
    )
    replay_suite(
        suite,
        place,
        partial(replay_on_cluster, address=scheduler)
        if scheduler
        else partial(replay_here, processes=jobs or processes_for(suite.cases)),
        baseline=baseline,
        paced=realtime,
        fresh=fresh,
        bundles=bundle,
    )


def replay_suite(
    suite: Suite,
    place: Path,
    how: Replay,
    *,
    baseline: Baseline | None,
    paced: bool,
    fresh: bool,
    bundles: Path | None,
) -> None:
    """Raises AssistantError; typer.Exit with status 1 when something failed."""
    with working("Getting ready") as progress:
        setup = make_setup(Settings.from_environment(), progress, hears=suite.hears, paced=paced)
        if bundles is not None:
            setup = replace(setup, tapes=place / "tapes")
    with RunFolder(place, suite.identity(setup), fresh=fresh) as folder:
        started = time.monotonic()
        with Watcher(console(), suite.cases, len(folder.done)) as watcher:
            measures = run(suite, setup, how, folder, watcher)
        took = time.monotonic() - started
        comparison = baseline.compare(folder.results(), measures) if baseline else None
        write_junit(place / "junit.xml", folder.results(), measures)
        write_page(place / "report.html", folder.results(), suite.all_cases(), measures)
        if bundles is not None:
            _bundle(suite, setup, folder, bundles)
        print_summary(console(), measures, folder.results(), comparison, took)
    console().print(f"\nTo hear and see it: {plain(str(place / 'report.html'))}", soft_wrap=True)
    if measures.passed < measures.cases:
        raise typer.Exit(1)


def _bundle(suite: Suite, setup: Setup, folder: RunFolder, bundles: Path) -> None:
    failed = {result.id: result for result in folder.results() if not result.passed and not result.crash}
    for case in suite.all_cases():
        if case.id in failed and setup.tapes is not None:
            path = setup.tapes / f"{case.id}{TAPE}"
            tape, key = take_up(path) or (None, b"")
            passphrase = os.environ.get(PASSPHRASE, "")
            write_bundle(bundles, case, failed[case.id], setup, passphrase, tape=tape, key=key)
            path.unlink(missing_ok=True)


def _unpacked(path: Path, place: Path) -> Path:
    """A bundle's scenario; every other path as it is."""
    if path.suffix.lower() != BUNDLE:
        return path
    return unpack_bundle(path, place / "bundles" / path.stem, os.environ.get(PASSPHRASE, ""))


def _make_scenario(paths: list[Path], target: Path) -> None:
    if len(paths) != 1 or paths[0].suffix.lower() != BUNDLE:
        raise SettingsError(
            "--to-scenario takes one bundle", remedy="Write: assistant replay turn.zip --to-scenario FILE."
        )
    folder = target.with_name(target.name.partition(".")[0])
    scenario = unpack_bundle(paths[0], folder, os.environ.get(PASSPHRASE, ""))
    found = scenario.with_name(target.name if target.name.endswith(SUFFIX) else target.stem + SUFFIX)
    scenario.replace(found)
    for name in ("about.json", "result.json"):
        (folder / name).unlink(missing_ok=True)
    console().print(f"The scenario: {plain(str(found))}", soft_wrap=True)


def _converse(files: list[Path], *, practice: bool, output: Path | None) -> None:
    failures = 0
    with ExitStack() as stack:
        # First of all: that nothing can be written is better told before half a minute of loading.
        sound = stack.enter_context(WavWriter(output)) if output is not None else None
        desk = stack.enter_context(open_desk(practice=practice, speaking=output is not None))
        conversation = desk.conversation(observers=[TurnPrinter(console())])
        for file in files:
            console().print(f"[bold]{plain(str(file))}[/]")
            try:
                failures += _replay_file(file, conversation, sound)
            except AudioError as error:
                print_failure(error)
                failures += 1
    if failures:
        raise typer.Exit(1)


def _replay_file(file: Path, conversation: Conversation, sound: WavWriter | None) -> int:
    """How many turns failed. Raises AudioError for a recording that cannot be used, StorageError."""
    failed = 0
    for said in split_turns(RecordingSource(file)):
        turn = conversation.hear(in_chunks([said]))
        failed += turn.failure is not None
        if sound is not None and turn.speech is not None:
            sound.write(turn.speech.samples, turn.speech.sample_rate)
    return failed


def _is_recording(path: Path) -> bool:
    """Also what is missing or no sound at all: the conversation tells that of each file."""
    return not path.is_dir() and path.suffix.lower() not in (".yml", ".yaml", ".zip")


def _numbers(option: str, text: str, usual: float, *, least: float, most: float) -> list[float]:
    """Of a list with commas; `clean` among them stands for the sound as it is. Raises SettingsError."""
    if not text:
        return [usual]
    found: list[float] = []
    for part in text.split(","):
        if part.strip() == "clean":
            found.append(usual)
            continue
        try:
            value = float(part)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise SettingsError(
                f"{option} {text}: {part!r} is no number from {least:g} to {most:g}",
                remedy=f"Write numbers with commas, `clean` for the sound as it is: {option} clean,{most:g}.",
            )
        found.append(value)
    return found
