"""Record the spoken commands and the demo conversation again: `python tests/audio/make_recordings.py`.

Reads the scenarios here and in `voices/en/demo` and writes the FLAC files that they name: 16 kHz, mono,
16 bit. Lead-in, lead-out, loudness and the faint noise under the voice are drawn from a generator seeded
with the file's name, so a file that is made again differs only where its voice does. Nothing is written
when a voice is missing; `--only PREFIX` makes the files whose names begin so.

Needs the voices' own programs, which the tests do not: on Debian the packages flite, festival with
festvox-kdlpc16k, espeak-ng, and from its non-free section libttspico-utils and rhvoice with rhvoice-english.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from assistant.replay.reading import read_scenarios

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "voices" / "en" / "demo"
SAMPLE_RATE = 16_000
"""Hz: what the recogniser takes."""
SILENCE_SECONDS = (0.2, 0.5)
"""Before the first word, and after the last; MARGIN comes on top."""
PEAK_DBFS = (-20.0, -6.0)
"""From somebody who speaks softly to somebody close to the microphone."""
NOISE_DBFS = -94.0
"""No room is digitally silent; louder noise would double the files."""
SPOKEN_DB = 50.0
"""How far below its peak a voice's own sound counts as silence when its margins are cut off …"""
MARGIN = SAMPLE_RATE // 20
"""… but for this many samples, because a first consonant may be as soft as that."""

PROGRAMS = {
    "flite": ("flite", "flite"),
    "festival": ("text2wave", "festival and festvox-kdlpc16k"),
    "pico": ("pico2wave", "libttspico-utils (non-free)"),
    "rhvoice": ("RHVoice-test", "rhvoice and rhvoice-english (non-free)"),
    "espeak": ("espeak-ng", "espeak-ng"),
}
"""Engine → its program, and where Debian has it."""
RHVOICE_VOICES = Path("/usr/share/RHVoice/voices")


@dataclass(frozen=True, slots=True)
class Recording:
    path: Path
    engine: str
    voice: str
    said: str


def recordings() -> Iterator[Recording]:
    """Everything that is to be recorded, as the two YAML files list it."""
    for listing in (HERE / "commands.scenario.yml", DEMO / "conversation.scenario.yml"):
        for scenario in read_scenarios(listing):
            for turn in scenario.turns:
                if turn.audio is not None:
                    voice = scenario.voices[turn.voice]
                    yield Recording(turn.audio, voice.engine, voice.voice, turn.spell or turn.say)


def lacking(engine: str, voice: str) -> str | None:
    """What must be installed before `engine` can speak with `voice`, None when nothing is."""
    program, package = PROGRAMS[engine]
    if shutil.which(program) is None:
        return f"no {program} here; install {package}"
    # These two speak with another voice when the one that was asked for is missing.
    if engine == "flite":
        listed = subprocess.run([program, "-lv"], check=True, capture_output=True, text=True).stdout.split()
        there = voice in listed
    else:
        there = engine != "rhvoice" or (RHVOICE_VOICES / voice).is_dir()
    return None if there else f"no voice {voice} here; install {package}"


def synthesise(recording: Recording, wav: Path) -> None:
    """Let the engine write `wav` at its own rate. Raises CalledProcessError when it refuses."""
    program = PROGRAMS[recording.engine][0]
    command, text = {
        "flite": ([program, "-voice", recording.voice, "-t", recording.said, "-o", str(wav)], ""),
        "festival": ([program, "-eval", f"(voice_{recording.voice})", "-o", str(wav)], recording.said),
        "pico": ([program, "-l", recording.voice, "-w", str(wav), recording.said], ""),
        "rhvoice": ([program, "-p", recording.voice, "-o", str(wav)], recording.said),
        "espeak": ([program, "-v", recording.voice, "-s", "150", "-w", str(wav), recording.said], ""),
    }[recording.engine]
    done = subprocess.run(command, input=text.encode(), check=True, capture_output=True, timeout=60)
    if not wav.is_file():  # festival ends well whatever happens
        raise subprocess.CalledProcessError(done.returncode, command, stderr=done.stderr)


def staged(voice: npt.NDArray[np.float64], name: str) -> npt.NDArray[np.float64]:
    """The voice alone, shape (n,), as if recorded: with silence around it, a loudness, a room."""
    seed = zlib.crc32(name.encode())
    drawn = random.Random(seed)
    loud = np.flatnonzero(np.abs(voice) > np.abs(voice).max() * 10 ** (-SPOKEN_DB / 20))
    voice = voice[max(loud[0] - MARGIN, 0) : loud[-1] + MARGIN]
    voice = voice / np.abs(voice).max() * 10 ** (drawn.uniform(*PEAK_DBFS) / 20)
    before, after = (np.zeros(round(drawn.uniform(*SILENCE_SECONDS) * SAMPLE_RATE)) for _ in range(2))
    sound = np.concatenate([before, voice, after])
    noise = np.random.default_rng(seed).standard_normal(len(sound)) * 10 ** (NOISE_DBFS / 20)
    return np.asarray(sound + noise)


def record(recording: Recording) -> None:
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "voice.wav"
        synthesise(recording, wav)
        sound, rate = soundfile.read(wav, dtype="float64", always_2d=True)
    voice = soxr.resample(sound.mean(axis=1), rate, SAMPLE_RATE)
    soundfile.write(
        recording.path, staged(voice, recording.path.name), SAMPLE_RATE, "PCM_16", compression_level=1.0
    )


def complain(problem: str) -> None:
    sys.stderr.write(problem + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--only", default="", metavar="PREFIX", help="make only the files that begin with this"
    )
    wanted = [item for item in recordings() if item.path.name.startswith(parser.parse_args().only)]
    problems = {(item.engine, lacking(item.engine, item.voice)) for item in wanted}
    missing = sorted(f"{engine}: {problem}" for engine, problem in problems if problem)
    if missing:
        complain("\n".join(missing))
        return 1
    for item in wanted:
        try:
            record(item)
        except (subprocess.SubprocessError, soundfile.LibsndfileError) as error:
            words = getattr(error, "stderr", None) or b""
            complain(f"{item.path.name}: {error} {words.decode(errors='replace')}")
            return 1
    sys.stdout.write(f"{len(wanted)} recordings\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
