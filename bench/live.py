"""`python -m bench.live [WHAT …]`: the live loop in figures, in virtual time; see docs/live.md.

WHAT: latency cutoffs digits stop echo wake turns; all when left out. Recordings are synthetic: commands in
voices that the speech model was not trained on, single phrases in espeak-ng's own. What must not wake it is
read by people (`../shared/data/speech`, when present).
"""

from __future__ import annotations

import argparse
import csv
import logging
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from assistant.asr.speech_model import SpeechModel, open_model
from assistant.asr.spotter import Spotter
from assistant.audio.frames import Samples, convert
from assistant.audio.recordings import read_recording
from assistant.errors import BadRecordingError
from assistant.events import FirstSound, Interrupted
from assistant.live.manner import Manner, State
from assistant.nlu.training import train
from assistant.practice import practice_settings, practising
from assistant.settings import SAMPLE_RATE, Settings
from assistant.startup import Desk
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser
from bench.live_room import STEP, EchoPath, Room
from bench.measure import Row, percentile, report

RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "audio"
PEOPLE = Path(__file__).resolve().parents[2] / "shared" / "data" / "speech"
OUTPUT = Path("out/bench-live.json")
OPEN = Manner(always_open=True)
PHRASE = "hello assistant"
VOICES = ("gmw/en-US", "gmw/en-GB-x-rp", "gmw/en-GB-scotland")
"""espeak-ng's own; the wake phrase and "stop" are said by them at five speeds."""
SPEEDS = (120, 140, 160, 180, 200)


def said(text: str) -> Iterator[Samples]:
    """The text in every voice at every speed, 16 kHz, without silence around."""
    for voice in VOICES:
        for speed in SPEEDS:
            with Synthesiser(VoiceProfile(voice=voice, words_per_minute=speed)) as synthesiser:
                speech = synthesiser.render(text)
            sound = convert(speech.samples, speech.sample_rate)
            loud = np.flatnonzero(np.abs(sound.astype(int)) > 150)
            yield sound[loud[0] : loud[-1] + 1]


def ask(room: Room, sound: Samples) -> None:
    room.say(sound)
    room.run(0.5)
    room.settle()


def at_most(what: str, value: float, most: float, unit: str = "", digits: int = 0) -> Row:
    shown = f"{value:.{digits}f} {unit}".strip()
    return Row(what, shown, target=f"≤ {most:g} {unit}".strip(), met=value <= most)


def found_of(what: str, found: int, tried: int, share: float) -> Row:
    return Row(what, f"{found} of {tried}", target=f"≥ {share:.0%}", met=found >= share * tried)


def latency(desk: Desk, count: int) -> list[Row]:
    """Every recorded command once; the waits are virtual, the computing is this machine's."""
    room = Room(desk, OPEN)
    for path in sorted(RECORDINGS.glob("*.flac"))[:count]:
        ask(room, read_recording(path))
    turns = room.of(FirstSound)
    room.close()
    totals = [turn.latency["total"] for turn in turns]
    computing = [turn.latency["total"] - turn.latency["wait"] for turn in turns]
    answers = [turn.latency["total"] for turn in turns if turn.kind == "answer"]
    rows = [
        at_most(f"last word → first sound, {len(turns)} turns, p50", percentile(totals, 50), 700, "ms"),
        at_most("the same, p95", percentile(totals, 95), 1000, "ms"),
        at_most("of this computing, p50", percentile(computing, 50), 150, "ms"),
    ]
    if answers:
        rows.append(at_most(f"{len(answers)} answers to questions, p50", percentile(answers, 50), 550, "ms"))
    return rows


