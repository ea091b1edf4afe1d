"""Synthetic speakers: which voices speak the training sentences, and how they are asked.

Only voices whose licence lets a model trained on them be given away (read in the packages' copyright
files): espeak-ng (GPL-3 program, output free), flite and festival (CMU/Edinburgh, free for any use),
pico (Apache-2.0 by its makers), RHVoice alan, bdl, slt (LGPL-2.1+), Kokoro (Apache-2.0, no Debian
package: neural.py). Left out: MBROLA (no commercial use), RHVoice evgeniy-eng and lyubov (CC BY-NC-ND),
and the dictionary of festival's British voice (see british.py).
"""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.training.speech import british, neural

TIMEOUT = 60.0
"""Seconds until a synthesiser that hangs is given up; the utterance is then left out."""

_ACCENTS = """
en-us en-us en-us en-gb en-gb en-gb-x-rp en-gb-scotland en-gb-x-gbclan en-gb-x-gbcwmd en-029 en-us-nyc
"""
_VARIANTS = """
adam Alex Alicia Andrea Andy Annie antonio aunty belinda benjamin boris caleb david Denis Diogo ed
edward Gene Gene2 gustave Henrique Hugo Jacky john Lee linda marcelo Marco Mario max Michael michel
miguel Mike Nguyen pablo paul pedro quincy rob robert steph steph2 steph3 zac anika f1 f2 f4 f5 m1
m2 m4 m5 m6 m7 m8 klatt klatt2 klatt3 grandpa grandma
"""
_ESPEAK_ACCENTS, _ESPEAK_VARIANTS = _ACCENTS.split(), _VARIANTS.split()


@dataclass(frozen=True, slots=True)
class Speaker:
    engine: str
    """espeak, flite, festival, pico, rhvoice or kokoro."""
    voice: str
    rate: float = 1.0
    """1 is the voice's own speed, 1.2 is a fifth faster."""
    pitch: float = 1.0
    """1 is the voice's own pitch; engines that cannot change it ignore this."""


HELD_OUT = (
    Speaker("flite", "rms"),
    Speaker("festival", "ked_diphone"),
    Speaker("pico", "en-GB"),
    Speaker("rhvoice", "clb"),
    Speaker("espeak", "en-us+f3"),
    Speaker("espeak", "en-gb-x-rp+m3"),
    *(Speaker("kokoro", voice) for voice in neural.HELD_OUT),
)
"""Never trained on: what the model makes of a voice that it does not know is measured with these."""

_SHARES = {"rhvoice": 28, "flite": 20, "pico": 14, "espeak": 26, "festival": 12, "kokoro": 100}
_VOICES = {
    "rhvoice": ("alan", "bdl", "slt"),
    "flite": ("awb", "slt", "kal16"),
    "pico": ("en-US",),
    "festival": ("kal_diphone", "cmu_us_slt_arctic_hts", british.VOICE),
}
_PROGRAMS = {"rhvoice": "RHVoice-test", "flite": "flite", "pico": "pico2wave", "espeak": "espeak-ng",
             "festival": "festival"}  # fmt: skip


def installed_engines() -> tuple[str, ...]:
    programs = [engine for engine, program in _PROGRAMS.items() if shutil.which(program)]
    return (*programs, "kokoro") if neural.installed() else tuple(programs)


def able(engines: Sequence[str], text: str) -> Sequence[str]:
    """Those that say such a text well: Kokoro adds sounds of its own to a word or two."""
    return [engine for engine in engines if engine != "kokoro" or len(text.split()) > 2]


def draw_speaker(rng: random.Random, engines: Sequence[str]) -> Speaker:
    """A training speaker; never one of HELD_OUT."""
    engine = rng.choices(engines, [_SHARES[name] for name in engines])[0]
    if engine == "espeak":
        voice = f"{rng.choice(_ESPEAK_ACCENTS)}+{rng.choice(_ESPEAK_VARIANTS)}"
    elif engine == "kokoro":
        voice = neural.draw_voice(rng)
    else:
        voice = rng.choice(_VOICES[engine])
    rate, pitch = rng.uniform(0.78, 1.35), rng.uniform(0.8, 1.25)
    if engine == "festival":  # starts slowly: few different settings let sentences share a process
        return Speaker(engine, voice, round(rate, 1), 1.0)
    return Speaker(engine, voice, round(rate, 3), round(pitch, 3))


def with_pauses(rng: random.Random, text: str) -> str:
    """Commas here and there; more of them between digits, which people say in groups."""
    words = text.split()
    digits = sum(word in _DIGIT_WORDS for word in words) > 2
    share = 0.2 if digits else 0.05
    marks = ("," if rng.random() < share else "" for _ in words[1:])
    return " ".join([*(word + mark for word, mark in zip(words, marks, strict=False)), *words[-1:]])


_DIGIT_WORDS = frozenset(
    ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
)


def synthesise(speaker: Speaker, jobs: Sequence[tuple[str, Path]]) -> int:
    """Say each text into its WAV file (at the voice's own sample rate); how many came out whole."""
    if speaker.engine == "festival":
        _festival(speaker, jobs)
    elif speaker.engine == "kokoro":
        for text, path in jobs:
            neural.say(speaker.voice, speaker.rate, text, path)
    else:
        for text, path in jobs:
            _say(speaker, text, path)
    return sum(path.is_file() and path.stat().st_size > 4000 for _, path in jobs)


def _say(speaker: Speaker, text: str, path: Path) -> None:
    rate, pitch, voice, out = speaker.rate, speaker.pitch, speaker.voice, str(path)
    if speaker.engine == "espeak":
        _run("espeak-ng", "-v", voice, "-s", f"{160 * rate:.0f}", "-p", f"{50 * pitch:.0f}", "-w", out, text)
    elif speaker.engine == "flite":
        melody = []
        if pitch != 1:
            base = 180 if voice == "slt" else 115  # Hz, a woman's and a man's
            melody = ["--setf", f"int_f0_target_mean={base * pitch:.0f}"]
        stretch = f"duration_stretch={1 / rate:.3f}"
        _run("flite", "-voice", voice, "--setf", stretch, *melody, "-t", text, "-o", out)
    elif speaker.engine == "pico":
        marked = f"<speed level='{100 * rate:.0f}'><pitch level='{100 * pitch:.0f}'>{text}</pitch></speed>"
        _run("pico2wave", "-l", voice, "-w", out, marked)
    else:
        options = ("-p", voice, "-r", f"{100 * rate:.0f}", "-t", f"{100 * pitch:.0f}", "-o", out)
        _run("RHVoice-test", *options, stdin=text)


def _festival(speaker: Speaker, jobs: Sequence[tuple[str, Path]]) -> None:
    """One process for many sentences: loading a voice takes longer than speaking."""
    is_british = speaker.voice == british.VOICE
    lines = british.prelude(text for text, _ in jobs) if is_british else [f"(voice_{speaker.voice})"]
    lines.append(f"(Parameter.set 'Duration_Stretch {1 / speaker.rate:.3f})")
    for text, path in jobs:
        lines.append(f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{path}" \'riff)')
    _run("festival", "--pipe", stdin="\n".join(lines), timeout=TIMEOUT + 3 * len(jobs))


def _run(*command: str, stdin: str = "", timeout: float = TIMEOUT) -> None:
    quiet = subprocess.DEVNULL
    try:
        subprocess.run(
            command, input=stdin.encode(), stdout=quiet, stderr=quiet, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        return
