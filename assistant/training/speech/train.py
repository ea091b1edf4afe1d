"""The training loop: seeded, bounded by wall-clock minutes, and able to go on where it stopped."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from assistant.asr.graph_sounds import Sounds
from assistant.asr.graph_units import NOISE, Units
from assistant.training.speech.acoustics import COEFFICIENTS, mel_to_cepstra, other_throat, telephone
from assistant.training.speech.features import Utterance
from assistant.training.speech.mmi import Chain, Criterion, SoundGraph
from assistant.training.speech.network import SUBSAMPLING, Affine, Network, Shape, take_over

Lexicon = Mapping[str, Sequence[Sounds]]


@dataclass(frozen=True, slots=True)
class Plan:
    minutes: float
    """Wall-clock time; the learning rate falls with it, so a shorter run is a whole run too."""
    seed: int
    rate: float = 2e-3
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
    utterances: Sequence[Utterance],
    lexicon: Lexicon,
    units: Units,
    shape: Shape,
    plan: Plan,
    folder: Path,
    progress: Callable[[str], None],
    start: Mapping[str, Affine] | None = None,
) -> Network:
    """Train from a flat start or from `start`, or go on from `folder/checkpoint.pt`; needs no alignment.

    Every word of the utterances must be in the lexicon; utterances too short for their sounds are dropped.
    """
    torch.manual_seed(plan.seed)
    rng = random.Random(plan.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    graph = SoundGraph(units)
    words = [[lexicon[word][0] for word in utterance.text.split()] for utterance in utterances]
    graph.learn(words, plan.noise_share, np.random.default_rng(plan.seed))
    usable = [u for u, sounds in zip(utterances, words, strict=True) if _long_enough(u, sounds)]
    batches = _batches(usable, range(len(usable)), plan.batch_frames, rng)
    synthetic = [i for i, utterance in enumerate(usable) if not utterance.human]
    easy = _batches(usable, synthetic, plan.batch_frames, rng)
    progress(
        f"{len(usable)} utterances, {len(batches)} batches, "
        f"{sum(len(u.features) for u in usable) / 360_000:.1f} h"
    )
    network = Network(torch.from_numpy(graph.sounds_of_outputs()), shape)
    network.to(device)
    _normalise(network, usable)
    if start is not None:
        take_over(network, start, torch.from_numpy(_padded(usable[:: max(1, len(usable) // 200)])).to(device))
    criterion = Criterion(graph, device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=1e-3, betas=(0.9, 0.98))
    disguise = _Disguise(network)
    spent, step = _resume(folder, network, optimizer)
    clock = time.monotonic() - spent
    easy_steps = plan.easy_steps if start is None else 0
    average = None
    order: list[int] = []
    while (done := (time.monotonic() - clock) / (plan.minutes * 60)) < 1:
        pool = easy if step < easy_steps and easy else batches
        if not order or step == easy_steps:
            order = list(range(len(pool)))
            rng.shuffle(order)
        batch = [usable[i] for i in pool[order.pop()]]
        for group in optimizer.param_groups:
            group["lr"] = _rate(plan.rate, step, done)
        chains = [graph.chain(_sounds(u.text, lexicon, plan.noise_share, rng)) for u in batch]
        objective = _step(
            network,
            criterion,
            optimizer,
            disguise if step >= easy_steps else None,
            batch,
            chains,
            plan.score_decay,
            rng,
            device,
        )
        step += 1
        average = objective if average is None else 0.97 * average + 0.03 * objective
        if step % 25 == 0:
            progress(f"step {step}, {done:.1%} of the time, objective {average:.4f} per frame")
        if step % plan.checkpoint_steps == 0:
            _save(folder, network, optimizer, time.monotonic() - clock, step)
    _save(folder, network, optimizer, time.monotonic() - clock, step)
    network.to(torch.device("cpu"))
    return network


def _step(
    network: Network,
    criterion: Criterion,
    optimizer: torch.optim.Optimizer,
    disguise: _Disguise | None,
    batch: Sequence[Utterance],
    chains: Sequence[Chain],
    decay: float,
    rng: random.Random,
    device: torch.device,
) -> float:
    network.train()
    lengths = torch.tensor([_outputs(u) for u in batch], device=device)
    inputs = torch.from_numpy(_padded(batch))
    if disguise is not None:
        inputs = disguise(inputs, rng)
    with torch.autocast(device.type, torch.bfloat16, enabled=_half_is_fast(device)):
        scores = network(inputs.to(device))
    scores = scores.float()
    objective, gradient = criterion(scores, lengths, chains)
    frames = lengths.sum()
    inside = (torch.arange(scores.shape[1], device=device)[None] < lengths[:, None])[..., None]
    # d(loss)/d(scores) of -(numerator - denominator) + decay * scores^2, a frame.
    total = (-gradient + 2 * decay * scores.detach() * inside) / frames
    optimizer.zero_grad()
    scores.backward(total)
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
    if torch.isfinite(norm):
        optimizer.step()
    return float(objective.sum() / frames)


def _half_is_fast(device: torch.device) -> bool:
    """Whether 16-bit floats have instructions of their own: the network then takes half the time."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _padded(batch: Sequence[Utterance]) -> npt.NDArray[np.float32]:
    """(utterances, frames of the longest, 40): the last frame is repeated."""
    longest = max(len(u.features) for u in batch)
    features = np.empty((len(batch), longest, COEFFICIENTS), np.float32)
    for row, utterance in enumerate(batch):
        features[row, : len(utterance.features)] = utterance.features
        features[row, len(utterance.features) :] = utterance.features[-1]
    return features


