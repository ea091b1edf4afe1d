"""How many satellites talk at once on two cores, each in real time, beside bare Vosk streams.

`python -m bench.rooms`. Each says a recorded command, waits for its answer, and says the next a second later.
Latency counts from the end of its sound: with us to the first sound of the answer (hearing, understanding,
the bank, the voice), with a bare `vosk-server` to the last words. A level counts as carried while the 95th
percentile stays within a second. The clients run on the same two cores, alike for both. The recordings are
synthetic speech in voices that the speech model never learnt from.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.progress import Progress
from websockets.client import connect
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.event import Event
from wyoming.tts import Synthesize

from assistant.audio.recordings import read_recording
from assistant.nlu.training import train
from assistant.practice import practice_settings, practising
from assistant.settings import SAMPLE_RATE, Settings
from bench.measure import Row, found_of, percentile, report

OUTPUT = Path("out/rooms.json")
RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "audio"
_CORES = 2
_LONGEST_WAIT = 1.0
"""Seconds of the 95th percentile."""
_CHUNK = 1024
"""Samples, as satellites send them."""
_PAUSE = 1.0
_FIRST = 16
_AT_ONCE = 50
"""Satellites that ask at the same moment, as fast as they can send."""

Sound = bytes
Satellite = Callable[[str, Sequence[Sound], float, list[float]], Awaitable[None]]
"""Talks to an address until a moment, and notes its waits in seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rooms", description=__doc__)
    parser.add_argument("--seconds", type=float, default=12.0, help="of each level (%(default)s)")
    parser.add_argument("--most", type=int, default=160, help="satellites that are tried (%(default)s)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the figures as JSON (%(default)s)")
    wishes = parser.parse_args()
    logging.disable(logging.WARNING)
    settings = practice_settings(Settings.from_environment())
    model = train(settings, print)
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:_CORES]))
    sounds = [_pcm(path) for path in sorted(RECORDINGS.glob("*.flac")) if path.name.startswith(_ASKED)]
    carried, apart = [], 0
    with practising(settings), Progress() as progress:
        task = progress.add_task("", total=None)
        for role, client in (("bare", bare_stream), ("ours", satellite)):

            def tell(text: str, role: str = role) -> None:
                progress.update(task, description=f"{role}: {text}")

            tell("loading")
            with _server(settings, role, str(model)) as uri:
                carried.append(_capacity(uri, client, sounds, wishes.seconds, wishes.most, tell))
                if role == "ours":
                    tell(f"{_AT_ONCE} at once, in other rooms")
                    apart = asyncio.run(_apart(uri, sounds))
    (bare, bare_wait), (ours, our_wait) = carried
    what = f"carried at once on {_CORES} cores, p95 within a second"
    ratio = ours / bare if bare else None
    rows = [
        Row(what, f"{ours} satellites", f"{bare} streams", ratio, "≥ 1.00 ×", ours >= bare),
        found_of(f"{_AT_ONCE} at once: hear their own answer and no other's", apart, _AT_ONCE, 1.0),
        Row("p95 of the wait there", f"{our_wait:.2f} s", f"{bare_wait:.2f} s"),
    ]
    report("Across the room (synthetic voices kept out of training)", rows, wishes.output)


_ASKED = ("check-balance", "spending", "income", "list-accounts", "upcoming")


def _pcm(path: Path) -> Sound:
    return read_recording(path).astype("<i2").tobytes()


@contextmanager
def _server(settings: Settings, *role: str) -> Iterator[str]:
    environment = {**os.environ, "ASSISTANT_HOME": str(settings.home), "ASSISTANT_PRACTICE": "on"}
    command = [sys.executable, "-W", "ignore", "-m", "bench.rooms_servers", *role]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            uri = process.stdout.readline().strip()
            if not uri:
                raise RuntimeError(f"the server {role[0]} did not start")
            yield uri
        finally:
            process.terminate()


