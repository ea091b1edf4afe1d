"""The acoustic model: a factorised time-delay network, and its export to Kaldi's nnet3 layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.training.speech.acoustics import COEFFICIENTS

SUBSAMPLING = 3
"""Outputs come every third frame (30 ms); Vosk's word times take that for granted."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a network; the defaults make about 3.1 million parameters."""

    front: int = 160
    width: int = 320
    bottleneck: int = 256
    layers: int = 8
    before_output: int = 160

    @property
    def context(self) -> int:
        """Frames seen on either side of the middle: 2 + 1 of the front, 3 of each further layer."""
        return 3 + SUBSAMPLING * self.layers


class _Factored(nn.Module):
    """`width` → `bottleneck` over (t-1, t), → `width` over (t, t+1), added to what came in."""

    def __init__(self, width: int, bottleneck: int):
        super().__init__()
        self.narrow = nn.Conv1d(width, bottleneck, 2, bias=False)
        self.wide = nn.Conv1d(bottleneck, width, 2)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x: Tensor) -> Tensor:
        return x[:, 1:-1] * BYPASS + _rectified(_over_time(_over_time(x, self.narrow), self.wide), self.norm)


def _over_time(x: Tensor, layer: nn.Conv1d) -> Tensor:
    """The convolution of (batch, frames, channels) as one matrix product: on a CPU, with 16-bit floats, that
    takes two thirds of the time of PyTorch's own with channels before frames."""
    taps, stride = layer.kernel_size[0], layer.stride[0]
    last = x.shape[1] - taps
    if taps > 1:
        x = torch.cat([x[:, tap : tap + last + 1 : stride] for tap in range(taps)], 2)
    return functional.linear(x, layer.weight.permute(0, 2, 1).flatten(1), layer.bias)


def _rectified(x: Tensor, norm: nn.BatchNorm1d) -> Tensor:
    """What is positive of (batch, frames, channels), each channel normalised."""
    return torch.relu(norm(x.flatten(0, 1))).view_as(x)


BYPASS = 0.66
"""Share of a layer's input that is added to its output, as in Kaldi's TDNN-F recipes."""


class Network(nn.Module):
    """(batch, frames, 40) MFCCs → (batch, ceil(frames / 3), outputs) scores."""

    mean: Tensor
    deviation: Tensor
    sound_of_output: Tensor

    def __init__(self, sound_of_output: Tensor, shape: Shape | None = None):
        """`sound_of_output`: for each output the number of the sound (and half of it) it belongs to."""
        super().__init__()
        self.shape = shape or Shape()
        self.front = nn.Conv1d(COEFFICIENTS, self.shape.front, 5)
        self.front_norm = nn.BatchNorm1d(self.shape.front)
        self.thin = nn.Conv1d(self.shape.front, self.shape.width, 3, stride=SUBSAMPLING)
        self.thin_norm = nn.BatchNorm1d(self.shape.width)
        self.layers = nn.ModuleList(
            _Factored(self.shape.width, self.shape.bottleneck) for _ in range(self.shape.layers)
        )
        self.before = nn.Conv1d(self.shape.width, self.shape.before_output, 1)
        self.before_norm = nn.BatchNorm1d(self.shape.before_output)
        # What a sound is like whatever came before, and what its left class changes: from a flat start
        # the first is learnt from all examples of the sound, long before the second says anything.
        self.sound = nn.Conv1d(self.shape.before_output, int(sound_of_output.max()) + 1, 1)
        self.output = nn.Conv1d(self.shape.before_output, len(sound_of_output), 1)
        for layer in (self.sound, self.output):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(cast(Tensor, layer.bias))
        self.register_buffer("sound_of_output", sound_of_output)
        self.register_buffer("mean", torch.zeros(COEFFICIENTS))
        self.register_buffer("deviation", torch.ones(COEFFICIENTS))

    def forward(self, features: Tensor) -> Tensor:
        frames = features.shape[1]
        outputs = (frames + SUBSAMPLING - 1) // SUBSAMPLING
        context = self.shape.context
        after = context + SUBSAMPLING * outputs - frames
        padded = torch.cat(
            [features[:, :1].expand(-1, context, -1), features, features[:, -1:].expand(-1, after, -1)], 1
        )
        x = (padded - self.mean) / self.deviation
        x = _rectified(_over_time(x, self.front), self.front_norm)
        x = _rectified(_over_time(x, self.thin), self.thin_norm)
        for layer in self.layers:
            x = layer(x)
        x = _rectified(_over_time(x, self.before), self.before_norm)
        return _over_time(x, self.output) + _over_time(x, self.sound)[..., self.sound_of_output]


@dataclass(frozen=True, slots=True)
class Component:
    """One nnet3 component: an affine map (weight and bias), else a ReLU, else a mere name for its input."""

    name: str
    size: int
    weight: npt.NDArray[np.float32] | None = None
    bias: npt.NDArray[np.float32] | None = None
    rectifies: bool = False


class Affine(NamedTuple):
    """What a component computes: `weight @ input + bias`; weight is (outputs, inputs)."""

    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]