def cutoffs(desk: Desk, count: int) -> list[Row]:
    """Recorded commands with pauses put between their words.

    No people's commands are at hand, so the pauses are assumed: after three words in ten 0.1 to 0.3 s, after
    three in a hundred 0.3 to 0.6 s.
    """
    room = Room(desk, OPEN)
    drawn = np.random.default_rng(1)
    cut, spoken, lone, lone_heard = 0, 0, 0, 0
    recogniser = desk.hearing.expecting(None)() if desk.hearing else None
    if recogniser is None:
        raise TypeError("no hearing")
    for path in sorted(RECORDINGS.glob("*.flac"))[:count]:
        sound = read_recording(path)
        words = recogniser.transcribe([sound]).words
        parts, begun = [], 0
        for word in words[:-1]:
            kind = drawn.random()
            pause = drawn.uniform(0.1, 0.3) if kind < 0.3 else drawn.uniform(0.3, 0.6) if kind < 0.33 else 0.0
            if pause:
                cut_at = round(word.end * SAMPLE_RATE)
                parts += [sound[begun:cut_at], np.zeros(round(pause * SAMPLE_RATE), np.int16)]
                begun = cut_at
        before = len(room.heard)
        ask(room, np.concatenate([*parts, sound[begun:]]))
        spoken += 1
        cut += len(room.heard) - before > 1
        if len(words) == 1:
            lone += 1
            lone_heard += len(room.heard) - before == 1
    room.close()
    return [
        at_most(f"cut off, {spoken} commands with pauses", cut / spoken * 100, 1, "%", 1),
        found_of("lone words heard", lone_heard, lone, 0.98),
    ]


def digits(desk: Desk, count: int) -> list[Row]:
    groups = ["four five three nine", "one four eight eight", "oh three four three", "six four six seven"]
    room = Room(desk, OPEN)
    whole = 0
    spoken = list(zip(*(said(group) for group in groups), strict=True))[: min(count, 20)]
    pause = np.zeros(round(1.2 * SAMPLE_RATE), np.int16)
    for number in spoken:
        before = len(room.heard)
        ask(room, np.concatenate([part for group in number for part in (group, pause)]))
        whole += len(room.heard) - before == 1
    room.close()
    return [found_of("16 digits with pauses of 1.2 s, one turn", whole, len(spoken), 1.0)]


def stop(desk: Desk, count: int) -> list[Row]:
    """From the end of the word to the last sample taken; what waits in the sound system comes on top."""
    waits: list[float] = []
    tried = 0
    room = Room(desk, OPEN)
    for sound in [*said("stop"), *said("wait")][:count]:
        ask_long = read_recording(RECORDINGS / "list-transactions-1.flac")
        room.say(ask_long)
        room.run(30, until=lambda: room.loop.state is State.SPEAKING)
        room.run(1.3)
        before, tried = len(room.of(Interrupted)), tried + 1
        ended = room.say(sound)
        if room.run(2, until=lambda before=before: len(room.of(Interrupted)) > before):  # type: ignore[misc]
            waits.append((room.now - ended) * 1000)
        room.settle()
    room.close()
    return [
        found_of("“stop”, “wait” heard", len(waits), tried, 1.0),
        at_most("the same → silence, longest", max(waits, default=9999), 200, "ms"),
    ]


