"""The training loop: seeded, bounded by wall-clock minutes, and able to go on where it stopped."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from assistant.asr.graph_sounds import Sounds
from assistant.asr.graph_units import NOISE, Units
from assistant.training.speech.disguise import Disguise
from assistant.training.speech.mmi import Chain, Criterion, Numerators, Pronunciations, SoundGraph
from assistant.training.speech.network import SUBSAMPLING, Affine, Network, Shape, take_over

Lexicon = Mapping[str, Sequence[Sounds]]


class Line(NamedTuple):
    """What one recording says; a line may stand several times, to be learnt from as often."""

    recording: int
    text: str
    frames: int
    """About as many as `hear` gives, 10 ms each."""
    human: bool


_NONE = 1e-3
"""Stands for the size of a matrix that is all zeros."""

Hear = Callable[[Sequence[int]], tuple[Tensor, Tensor]]
"""Numbers of recordings → (recordings, frames of the longest, 40) MFCCs on the device that trains, each
row's last frame repeated; frames of each."""


class Trained(NamedTuple):
    network: Network
    began: Network
    """What it was before the first step: random, or `start`, widened."""


@dataclass(frozen=True, slots=True)
class Plan:
    minutes: float
    """Wall-clock time; the learning rate falls with it, so a shorter run is a whole run too."""
    seed: int
    rate: float = 2e-3
    """Top learning rate; where an earlier model goes on, in units of each matrix's size. Those of an export,
    into which normalisation is folded, differ fifty-fold: steps alike for all would undo the small ones."""
    batch_frames: int = 14_000
    """Input frames in a batch, padding left out."""
    noise_share: float = 0.03
    """Share of words that only the noise phone stands for, so that it learns to stand for any word."""
    score_decay: float = 2e-4
    easy_steps: int = 250
    """Steps at the start that hear synthetic voices only, whose sounds are easy to tell apart: with people
    from the first step the objective stayed flat for five minutes."""
    checkpoint_steps: int = 100


