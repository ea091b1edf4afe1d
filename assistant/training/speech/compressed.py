"""Kaldi's compressed matrices: one byte an element where that is enough, else two.

After Kaldi's own reader (matrix/compressed-matrix.h). Both begin with the least value and the span of
all. `CM2` then has steps of a 65,535th of the span. `CM` gives each column four such steps, its least,
lower quartile, upper quartile and most, and each element a byte between them, more finely where most
elements lie.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]
Corners = npt.NDArray[np.int64]

_HEADER = struct.Struct("<ffii")
"""Least value, most minus least, rows, columns."""
_STEPS = 65_535
_BYTES = (0, 64, 192, 255)
"""Bytes that stand for a column's least, quartiles and most."""
_LOSS = 0.015
"""Share of a matrix's root mean square that one byte an element may cost. The two layers nearest to the
features, whose elements differ most in size, and the last one are above it."""


def packed(values: Matrix) -> bytes:
    """A matrix of (rows, columns) as Kaldi reads it."""
    low = float(values.min())
    span = max(float(values.max()) - low, 1e-12)
    header = _HEADER.pack(low, span, *values.shape)
    steps = (values.astype(np.float64) - low) * (_STEPS / span)
    if len(values) >= len(_BYTES):
        corners = _corners(steps)
        small = _bytes(steps, corners)
        lost = np.square((_steps(small, corners) - steps) * (span / _STEPS)).mean()
        if lost <= _LOSS**2 * np.square(values, dtype=np.float64).mean():
            return b"".join((b"CM ", header, corners.T.astype("<u2").tobytes(), small.T.tobytes()))
    return b"".join((b"CM2 ", header, np.round(steps).astype("<u2").tobytes()))


def unpacked(data: bytes, start: int) -> tuple[Matrix, int]:
    """The matrix whose token begins at `start`, and where it ends.

    Raises ValueError where none of these two formats is.
    """
    token = data[start : data.find(b" ", start)]
    if token not in (b"CM", b"CM2"):
        raise ValueError("a matrix that was not written by this recipe")
    start += len(token) + 1
    low, span, rows, columns = _HEADER.unpack_from(data, start)
    start += _HEADER.size
    if token == b"CM2":
        plain = np.frombuffer(data, "<u2", rows * columns, start)
        steps, end = plain.reshape(rows, columns).astype(np.float64), start + plain.nbytes
    else:
        corners = np.frombuffer(data, "<u2", len(_BYTES) * columns, start)
        small = np.frombuffer(data, np.uint8, rows * columns, start + corners.nbytes)
        end = start + corners.nbytes + small.nbytes
        steps = _steps(
            small.reshape(columns, rows).T, corners.reshape(columns, len(_BYTES)).T.astype(np.int64)
        )
    return np.asarray(low + steps * (span / _STEPS), np.float32), end


def _corners(steps: Reals) -> Corners:
    """(4, columns): each column's least, quartiles and most, rounded; each above the one before."""
    ordered = np.sort(steps, axis=0)
    quarter = len(steps) // 4
    corners: Corners = np.round(ordered[[0, quarter, 3 * quarter, -1]]).astype(np.int64)
    for place in range(1, len(_BYTES)):
        corners[place] = np.maximum(corners[place], corners[place - 1] + 1)
    for place in range(len(_BYTES)):
        corners[place] = np.minimum(corners[place], _STEPS - (len(_BYTES) - 1 - place))
    return corners


def _bytes(steps: Reals, corners: Corners) -> npt.NDArray[np.uint8]:
    columns = [np.interp(column, own, _BYTES) for column, own in zip(steps.T, corners.T, strict=True)]
    return np.round(np.stack(columns, axis=1)).astype(np.uint8)


def _steps(small: npt.NDArray[np.uint8], corners: Corners) -> Reals:
    columns = [np.interp(column, _BYTES, own) for column, own in zip(small.T, corners.T, strict=True)]
    return np.stack(columns, axis=1)
