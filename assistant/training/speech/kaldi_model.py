"""`am/final.mdl`: Kaldi's transition model and nnet3 network in its binary format.

Layout after Kaldi's own writers (hmm/transition-model.cc, nnet3/nnet-nnet.cc, base/io-funcs.h): a token
is its text and a space, a number is one byte for its size and then its little-endian bytes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.asr.graph_units import PHONES, Units
from assistant.training.speech.compressed import packed, unpacked
from assistant.training.speech.network import Affine, Component

_NO_PLAIN_TOPOLOGY = -1
"""Says that a state's output on entering differs from the one on staying."""


def write(
    path: Path, units: Units, components: Sequence[Component], lines: Sequence[str], context: int
) -> None:
    """`context`: frames of input on either side; Kaldi computes it again when it loads the file."""
    out = bytearray(b"\0B")
    _transitions(out, units)
    out += b"<Nnet3> \n" + ("\n".join(lines) + "\n\n").encode()
    out += b"<NumComponents> " + _int(len(components))
    for component in components:
        out += b"<ComponentName> " + component.name.encode() + b" "
        _component(out, component)
    out += b"</Nnet3> <LeftContext> " + _int(context) + b"<RightContext> " + _int(context)
    out += b"<Priors> " + _vector(np.zeros(0, np.float32))
    path.write_bytes(bytes(out))


def read(path: Path) -> dict[str, Affine]:
    """The affine maps of a model that `write` made, by name.

    Raises ValueError for any other file.
    """
    data = path.read_bytes()
    maps: dict[str, Affine] = {}
    at = data.find(b"<NumComponents> ")
    while (at := data.find(b"<ComponentName> ", at + 1)) >= 0:
        name, kind = data[at + len(b"<ComponentName> ") :].split(b" ", 2)[:2]
        if kind != b"<FixedAffineComponent>":
            continue
        weight, at = unpacked(data, data.index(b"<LinearParams> ", at) + len(b"<LinearParams> "))
        start = data.index(b"FV ", at) + 3
        bias = np.frombuffer(data, "<f4", len(weight), start + 5)
        maps[name.decode()] = Affine(weight, bias)
        at = start + 5 + bias.nbytes
    if not maps:
        raise ValueError(f"{path.name} was not written by this recipe")
    return maps


def _transitions(out: bytearray, units: Units) -> None:
    """The chain topology for every phone: one state that may be left after its first frame."""
    phones = list(range(1, len(PHONES) + 1))
    rows = units.rows()
    out += b"<TransitionModel> <Topology> " + _ints(phones) + _ints([-1] + [0] * len(phones))
    out += _int(_NO_PLAIN_TOPOLOGY) + _int(1) + _int(2)  # one entry of two states
    out += _int(0) + _int(1) + _int(2) + _int(0) + _float(0.5) + _int(1) + _float(0.5)
    out += _int(-1) + _int(-1) + _int(0)  # the final state emits nothing
    out += b"</Topology> <Tuples> " + _int(len(rows))
    for phone, entering, staying in rows:
        out += _int(phone) + _int(0) + _int(entering) + _int(staying)
    out += b"</Tuples> <LogProbs> "
    out += _vector(np.array([0.0] + [math.log(0.5)] * (2 * len(rows)), np.float32))
    out += b"</LogProbs> </TransitionModel> "


def _component(out: bytearray, component: Component) -> None:
    if component.weight is not None and component.bias is not None:
        out += b"<FixedAffineComponent> <LinearParams> " + packed(component.weight)
        out += b"<BiasParams> " + _vector(component.bias) + b"</FixedAffineComponent> "
        return
    kind = b"RectifiedLinearComponent" if component.rectifies else b"NoOpComponent"
    empty = _vector(np.zeros(0, np.float32))
    out += b"<" + kind + b"> <Dim> " + _int(component.size)
    if component.rectifies:
        out += (
            b"<ValueAvg> " + empty + b"<DerivAvg> " + empty + b"<Count> " + b"\x08" + struct.pack("<d", 0.0)
        )
    else:
        out += b"<BackpropScale> " + _float(1.0)
    out += b"</" + kind + b"> "


def _int(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def _float(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def _ints(values: Sequence[int]) -> bytes:
    return b"\x04" + struct.pack(f"<i{len(values)}i", len(values), *values)


def _vector(values: npt.NDArray[np.float32]) -> bytes:
    return b"FV " + _int(len(values)) + values.astype("<f4").tobytes()
