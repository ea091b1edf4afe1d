"""Make the speech model from nothing, or train it further.

Without a stage all of them run, and go on where an earlier run stopped: a stage's result stays in the work
folder. docs/speech-model.md tells what each of them does.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from assistant.cores import cores


def main() -> None:
    # PyTorch's threads otherwise spin while they wait: ten times slower on two cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    from assistant.training.speech.recipe import STAGES, Recipe

    root = Path(__file__).resolve().parents[3]
    parser = argparse.ArgumentParser(prog="python -m assistant.training.speech", description=__doc__)
    parser.add_argument("stage", nargs="?", choices=("all", *STAGES), default="all", help="one stage alone")
    parser.add_argument(
        "--work", type=Path, default=root / ".cache" / "speech", help="audio, features, checkpoints"
    )
    parser.add_argument(
        "--data", type=Path, default=root / "data", help="folder with speech/manifest.tsv and text/"
    )
    parser.add_argument(
        "--nlu-data", type=Path, default=root / "nlu_data" / "en", help="utterances of one language"
    )
    parser.add_argument(
        "--lexicon", type=Path, default=root / "voices" / "en" / "lexicon", help="how words are pronounced"
    )
    parser.add_argument(
        "--target", type=Path, default=root / "voices" / "en" / "speech-model", help="model folder to write"
    )
    parser.add_argument("--minutes", type=float, default=Recipe.minutes, help="length of the training stage")
    parser.add_argument(
        "--rate", type=float, help="top learning rate; with --start, in units of each matrix's size"
    )
    parser.add_argument("--start", type=Path, help="an am/final.mdl of this recipe to train on from")
    parser.add_argument(
        "--keeps",
        type=float,
        default=Recipe.keeps,
        help="share of that model in the weights that are written, 0 to 1",
    )
    parser.add_argument("--sayings", type=int, default=Recipe.sayings, help="synthetic utterances")
    parser.add_argument("--seed", type=int, default=Recipe.seed, help="of everything that is drawn")
    parser.add_argument("--workers", type=int, default=cores(), help="processes that record and degrade")
    options = parser.parse_args()
    stage = options.stage
    del options.stage
    recipe = Recipe(**vars(options))
    started = time.monotonic()

    def progress(message: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - started:7.1f} s] {message}\n")

    if stage == "all":
        recipe.run(progress)
    else:
        getattr(recipe, stage)(progress)


if __name__ == "__main__":
    main()
