"""Training features on disk: shards of degraded copies, each made in one go and never half."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from assistant.arrays import save_arrays
from assistant.training.speech.acoustics import degrade, mfcc
from assistant.training.speech.recordings import RATE, Samples, Source, load

SHARD = 400
"""Recordings in a shard: half a minute of work."""
_SHORTEST, _LONGEST = 0.2, 17.0
"""Seconds; longer readings are left out, they would make every batch as long."""


@dataclass(frozen=True, slots=True)
class Utterance:
    features: npt.NDArray[np.float16]
    """(frames, 40)"""
    text: str
    human: bool


def make_shards(
    sources: Sequence[Source],
    folder: Path,
    copies: int,
    seed: int,
    workers: int,
    progress: Callable[[str], None],
    own_voice: Sequence[Path] = (),
) -> list[Path]:
    """`copies` differently degraded features of every source; shards that exist are kept.

    `own_voice`: recordings that sound like the assistant itself, for its echo. The first copy of a
    recording keeps its speed, the others are played faster or slower.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Not every recording came about: synthesisers fail on some sentences.
    there = [source.path for source in sources if source.path is not None and source.path.is_file()]
    babble = there[:: max(1, len(there) // 200)]
    tasks = []
    for copy in range(copies):
        for start in range(0, len(sources), SHARD):
            path = folder / f"{copy:02d}-{start:06d}.npz"
            tasks.append((path, list(sources[start : start + SHARD]), copy, [seed, copy, start]))
    missing = [task for task in tasks if not task[0].is_file()]
    with ProcessPoolExecutor(workers) as pool:
        for number, name in enumerate(
            pool.map(partial(_shard, babble=babble, own_voice=own_voice), missing), 1
        ):
            progress(f"features {number}/{len(missing)}: {folder.name}/{name}")
    return [task[0] for task in tasks]


def read_shards(paths: Sequence[Path]) -> list[Utterance]:
    utterances = []
    for path in paths:
        with np.load(path) as file:
            frames, lengths = file["frames"], file["lengths"]
            texts, human = str(file["texts"]).split("\n"), file["human"]
        ends = np.cumsum(lengths)
        for end, length, text, person in zip(ends, lengths, texts, human, strict=True):
            utterances.append(Utterance(frames[end - length : end], text, bool(person)))
    return utterances


def _shard(
    task: tuple[Path, list[Source], int, list[int]], babble: Sequence[Path], own_voice: Sequence[Path]
) -> str:
    path, sources, copy, seed = task
    frames, lengths, texts, human = [], [], [], []
    for number, source in enumerate(sources):
        rng = np.random.default_rng([*seed, number])
        features = _features(source, copy, rng, babble, own_voice)
        if features is None:
            continue
        frames.append(features)
        lengths.append(len(features))
        texts.append(source.text)
        human.append(source.human)
    part = path.with_suffix(".part.npz")
    arrays = {
        "frames": np.concatenate(frames) if frames else np.zeros((0, 40), np.float16),
        "lengths": np.array(lengths, int),
        "texts": np.array("\n".join(texts)),
        "human": np.array(human, bool),
    }
    save_arrays(part, arrays)
    part.replace(path)
    return path.name


def _features(
    source: Source, copy: int, rng: np.random.Generator, babble: Sequence[Path], own_voice: Sequence[Path]
) -> npt.NDArray[np.float16] | None:
    if source.path is None:
        samples: Samples = np.zeros(int(RATE * rng.uniform(0.5, 3)), np.float32)
        samples += np.float32(10 ** rng.uniform(-4, -1)) * rng.standard_normal(len(samples)).astype(
            np.float32
        )
        return mfcc(degrade(samples, rng)).astype(np.float16)
    spread = (0.88, 1.14) if source.human else (0.84, 1.19)
    speed = 1.0 if copy == 0 and (source.human or rng.random() < 0.25) else float(rng.uniform(*spread))
    found = usable(source.path, speed)
    if found is None:
        return None
    return mfcc(degrade(found, rng, _mixed(rng, babble, 3), _mixed(rng, own_voice, 1))).astype(np.float16)


def usable(path: Path, speed: float = 1.0) -> Samples | None:
    """The recording; None where it is missing, broken, silent, too short or too long."""
    try:
        samples = load(path, speed)
    except (soundfile.LibsndfileError, OSError):
        return None  # the synthesiser failed on this one
    if not _SHORTEST < len(samples) / RATE < _LONGEST or not np.abs(samples).max() > 1e-3:
        return None
    return samples


def _mixed(rng: np.random.Generator, paths: Sequence[Path], voices: int) -> Samples | None:
    """Three seconds of some of the recordings at once; every other time none."""
    if not paths or rng.random() < 0.5:
        return None
    chosen = [load(paths[int(rng.integers(len(paths)))]) for _ in range(voices)]
    total: Samples = np.sum([np.resize(voice, 3 * RATE) / (voice.std() + 1e-6) for voice in chosen], axis=0)
    return total.astype(np.float32)
