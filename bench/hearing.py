"""Recognition: our path beside bare Vosk on the same recordings in chunks of the same size."""

from __future__ import annotations

import json
import time
from pathlib import Path

import vosk

from assistant.asr.recogniser import Recogniser
from assistant.audio.frames import Samples, in_chunks
from assistant.audio.recordings import read_recording
from assistant.settings import SAMPLE_RATE
from bench.measure import Row

_ROUNDS = 4


def measure(model: Path, recordings: list[Path]) -> list[Row]:
    """CPU seconds, of each recording the least of several alternating rounds: what else runs only adds."""
    sounds = [read_recording(path) for path in recordings]
    seconds = sum(len(sound) for sound in sounds) / SAMPLE_RATE
    recogniser = Recogniser(model)
    bare_model = vosk.Model(str(model))
    ours = bare = 0.0
    for sound in sounds:
        here: list[float] = []
        there: list[float] = []
        for number in range(_ROUNDS):
            # By turns the first: what comes second finds warmer caches.
            first, second = (_ours, _bare) if number % 2 else (_bare, _ours)
            heard = {}
            for way in (first, second):
                started = time.process_time()
                heard[way] = way(recogniser if way is _ours else bare_model, sound)
                (here if way is _ours else there).append(time.process_time() - started)
            if heard[_ours] != heard[_bare]:
                raise AssertionError("our path and bare Vosk heard different words")
        ours += min(here)
        bare += min(there)
    ratio = ours / bare
    return [
        Row(
            f"recognising {len(sounds)} recordings, {seconds:.0f} s of sound",
            f"{ours:.2f} s CPU",
            f"{bare:.2f} s CPU",
            ratio,
            "≤ 1.05 ×",
            ratio <= 1.05,
        ),
        Row("real-time factor, one core", f"{ours / seconds:.3f}", f"{bare / seconds:.3f}"),
    ]


def _ours(recogniser: Recogniser, sound: Samples) -> str:
    return recogniser.transcribe(in_chunks([sound])).text


def _bare(model: vosk.Model, sound: Samples) -> str:
    recogniser = vosk.KaldiRecognizer(model, SAMPLE_RATE)
    recogniser.SetWords(True)
    parts = []
    for chunk in in_chunks([sound]):
        if recogniser.AcceptWaveform(chunk.tobytes()):
            parts.append(json.loads(recogniser.Result())["text"])
    parts.append(json.loads(recogniser.FinalResult())["text"])
    return " ".join(filter(None, parts))