def echo(desk: Desk, count: int) -> list[Row]:
    """Turns whose answers come back at 0 to −12 dB after 50 to 400 ms, with a room's reverberation."""
    asked = heard = interrupted = 0
    paths = sorted(RECORDINGS.glob("*.flac"))
    for place, gain in enumerate((0.0, -3.0, -6.0, -12.0)):
        path = EchoPath(gain, (0.05, 0.15, 0.25, 0.4)[place], 0.3 + 0.1 * place)
        room = Room(desk, OPEN, echo=path, seed=place)
        for number in range(count // 4):
            ask(room, read_recording(paths[(number * 7 + place) % len(paths)]))
            room.run(1.5)
            asked += 1
        heard += len(room.heard)
        interrupted += len(room.of(Interrupted))
        room.close()
    return [
        at_most(f"own echo, {asked} turns: turns too many", heard - asked, 0),
        at_most("interrupted by itself", interrupted, 0),
    ]


def wake(desk: Desk, count: int) -> list[Row]:
    model = open_model(desk.settings.builtin_speech_model)
    spoken = list(said(PHRASE))
    quiet = np.zeros(SAMPLE_RATE, np.int16)
    found = dict.fromkeys((None, 10), 0)
    drawn = np.random.default_rng(2)
    for sound in spoken:
        for snr in found:
            whole = np.concatenate([quiet, sound, quiet]).astype(np.float32)
            if snr is not None:
                power = np.sqrt(np.square(sound.astype(np.float32)).mean()) * 10 ** (-snr / 20)
                whole += drawn.normal(0, power, len(whole)).astype(np.float32)
            heard = np.clip(whole, -32768, 32767).astype(np.int16)
            found[snr] += bool(_spotted(Spotter(model, [PHRASE]), heard))
    rows = [
        found_of(f"“{PHRASE}” found, clean", found[None], len(spoken), 0.97),
        found_of("the same at 10 dB", found[10], len(spoken), 0.9),
    ]
    seconds, false = _false_accepts(model, count)
    if seconds:
        hours = seconds / 3600
        rows.append(at_most(f"false accepts an hour, {hours:.1f} h of people", false / hours, 0.5, digits=2))
    return rows


def _false_accepts(model: SpeechModel, count: int) -> tuple[float, int]:
    manifest = PEOPLE / "manifest.tsv"
    if not manifest.is_file():
        return 0.0, 0
    seconds, false = 0.0, 0
    with manifest.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows[:: max(1, 400 // count)]:
        try:
            sound = read_recording(PEOPLE / row["path"])
        except BadRecordingError:
            continue
        seconds += len(sound) / SAMPLE_RATE
        false += _spotted(Spotter(model, [PHRASE]), sound)
    return seconds, false


def _spotted(spotter: Spotter, sound: Samples) -> int:
    return sum(spotter.feed(sound[at : at + STEP]) is not None for at in range(0, len(sound), STEP))


def turns(desk: Desk, count: int) -> list[Row]:
    """Turn after turn in one loop; the first fifty warm up."""
    room = Room(desk, OPEN)
    paths = sorted(RECORDINGS.glob("*.flac"))
    warm, begun = min(50, count // 2), 0
    for number in range(count):
        if number == warm:
            begun = _memory()
        ask(room, read_recording(paths[number % len(paths)]))
        room.events.clear()
        room.played.clear()
    grown = (_memory() - begun) / 1024
    room.close()
    return [at_most(f"memory grown over {count - warm} turns", grown, 20, "MB")]


def _memory() -> int:
    """kB resident now; the highest ever where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize() // 1024


MEASURES: dict[str, tuple[Callable[[Desk, int], list[Row]], int]] = {
    "latency": (latency, 90),
    "cutoffs": (cutoffs, 90),
    "digits": (digits, 15),
    "stop": (stop, 30),
    "echo": (echo, 100),
    "wake": (wake, 400),
    "turns": (turns, 500),
}
"""Name → what measures it, and how much of it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", nargs="*", choices=[*MEASURES, []], help="all when left out")
    parser.add_argument("--share", type=float, default=1.0, help="of the rounds; 0.1 is a quick look")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    settings = practice_settings(Settings.from_environment())
    model = train(settings, print)
    rows: list[Row] = []
    with practising(settings), Desk(settings).load(model=model) as desk:
        for name in chosen.what or MEASURES:
            measure, count = MEASURES[name]
            print(f"{name} …", flush=True)
            rows += measure(desk, max(4, round(count * chosen.share)))
            for row in rows[-4:]:
                print("  ", row.what, row.ours, flush=True)
    report("The live loop in virtual time (recordings are synthetic voices)", rows, OUTPUT)


if __name__ == "__main__":
    main()