class _Disguise:
    """Another throat or a telephone now and then, and SpecAugment: mel bands are hidden, and moments."""

    def __init__(self, network: Network):
        to_cepstra = mel_to_cepstra()
        self._to_mel = torch.tensor(np.linalg.inv(to_cepstra), dtype=torch.float32)
        self._to_cepstra = torch.tensor(to_cepstra, dtype=torch.float32)
        self._throats = [
            torch.tensor(other_throat(length), dtype=torch.float32) for length in np.arange(0.86, 1.17, 0.02)
        ]
        self._telephones = [
            [torch.tensor(part, dtype=torch.float32) for part in telephone(floor)]
            for floor in (None, None, None, -8.0, 0.0, 6.0)
        ]
        self._mean = network.mean.cpu()

    def __call__(self, features: torch.Tensor, rng: random.Random) -> torch.Tensor:
        for row in range(len(features)):
            if rng.random() < 0.5:
                features[row] = features[row] @ rng.choice(self._throats).T
            if rng.random() < 0.2:
                matrix, offset = rng.choice(self._telephones)
                features[row] = features[row] @ matrix.T + offset
            if rng.random() < 0.4:
                width = rng.randint(2, 7)
                start = rng.randrange(COEFFICIENTS - width)
                keep = torch.ones(COEFFICIENTS)
                keep[start : start + width] = 0
                hide = self._to_cepstra @ (keep[:, None] * self._to_mel)
                features[row] = self._mean + (features[row] - self._mean) @ hide.T
            if rng.random() < 0.4:
                width = rng.randint(3, 10)
                start = rng.randrange(max(1, features.shape[1] - width))
                features[row, start : start + width] = self._mean
        return features


def _sounds(text: str, lexicon: Lexicon, noise_share: float, rng: random.Random) -> list[Sounds]:
    return [(NOISE,) if rng.random() < noise_share else rng.choice(lexicon[word]) for word in text.split()]


def _long_enough(utterance: Utterance, words: Sequence[Sounds]) -> bool:
    return _outputs(utterance) > 1.15 * sum(map(len, words)) + 3


def _outputs(utterance: Utterance) -> int:
    return (len(utterance.features) + SUBSAMPLING - 1) // SUBSAMPLING


def _batches(
    utterances: Sequence[Utterance], which: Iterable[int], frames: int, rng: random.Random
) -> list[list[int]]:
    """Utterances of like length together, so that little is padding."""
    order = sorted(which, key=lambda i: len(utterances[i].features) + rng.random() * 12)
    batches: list[list[int]] = [[]]
    filled = 0
    for index in order:
        if filled > frames:
            batches.append([])
            filled = 0
        batches[-1].append(index)
        filled += len(utterances[index].features)
    return [batch for batch in batches if batch]


def _normalise(network: Network, utterances: Sequence[Utterance]) -> None:
    sample = np.concatenate([u.features[::7] for u in utterances[:: max(1, len(utterances) // 4000)]]).astype(
        np.float32
    )
    network.mean.copy_(torch.from_numpy(sample.mean(0)))
    network.deviation.copy_(torch.from_numpy(sample.std(0) + 1e-3))


def _rate(top: float, step: int, done: float) -> float:
    """Warm-up over 60 steps, flat for a quarter of the time, then down to a hundredth along a line."""
    return top * min(1.0, (step + 1) / 60) * max(0.01, min(1.0, (1 - done) / 0.75))


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
