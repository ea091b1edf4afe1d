"""Record the spoken commands and the demo conversation again: `python -m tests.audio.make_recordings`.

Reads the scenarios here and in `voices/en/demo` and writes the FLAC files that they name: 16 kHz, mono,
16 bit. Nothing is written when a voice is missing; `--only PREFIX` makes the files whose names begin so.

Needs the voices' own programs, which the tests do not: on Debian the packages flite, festival with
festvox-kdlpc16k, espeak-ng, and from its non-free section libttspico-utils and rhvoice with rhvoice-english.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import soundfile

from assistant.errors import SpeakingError
from assistant.replay.reading import read_scenarios
from assistant.replay.synthesis import Speakers, check_voice
from assistant.settings import SAMPLE_RATE

HERE = Path(__file__).resolve().parent
LISTINGS = (
    HERE / "commands.scenario.yml",
    HERE.parents[1] / "voices" / "en" / "demo" / "conversation.scenario.yml",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", metavar="PREFIX", help="only files that begin with this")
    prefix = parser.parse_args().only
    wanted = [
        (turn, turn.audio, scenario.voices[turn.voice])
        for listing in LISTINGS
        for scenario in read_scenarios(listing)
        for turn in scenario.turns
        if turn.audio is not None and turn.audio.name.startswith(prefix)
    ]
    try:
        for _, _, voice in wanted:
            check_voice(voice)
        with Speakers() as speakers:
            for turn, path, voice in wanted:
                sound = speakers.speak(turn, voice)
                soundfile.write(path, sound, SAMPLE_RATE, "PCM_16", compression_level=1.0)
    except SpeakingError as error:
        sys.stderr.write(f"{error}\n{error.remedy}\n")
        return 1
    sys.stdout.write(f"{len(wanted)} recordings\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
