"""Arrays in a file that is there whole, or fails with one error."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike


def save_arrays(path: Path, arrays: Mapping[str, ArrayLike], *, compressed: bool = False) -> None:
    """Write named arrays for `numpy.load`.

    They are put together in memory first: where a disk is full, numpy's own archive, half written, complains
    a second time and with a traceback when it is closed.

    Raises OSError where `path` cannot be written.
    """
    file = BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    path.write_bytes(file.getvalue())
