"""Reading and writing OpenFst's binary files with numpy alone.

Only the three kinds that a dynamic Vosk graph consists of: `vector` and `const` transducers over the
tropical semiring, and the `olabel_lookahead` wrapper that tells the decoder which words can still be
reached from a state. Layouts were taken from files that OpenFst's own tools had written.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import BrokenSpeechModelError

ARC = np.dtype([("ilabel", "<i4"), ("olabel", "<i4"), ("weight", "<f4"), ("nextstate", "<i4")])
_STATE = np.dtype(
    [("final", "<f4"), ("pos", "<u4"), ("arcs", "<u4"), ("iepsilons", "<u4"), ("oepsilons", "<u4")]
)

_MAGIC = 2125659606
_ADD_ON_MAGIC = 446681434
_EXPANDED, _ACCEPTOR, _NOT_ACCEPTOR = 0x1, 0x10000, 0x20000
_ILABEL_SORTED, _OLABEL_SORTED = 0x10000000, 0x40000000

Arcs = npt.NDArray[Any]
"""Structured array of dtype ARC."""
Intervals = list[list[tuple[int, int]]]
"""For each state the half-open ranges of words that can come next."""


@dataclass
class Fst:
    """A transducer: arcs of state s are `arcs[first[s]:first[s + 1]]`."""

    start: int
    final: npt.NDArray[np.float32]
    """One weight a state (negative log probability), infinity where it is not final."""
    first: npt.NDArray[np.int64]
    """States + 1 offsets."""
    arcs: Arcs

    @property
    def states(self) -> int:
        return len(self.final)


def from_arcs(
    start: int, final: npt.NDArray[np.float32], source: npt.NDArray[np.int64], arcs: Arcs, key: str
) -> Fst:
    """Put loose arcs in order: by source state, then by label (`key` is "ilabel" or "olabel")."""
    order = np.lexsort((arcs[key], source))
    counts = np.bincount(source, minlength=len(final))
    return Fst(start, final, np.concatenate([[0], np.cumsum(counts)]), arcs[order])


def write_const(path: Path, fst: Fst, *, acceptor: bool) -> None:
    path.write_bytes(_const(fst, acceptor))


def write_lookahead(path: Path, fst: Fst, reachable: Intervals, end_label: int) -> None:
    """`reachable[s]` are the output labels that can come first from s, `end_label` standing for the end."""
    out = [
        _header(b"olabel_lookahead", 1, _properties(acceptor=False), -1, 0, 0),
        struct.pack("<i", _ADD_ON_MAGIC),
    ]
    # Flags: there is an add-on; none for input labels; one for output labels; not about input; no label map.
    out += [
        _const(fst, acceptor=False),
        bytes((1, 0, 1, 0, 0)),
        struct.pack("<iq", end_label, len(reachable)),
    ]
    for ranges in reachable:
        flat = [bound for pair in ranges for bound in pair]
        covered = sum(end - begin for begin, end in ranges)
        out.append(struct.pack(f"<q{len(flat)}ii", len(ranges), *flat, covered))
    path.write_bytes(b"".join(out))


def read(path: Path) -> Fst:
    """A const, vector or lookahead file; raises BrokenSpeechModelError for anything else."""
    try:
        return _Reader(path.read_bytes()).fst()
    except (struct.error, ValueError, OSError) as error:
        raise BrokenSpeechModelError(f"{path.name}: {error}") from error


def _properties(*, acceptor: bool) -> int:
    if acceptor:
        return _EXPANDED | _ACCEPTOR | _ILABEL_SORTED | _OLABEL_SORTED
    return _EXPANDED | _NOT_ACCEPTOR | _OLABEL_SORTED


def _header(kind: bytes, version: int, properties: int, start: int, states: int, arcs: int) -> bytes:
    parts = struct.pack("<ii", _MAGIC, len(kind)) + kind + struct.pack("<i", 8) + b"standard"
    return parts + struct.pack("<iiQqqq", version, 0, properties, start, states, arcs)


def _const(fst: Fst, acceptor: bool) -> bytes:
    table = np.zeros(fst.states, _STATE)
    table["final"] = fst.final
    table["pos"] = fst.first[:-1]
    table["arcs"] = np.diff(fst.first)
    source = np.repeat(np.arange(fst.states), np.diff(fst.first))
    table["iepsilons"] = np.bincount(source[fst.arcs["ilabel"] == 0], minlength=fst.states)
    table["oepsilons"] = np.bincount(source[fst.arcs["olabel"] == 0], minlength=fst.states)
    head = _header(b"const", 2, _properties(acceptor=acceptor), fst.start, fst.states, len(fst.arcs))
    return head + table.tobytes() + fst.arcs.astype(ARC, copy=False).tobytes()


class _Reader:
    _ALIGNED, _ISYMBOLS, _OSYMBOLS = 4, 1, 2

    def __init__(self, data: bytes):
        self._data = data
        self._at = 0

    def fst(self) -> Fst:
        kind, flags, start, states, arcs = self._head()
        if kind == "olabel_lookahead":
            (magic,) = self._take("<i")
            if magic != _ADD_ON_MAGIC:
                raise ValueError("not a lookahead transducer")
            kind, flags, start, states, arcs = self._head()
        if kind == "const":
            return self._const(flags, start, states, arcs)
        if kind == "vector":
            return self._vector(start, states)
        raise ValueError(f"unexpected kind of transducer {kind!r}")

    def _head(self) -> tuple[str, int, int, int, int]:
        (magic,) = self._take("<i")
        if magic != _MAGIC:
            raise ValueError("no OpenFst header")
        kind, arc = self._text(), self._text()
        if arc != "standard":
            raise ValueError(f"unexpected kind of arc {arc!r}")
        _, flags, _, start, states, arcs = self._take("<iiQqqq")
        for bit in (self._ISYMBOLS, self._OSYMBOLS):
            if flags & bit:
                self._skip_symbols()
        return kind, flags, start, states, arcs

    def _const(self, flags: int, start: int, states: int, arcs: int) -> Fst:
        aligned = bool(flags & self._ALIGNED)
        table = self._array(_STATE, states, aligned)
        body = self._array(ARC, arcs, aligned)
        first = np.concatenate([table["pos"].astype(np.int64), [arcs]])
        return Fst(start, table["final"].copy(), first, body.copy())

    def _vector(self, start: int, states: int) -> Fst:
        final = np.empty(states, np.float32)
        first = np.zeros(states + 1, np.int64)
        parts = []
        for state in range(states):
            weight, count = self._take("<fq")
            final[state] = weight
            first[state + 1] = first[state] + count
            parts.append(self._array(ARC, count, aligned=False))
        return Fst(start, final, first, np.concatenate(parts) if parts else np.empty(0, ARC))

    def _array(self, dtype: np.dtype[Any], count: int, aligned: bool) -> Arcs:
        if aligned:
            self._at = (self._at + 15) // 16 * 16
        values = np.frombuffer(self._data, dtype, count, self._at)
        self._at += values.nbytes
        return values

    def _skip_symbols(self) -> None:
        self._take("<i")
        self._text()
        _, count = self._take("<qq")
        for _ in range(count):
            self._text()
            self._take("<q")

    def _text(self) -> str:
        (length,) = self._take("<i")
        self._at += length
        return self._data[self._at - length : self._at].decode("utf-8")

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values
