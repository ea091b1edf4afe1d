"""Synthetic voices that speak scenarios: the assistant's own, and those of Debian's packages.

Lead-in, lead-out, loudness and the faint noise under the voice are drawn from a generator seeded with what is
said, so a sound that is made again differs only where its voice does.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from assistant.audio.frames import Samples
from assistant.errors import NoVoiceError, SpeakingError
from assistant.replay.scenario import SaidTurn, Voice
from assistant.settings import SAMPLE_RATE
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser

OWN = Voice("builtin", "gmw/en-US")
"""Who speaks where a scenario names nobody: espeak-ng, which comes with the assistant."""
PROGRAMS = {
    "flite": ("flite", "flite"),
    "festival": ("text2wave", "festival and festvox-kdlpc16k"),
    "pico": ("pico2wave", "libttspico-utils (non-free)"),
    "rhvoice": ("RHVoice-test", "rhvoice and rhvoice-english (non-free)"),
    "espeak": ("espeak-ng", "espeak-ng"),
}
"""Engine → its program, and where Debian has it."""
_RHVOICE_VOICES = Path("/usr/share/RHVoice/voices")
_SECONDS = 60.0
_SILENCE = (0.2, 0.5)
"""Seconds before the first word, and after the last; MARGIN comes on top."""
_PEAK_DBFS = (-20.0, -6.0)
"""From somebody who speaks softly to somebody close to the microphone."""
_NOISE_DBFS = -94.0
"""No room is digitally silent; louder noise would double the files."""
_SPOKEN_DB = 50.0
"""How far below its peak a voice's own sound counts as silence when its margins are cut off …"""
_MARGIN = SAMPLE_RATE // 20
"""… but for this many samples, because a first consonant may be as soft as that."""
_WORDS_PER_MINUTE = 150


class Speakers:
    """Speaks turns; the assistant's own voice is loaded when it is needed."""

    def __init__(self) -> None:
        self._closing = ExitStack()
        self._own: dict[str, Synthesiser] = {}

    def __enter__(self) -> Speakers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def speak(self, turn: SaidTurn, voice: Voice) -> Samples:
        """16 kHz mono, as if recorded. Raises NoVoiceError when the voice is not installed, SpeakingError."""
        said = turn.spell or turn.say
        if voice.engine == OWN.engine:
            speech = self._synthesiser(voice.voice).render(said)
            sound, rate = speech.samples.astype(np.float64) / 32768, speech.sample_rate
        else:
            check_voice(voice)
            sound, rate = recorded(voice, said)
        if not np.abs(sound).max(initial=0) > 0:
            raise SpeakingError(f"{voice.voice} said nothing for “{said}”")
        heard = staged(soxr.resample(sound, rate, SAMPLE_RATE), f"{voice.voice} {said}")
        samples: Samples = np.clip(np.rint(heard * 32768), -32768, 32767).astype(np.int16)
        return samples

    def _synthesiser(self, voice: str) -> Synthesiser:
        if voice not in self._own:
            profile = VoiceProfile(voice=voice, words_per_minute=_WORDS_PER_MINUTE)
            self._own[voice] = self._closing.enter_context(Synthesiser(profile))
        return self._own[voice]


def check_voice(voice: Voice) -> None:
    """Raises NoVoiceError with what must be installed before that voice can speak."""
    if voice.engine == OWN.engine:
        return
    program, package = PROGRAMS[voice.engine]
    there = shutil.which(program) is not None
    # These two speak with another voice when the one that was asked for is missing.
    if there and voice.engine == "flite":
        listed = subprocess.run([program, "-lv"], check=True, capture_output=True, text=True)  # noqa: S603
        there = voice.voice in listed.stdout.split()
    elif there and voice.engine == "rhvoice":
        there = (_RHVOICE_VOICES / voice.voice).is_dir()
    if not there:
        raise NoVoiceError(
            f"no voice {voice.voice} of {voice.engine} here",
            say="I do not have that voice.",
            remedy=f"Install the Debian package {package}, or name another voice in the scenario.",
        )


def recorded(voice: Voice, said: str) -> tuple[npt.NDArray[np.float64], int]:
    """What the voice's program makes of it, shape (n,), and its rate in Hz. Raises SpeakingError."""
    program = PROGRAMS[voice.engine][0]
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "voice.wav"
        command, text = {
            "flite": ([program, "-voice", voice.voice, "-t", said, "-o", str(wav)], ""),
            "festival": ([program, "-eval", f"(voice_{voice.voice})", "-o", str(wav)], said),
            "pico": ([program, "-l", voice.voice, "-w", str(wav), said], ""),
            "rhvoice": ([program, "-p", voice.voice, "-o", str(wav)], said),
            "espeak": ([program, "-v", voice.voice, "-s", str(_WORDS_PER_MINUTE), "-w", str(wav), said], ""),
        }[voice.engine]
        try:
            subprocess.run(command, input=text.encode(), check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603
            sound, rate = soundfile.read(wav, dtype="float64", always_2d=True)
        except (subprocess.SubprocessError, soundfile.SoundFileError, OSError) as error:
            raise SpeakingError(f"{program} failed on “{said}”: {type(error).__name__}") from error
    return sound.mean(axis=1), int(rate)


def staged(voice: npt.NDArray[np.float64], name: str) -> npt.NDArray[np.float64]:
    """The voice alone, shape (n,), as if recorded: with silence around it, a loudness, a room."""
    seed = zlib.crc32(name.encode())
    drawn = random.Random(seed)
    loud = np.flatnonzero(np.abs(voice) > np.abs(voice).max() * 10 ** (-_SPOKEN_DB / 20))
    voice = voice[max(loud[0] - _MARGIN, 0) : loud[-1] + _MARGIN]
    voice = voice / np.abs(voice).max() * 10 ** (drawn.uniform(*_PEAK_DBFS) / 20)
    before, after = (np.zeros(round(drawn.uniform(*_SILENCE) * SAMPLE_RATE)) for _ in range(2))
    sound = np.concatenate([before, voice, after])
    noise = np.random.default_rng(seed).standard_normal(len(sound)) * 10 ** (_NOISE_DBFS / 20)
    return np.asarray(sound + noise)
