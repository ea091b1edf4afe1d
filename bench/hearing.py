"""Recognition: our path beside bare Vosk on the same recordings in chunks of the same size."""

from __future__ import annotations

import json
import time
from pathlib import Path

import vosk

from assistant.asr.recogniser import Recogniser
from assistant.audio.frames import in_chunks
from assistant.audio.recordings import read_recording
from assistant.settings import SAMPLE_RATE
from bench.measure import Row

_ROUNDS = 3


def measure(model: Path, recordings: list[Path]) -> list[Row]:
    """CPU seconds, the smallest of several alternating rounds: whatever else runs only adds to them."""
    sounds = [read_recording(path) for path in recordings]
    seconds = sum(len(sound) for sound in sounds) / SAMPLE_RATE
    recogniser = Recogniser(model)
    bare_model = vosk.Model(str(model))
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        texts = [recogniser.transcribe(in_chunks([sound])).text for sound in sounds]
        ours.append(time.process_time() - started)
        started = time.process_time()
        expected = []
        for sound in sounds:
            kaldi = vosk.KaldiRecognizer(bare_model, SAMPLE_RATE)
            kaldi.SetWords(True)
            parts = []
            for chunk in in_chunks([sound]):
                if kaldi.AcceptWaveform(chunk.tobytes()):
                    parts.append(json.loads(kaldi.Result())["text"])
            parts.append(json.loads(kaldi.FinalResult())["text"])
            expected.append(" ".join(filter(None, parts)))
        bare.append(time.process_time() - started)
    if texts != expected:
        raise AssertionError("our path and bare Vosk heard different words")
    ratio = min(ours) / min(bare)
    return [
        Row(
            f"recognising {len(sounds)} recordings, {seconds:.0f} s of sound",
            f"{min(ours):.2f} s CPU",
            f"{min(bare):.2f} s CPU",
            ratio,
            "≤ 1.05 ×",
            ratio <= 1.05,
        ),
        Row("real-time factor, one core", f"{min(ours) / seconds:.3f}", f"{min(bare) / seconds:.3f}"),
    ]
