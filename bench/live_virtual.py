"""The live loop in virtual time: recogniser, dialogue, bank and voice are real, the clock counts sound."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from assistant.asr.speech_model import SpeechModel, open_model
from assistant.asr.spotter import Spotter
from assistant.audio.frames import Samples
from assistant.audio.recordings import read_recording
from assistant.errors import BadRecordingError
from assistant.events import FirstSound, Interrupted
from assistant.live.manner import Key, Manner
from assistant.settings import SAMPLE_RATE
from assistant.startup import Desk
from bench.live_room import STEP, EchoPath, Room, hearing_of
from bench.live_speech import LIST, RECORDINGS, commands, halting, prompts, said
from bench.measure import Row, at_most, found_of, mebibytes, percentile

PEOPLE = Path(__file__).resolve().parents[2] / "shared" / "data" / "speech"
OPEN = Manner(always_open=True)
PHRASE = "hello assistant"


def ask(room: Room, sound: Samples) -> None:
    room.say(sound)
    room.run(0.5)
    room.settle()


def cutoffs(desk: Desk, count: int) -> list[Row]:
    """Recorded commands with pauses put between their words, each in a conversation of its own.

    No people's commands are at hand, so the pauses are assumed: after three words in ten 0.1 to 0.3 s, after
    three in a hundred 0.3 to 0.6 s.
    """
    drawn = np.random.default_rng(1)
    cut = spoken = 0
    recogniser = hearing_of(desk).expecting(None)()
    for number, path in enumerate(sorted(RECORDINGS.glob("*.flac"))[:count]):
        sound = read_recording(path)
        parts, begun = [], 0
        for word in recogniser.transcribe([sound]).words[:-1]:
            kind = drawn.random()
            pause = drawn.uniform(0.1, 0.3) if kind < 0.3 else drawn.uniform(0.3, 0.6) if kind < 0.33 else 0.0
            if pause:
                cut_at = round(word.end * SAMPLE_RATE)
                parts += [sound[begun:cut_at], np.zeros(round(pause * SAMPLE_RATE), np.int16)]
                begun = cut_at
        room = Room(desk, OPEN, seed=number)
        room.say(np.concatenate([*parts, sound[begun:]]))
        room.run(len(sound) / SAMPLE_RATE + 3.0)
        spoken += 1
        cut += len(room.heard) > 1
        room.close()
    return [at_most(f"cut off, {spoken} commands with pauses", cut / spoken * 100, 1, "%", 1)]


def lone(desk: Desk, count: int) -> list[Row]:
    """Yes and no at the prompt: heard as such, and the wait until that was sure, which is virtual."""
    heard, waits = 0, []
    spoken = prompts(count)
    for number, (typed, sound) in enumerate(spoken):
        room = Room(desk, OPEN, seed=number, asked=typed)
        ask(room, sound)
        heard += bool(room.heard)
        waits += [turn.latency["wait"] for turn in room.of(FirstSound)]
        room.close()
    return [
        found_of("lone yes and no at the prompt, heard", heard, len(spoken), 0.98),
        at_most("last word of it → sure that it was all, longest", max(waits, default=9999), 600, "ms"),
    ]


def latency(desk: Desk, count: int) -> list[Row]:
    """Every recorded command, each in a conversation of its own; the waits are virtual, the computing is this
    machine's."""
    turns: list[Mapping[str, float]] = []
    for number, path in enumerate(commands(count)):
        room = Room(desk, OPEN, seed=number)
        room.say(read_recording(path))
        room.run(30, until=partial(room.has, FirstSound))
        turns += [turn.latency for turn in room.of(FirstSound)[:1]]
        room.close()
    totals = [turn["total"] for turn in turns]
    return [
        at_most(f"last word → first sound, {len(turns)} commands, p50", percentile(totals, 50), 700, "ms"),
        at_most("the same, p95", percentile(totals, 95), 1000, "ms"),
        at_most("of this computing, p50", percentile([t["total"] - t["wait"] for t in turns], 50), 150, "ms"),
    ]


def digits(desk: Desk, count: int) -> list[Row]:
    cards = (
        ("four five three nine", "one four eight eight", "oh three four three", "six four six seven"),
        ("five one two nine", "eight oh two six", "three three nine one", "seven five four two"),
    )
    room = Room(desk, OPEN)
    whole = 0
    spoken = [number for card in cards for number in zip(*map(said, card), strict=True)]
    spoken = [spoken[round(place)] for place in np.linspace(0, len(spoken) - 1, count)]
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
    spoken = halting(count)
    for number, sound in enumerate(spoken):
        room = Room(desk, OPEN, seed=number, tells=LIST)
        room.loop.tell_news()
        room.run(5, until=room.speaks)
        room.run(1.3)
        ended = room.say(sound)
        if room.run(2, until=partial(room.has, Interrupted)):
            waits.append((room.now - ended) * 1000)
        room.close()
    return [
        found_of("“stop”, “wait” heard", len(waits), len(spoken), 1.0),
        at_most("the same → silence, longest", max(waits, default=9999), 200, "ms"),
    ]


_ACQUAINTED = 5
"""Turns after which somebody else begins: the first answer comes before the echo is known."""


def echo(desk: Desk, count: int) -> list[Row]:
    """Turns whose answers come back at 0 to −12 dB after 50 to 400 ms, with a room's reverberation."""
    asked = heard = interrupted = 0
    paths = sorted(RECORDINGS.glob("*.flac"))
    for place, gain in enumerate((0.0, -3.0, -6.0, -12.0)):
        path = EchoPath(gain, (0.05, 0.15, 0.25, 0.4)[place], 0.3 + 0.1 * place)
        numbers = range(count // 4)
        for first in numbers[::_ACQUAINTED]:
            room = Room(desk, OPEN, echo=path, seed=place)
            for number in numbers[first : first + _ACQUAINTED]:
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
    """Turn after turn in one loop; the first fifty warm up. One answer in five is listened to to its end."""
    room = Room(desk, OPEN)
    paths = sorted(RECORDINGS.glob("*.flac"))
    warm, begun, answered = min(50, count // 2), 0.0, 0
    for number in range(count):
        if number == warm:
            begun = mebibytes()
        room.say(read_recording(paths[number % len(paths)]))
        room.run(20, until=partial(room.has, FirstSound))
        if number % 5:
            room.run(0.5)
            room.loop.press(Key.STOP)
        room.settle()
        answered += room.has(FirstSound)
        room.events.clear()
        room.played.clear()
    grown = mebibytes() - begun
    room.close()
    return [
        found_of("turns in a row, answered", answered, count, 1.0),
        at_most(f"memory grown over {count - warm} turns", grown, 20, "MB"),
    ]