def _capacity(
    uri: str,
    client: Satellite,
    sounds: Sequence[Sound],
    seconds: float,
    most: int,
    tell: Callable[[str], None],
) -> tuple[int, float]:
    """The most that are carried, and the 95th percentile of their wait: doubling first, then halving."""
    _level(uri, client, sounds, 2, seconds / 2)  # warm
    carried, wait, failed, tried = 0, 0.0, most + 1, min(_FIRST, most)
    while carried < tried < failed:
        p95 = _level(uri, client, sounds, tried, seconds)
        tell(f"{tried} at once wait {p95:.2f} s (p95)")
        if p95 <= _LONGEST_WAIT:
            carried, wait = tried, p95
        else:
            failed = tried
        double = min(2 * tried, most)
        tried = double if failed > most else (carried + failed) // 2
        if failed - carried <= max(1, failed // 10):
            break
    return carried, wait


def _level(uri: str, client: Satellite, sounds: Sequence[Sound], count: int, seconds: float) -> float:
    """The 95th percentile of the wait when so many talk at once; infinite when one was left waiting."""
    waits: list[float] = []

    async def all_at_once() -> None:
        until = time.monotonic() + seconds
        luck = random.Random(count)

        async def one() -> None:
            await asyncio.sleep(luck.uniform(0, 3.0))
            await client(uri, luck.sample(list(sounds), len(sounds)), until, waits)

        await asyncio.wait_for(asyncio.gather(*(one() for _ in range(count))), seconds + 20)

    try:
        asyncio.run(all_at_once())
    except (asyncio.TimeoutError, OSError):
        return float("inf")
    return percentile(waits, 95) if len(waits) >= count else float("inf")


async def _pieces(sound: Sound, send: Callable[[bytes], Awaitable[object]], *, live: bool = True) -> float:
    """Send it, `live` in real time; when it was over in the room, however late the last piece left."""
    began = time.monotonic()
    over = began + len(sound) / 2 / SAMPLE_RATE
    for start in range(0, len(sound), 2 * _CHUNK):
        piece = sound[start : start + 2 * _CHUNK]
        there = began + (start + len(piece)) / 2 / SAMPLE_RATE
        if live:
            await asyncio.sleep(max(0.0, there - time.monotonic()))
        await send(piece)
    return over


async def satellite(uri: str, sounds: Sequence[Sound], until: float, waits: list[float]) -> None:
    async with AsyncClient.from_uri(uri) as place:
        for sound in sounds:
            if time.monotonic() > until:
                return
            answer, ended = await _asked(place, sound, live=True)
            await place.write_event(Synthesize(answer.data["text"]).event())
            await _next_of(place, "audio-chunk")
            waits.append(time.monotonic() - ended)
            await _next_of(place, "audio-stop")
            await asyncio.sleep(_PAUSE)


async def _asked(place: AsyncClient, sound: Sound, *, live: bool) -> tuple[Event, float]:
    """The answer, and when the sound was over in the room. Raises ConnectionError without one."""
    await place.write_event(Transcribe().event())
    await place.write_event(AudioStart(SAMPLE_RATE, 2, 1).event())
    ended = await _pieces(
        sound, lambda piece: place.write_event(AudioChunk(SAMPLE_RATE, 2, 1, piece).event()), live=live
    )
    await place.write_event(AudioStop().event())
    heard = Transcript.from_event(await _next_of(place, "transcript"))
    await place.write_event(Transcript(heard.text, context=heard.context).event())
    return await _next_of(place, "handled", "not-handled"), ended


async def _next_of(place: AsyncClient, *kinds: str) -> Event:
    while True:
        event: Event | None = await place.read_event()
        if event is None or event.type == "error":
            raise ConnectionError("no answer")
        if event.type in kinds:
            return event


async def _apart(uri: str, sounds: Sequence[Sound]) -> int:
    """How many of those who ask at once are answered as each is that asks alone."""
    for _ in range(2):  # the second time everything that the customer's names change has changed
        alone = [await _answer(uri, sound) for sound in sounds]
    asked = [number % len(sounds) for number in range(_AT_ONCE)]
    answers = await asyncio.gather(*(_answer(uri, sounds[number]) for number in asked))
    amiss = [
        (alone[number], answer)
        for number, answer in zip(asked, answers, strict=True)
        if answer != alone[number]
    ]
    for wanted, answer in amiss[:3]:
        print(f"alone: {wanted}\nat once: {answer}")
    return _AT_ONCE - len(amiss)


async def _answer(uri: str, sound: Sound) -> str:
    """Nobody else's text where there was none."""
    async with AsyncClient.from_uri(uri) as place:
        with suppress(ConnectionError):
            answer, _ = await _asked(place, sound, live=False)
            if answer.type == "handled":
                return str(answer.data["text"])
        return f"no answer to {time.monotonic_ns()}"


async def bare_stream(uri: str, sounds: Sequence[Sound], until: float, waits: list[float]) -> None:
    for sound in sounds:
        if time.monotonic() > until:
            return
        async with connect(uri) as socket:

            async def send(piece: bytes, socket: object = socket) -> None:
                await socket.send(piece)  # type: ignore[attr-defined]
                await socket.recv()  # type: ignore[attr-defined]

            ended = await _pieces(sound, send)
            await socket.send('{"eof" : 1}')
            await socket.recv()
            waits.append(time.monotonic() - ended)
        await asyncio.sleep(_PAUSE)


if __name__ == "__main__":
    main()