def train(
    lines: Sequence[Line],
    hear: Hear,
    lexicon: Lexicon,
    units: Units,
    shape: Shape,
    plan: Plan,
    folder: Path,
    device: torch.device,
    progress: Callable[[str], None],
    start: Mapping[str, Affine] | None = None,
) -> Trained:
    """Train from a flat start or from `start`, or go on from `folder/checkpoint.pt`; needs no alignment.

    Every word of the lines must be in the lexicon; lines too short for their sounds are dropped.
    """
    torch.manual_seed(plan.seed)
    rng = random.Random(plan.seed)
    draws = np.random.default_rng(plan.seed)
    graph = SoundGraph(units)
    words = [[lexicon[word][0] for word in line.text.split()] for line in lines]
    graph.learn(words, plan.noise_share, draws)
    usable = [line for line, sounds in zip(lines, words, strict=True) if _long_enough(line, sounds)]
    batches = _batches(usable, plan.batch_frames, rng)
    progress(
        f"{len(usable)} utterances, {len(batches)} batches, {sum(u.frames for u in usable) / 360_000:.1f} h"
    )
    network = Network(torch.from_numpy(graph.sounds_of_outputs()), shape)
    network.to(device)
    sample, frames = hear([line.recording for line in usable[:: max(1, len(usable) // 200)]])
    _normalise(network, sample, frames)
    if start is not None:
        take_over(network, start)
    del sample
    began = deepcopy(network).cpu()
    criterion = Criterion(graph, device)
    optimizer = torch.optim.AdamW(_groups(network, start is not None), weight_decay=1e-3, betas=(0.9, 0.98))
    disguise = Disguise(network.mean)
    spent, step = _resume(folder, network, optimizer)
    clock = time.monotonic() - spent
    easy_steps = plan.easy_steps if start is None else 0
    # Normalisation goes by the batch from a flat start alone. Lines of like length stand together, so a batch
    # of single words is mostly silence, and is no measure of what the finished network will hear.
    network.train(start is None)
    easy = _batches([line for line in usable if not line.human], plan.batch_frames, rng) or batches
    order = chain(islice(_shuffled(easy, rng), max(0, easy_steps - step)), _shuffled(batches, rng))
    average = torch.zeros((), device=device)
    while (done := (time.monotonic() - clock) / (plan.minutes * 60)) < 1:
        batch = next(order)
        for group in optimizer.param_groups:
            group["lr"] = _rate(plan.rate, step, done) * group["size"]
        features, frames = hear([line.recording for line in batch])
        if step >= easy_steps:
            features = disguise(features, draws)
        chains = [graph.chain(_said(line.text, lexicon, plan.noise_share, rng)) for line in batch]
        objective = _step(network, criterion, optimizer, features, frames, chains, plan.score_decay)
        step += 1
        average += (objective - average) / min(step, 30)
        if step % 25 == 0:
            progress(f"step {step}, {done:.1%} of the time, objective {float(average):.4f} per frame")
        if step % plan.checkpoint_steps == 0:
            _save(folder, network, optimizer, time.monotonic() - clock, step)
    _save(folder, network, optimizer, time.monotonic() - clock, step)
    return Trained(network.cpu(), began)


def _step(
    network: Network,
    criterion: Criterion,
    optimizer: torch.optim.Optimizer,
    features: Tensor,
    frames: Tensor,
    chains: Sequence[Chain],
    decay: float,
) -> Tensor:
    with torch.autocast(features.device.type, torch.bfloat16, enabled=_half_is_fast(features.device)):
        scores = network(features)
    scores = scores.float()
    lengths = _outputs(frames)
    objective, gradient = criterion(scores, lengths, Numerators.of(chains))
    total = lengths.sum()
    inside = (torch.arange(scores.shape[1], device=scores.device)[None] < lengths[:, None])[..., None]
    # d(loss)/d(scores) of -(numerator - denominator) + decay * scores^2, a frame.
    slope = (-gradient + 2 * decay * scores.detach() * inside) / total
    optimizer.zero_grad()
    scores.backward(slope)
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
    if torch.isfinite(norm):
        optimizer.step()
    return objective.sum() / total


def _groups(network: Network, relative: bool) -> list[dict[str, object]]:
    """Each matrix with the size that its steps are measured in: the root of its mean square, or one."""
    return [
        {
            "params": [matrix],
            "size": (float(matrix.detach().square().mean().sqrt()) or _NONE) if relative else 1.0,
        }
        for matrix in network.parameters()
    ]


def _half_is_fast(device: torch.device) -> bool:
    """Whether 16-bit floats have instructions of their own: the network then takes half the time."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _said(text: str, lexicon: Lexicon, noise_share: float, rng: random.Random) -> list[Pronunciations]:
    """Words, some of them as noise."""
    return [((NOISE,),) if rng.random() < noise_share else lexicon[word] for word in text.split()]


def _long_enough(line: Line, words: Sequence[Sounds]) -> bool:
    return line.frames / SUBSAMPLING > 1.15 * sum(map(len, words)) + 3


def _outputs(frames: Tensor) -> Tensor:
    return (frames + SUBSAMPLING - 1) // SUBSAMPLING


def _batches(lines: Iterable[Line], frames: int, rng: random.Random) -> list[list[Line]]:
    """Lines of like length together, so that little is padding."""
    batches: list[list[Line]] = [[]]
    filled = 0
    for line in sorted(lines, key=lambda line: line.frames + rng.random() * 12):
        if filled > frames:
            batches.append([])
            filled = 0
        batches[-1].append(line)
        filled += line.frames
    return [batch for batch in batches if batch]


def _shuffled(batches: Sequence[list[Line]], rng: random.Random) -> Iterator[list[Line]]:
    """All of them in another order each time, for ever; so are the lines in each."""
    while True:
        for batch in rng.sample(batches, len(batches)):
            yield rng.sample(batch, len(batch))


def _normalise(network: Network, features: Tensor, frames: Tensor) -> None:
    spoken = torch.arange(features.shape[1], device=features.device)[None] < frames[:, None]
    network.mean.copy_(features[spoken].mean(0))
    network.deviation.copy_(features[spoken].std(0) + 1e-3)


def _rate(top: float, step: int, done: float) -> float:
    """Warm-up over 200 steps, flat for a quarter of the time, then down to a hundredth along a line."""
    return top * min(1.0, (step + 1) / 200) * max(0.01, min(1.0, (1 - done) / 0.75))


def _save(folder: Path, network: Network, optimizer: torch.optim.Optimizer, spent: float, step: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "checkpoint.part"
    torch.save(
        {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "spent": spent, "step": step},
        part,
    )
    part.replace(folder / "checkpoint.pt")


def _resume(folder: Path, network: Network, optimizer: torch.optim.Optimizer) -> tuple[float, int]:
    path = folder / "checkpoint.pt"
    if not path.is_file():
        return 0.0, 0
    state = torch.load(path, map_location="cpu", weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return float(state["spent"]), int(state["step"])