def take_over(network: Network, maps: Mapping[str, Affine]) -> None:
    """Start from an exported network of the same shape or with narrower bottlenecks: the inverse of `export`.

    Of a network that was just made: its normalisation, which an export has none of, is to change nothing.
    What a bottleneck has more is random where it reads and zero where it is read, so it changes nothing
    until it has learnt something. Raises ValueError where the shapes differ otherwise.
    """

    def put(layer: nn.Conv1d, name: str, rows: int | None = None, columns: int | None = None) -> None:
        """`rows`, `columns`: how many of the layer's the exported map has; else all."""
        part = layer.weight.data[:rows, :columns]
        weight = torch.from_numpy(maps[name].weight.copy())
        if weight.shape != (part.shape[0], part.shape[1] * part.shape[2]):
            raise ValueError(
                f"{name} is {tuple(weight.shape)}, this network has {tuple(part.flatten(1).shape)}"
            )
        part.copy_(weight.reshape(part.shape[0], part.shape[2], -1).permute(0, 2, 1))
        layer.weight.data[:, part.shape[1] :] = 0
        if layer.bias is not None:
            layer.bias.data.copy_(torch.from_numpy(maps[name].bias.copy()))

    put(network.front, "front.affine")
    front = network.front
    cast(Tensor, front.bias).data += (front.weight.data * network.mean[None, :, None]).sum((1, 2))
    front.weight.data *= network.deviation[None, :, None]
    put(network.thin, "thin.affine")
    for number, layer in enumerate(cast(Iterable[_Factored], network.layers), 1):
        narrower = min(len(maps[f"f{number}.linear"].weight), network.shape.bottleneck)
        put(layer.narrow, f"f{number}.linear", rows=narrower)
        put(layer.wide, f"f{number}.affine", columns=narrower)
    put(network.before, "before.affine")
    put(network.output, "output.affine")  # `sound` stays zero: its part is in here already


def mixed(parts: Iterable[Component], began: Iterable[Component], share: float) -> list[Component]:
    """Weights between those that a training began with, `share` of them, and those that it ended with.

    Of one line of training both hear about as much amiss, and not the same; what lies between hears less.
    """
    return [
        replace(
            part,
            weight=share * first.weight + (1 - share) * part.weight,
            bias=share * first.bias + (1 - share) * part.bias,
        )
        if part.weight is not None
        and part.bias is not None
        and first.weight is not None
        and first.bias is not None
        else part
        for part, first in zip(parts, began, strict=True)
    ]


def export(network: Network) -> tuple[list[Component], list[str]]:
    """(components, configuration lines) of the same network in nnet3's terms.

    Normalisation is folded into the affine map before it, in double precision. The matrix of an
    `Append` input is the convolution's, its columns in order of time.
    """
    network.eval()
    parts: list[Component] = []
    lines = [f"input-node name=input dim={COEFFICIENTS}"]

    def add(name: str, source: str, weight: Tensor, bias: Tensor) -> str:
        flat = weight.permute(0, 2, 1).reshape(weight.shape[0], -1)
        parts.append(Component(name, len(bias), flat.float().numpy(), bias.float().numpy()))
        lines.append(f"component-node name={name} component={name} input={source}")
        return name

    def relu(name: str, source: str, size: int) -> str:
        parts.append(Component(name, size, rectifies=True))
        lines.append(f"component-node name={name} component={name} input={source}")
        return name

    weight, bias = _folded(network.front, network.front_norm)
    scale = network.deviation.double()
    weight = weight / scale[None, :, None]
    bias = bias - (weight * network.mean.double()[None, :, None]).sum((1, 2))
    last = add("front.affine", _append("input", (-2, -1, 0, 1, 2)), weight, bias)
    last = relu("front.relu", last, network.shape.front)
    last = add("thin.affine", _append(last, (-1, 0, 1)), *_folded(network.thin, network.thin_norm))
    last = relu("thin.relu", last, network.shape.width)
    for number, layer in enumerate(cast(Iterable[_Factored], network.layers), 1):
        narrow = layer.narrow.weight.detach().double()
        name = add(f"f{number}.linear", _append(last, (-3, 0)), narrow, torch.zeros(narrow.shape[0]).double())
        name = add(f"f{number}.affine", _append(name, (0, 3)), *_folded(layer.wide, layer.norm))
        name = relu(f"f{number}.relu", name, network.shape.width)
        last = f"Sum(Scale({BYPASS}, {last}), {name})"
        # A descriptor has no name that later layers could use: a component that does nothing gives it one.
        noop = f"f{number}.out"
        parts.append(Component(noop, network.shape.width))
        lines.append(f"component-node name={noop} component={noop} input={last}")
        last = noop
    last = add("before.affine", last, *_folded(network.before, network.before_norm))
    last = relu("before.relu", last, network.shape.before_output)
    (weight, bias), (plain, offset) = (_folded(layer, None) for layer in (network.output, network.sound))
    which = network.sound_of_output
    last = add("output.affine", last, weight + plain[which], bias + offset[which])
    lines.append(f"output-node name=output input={last} objective=linear")
    return parts, lines


def _append(source: str, offsets: tuple[int, ...]) -> str:
    terms = (source if offset == 0 else f"Offset({source}, {offset})" for offset in offsets)
    return f"Append({', '.join(terms)})"


def _folded(layer: nn.Conv1d, norm: nn.BatchNorm1d | None) -> tuple[Tensor, Tensor]:
    weight = layer.weight.detach().double()
    bias = cast(Tensor, layer.bias).detach().double()
    if norm is None:
        return weight, bias
    mean, variance = (cast(Tensor, value).double() for value in (norm.running_mean, norm.running_var))
    gain = norm.weight.detach().double() / torch.sqrt(variance + norm.eps)
    return weight * gain[:, None, None], (bias - mean) * gain + norm.bias.detach().double()
