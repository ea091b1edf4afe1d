"""Compressed matrices: what is read back, and what one byte an element may cost."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.training.speech.compressed import packed, unpacked


def _relative(found: np.ndarray, values: np.ndarray) -> float:
    return float(np.sqrt(np.square(found - values).mean() / np.square(values).mean()))


@pytest.mark.parametrize("rows", [4, 5, 256])
def test_elements_of_like_size_take_one_byte(rows: int) -> None:
    values = np.random.default_rng(rows).standard_normal((rows, 320)).astype(np.float32)
    data = b"before " + packed(values) + b" after"
    found, end = unpacked(data, 7)
    assert found.shape == values.shape
    assert data[end:] == b" after"
    assert data[7:10] == b"CM "
    assert _relative(found, values) < 0.015
    assert len(packed(values)) == 19 + values.size + 8 * 320


@pytest.mark.parametrize(
    "values",
    [
        np.array([[1.0, 2.0, 3.0]], np.float32),
        np.where(np.arange(4096) % 64 == 0, 30.0, np.sin(np.arange(4096.0))).astype("f4").reshape(64, 64).T,
    ],
    ids=["one row", "one giant in each column"],
)
def test_what_one_byte_would_spoil_takes_two(values: np.ndarray) -> None:
    found, end = unpacked(packed(values), 0)
    assert end == len(packed(values))
    assert packed(values).startswith(b"CM2 ")
    assert np.abs(found - values).max() <= np.ptp(values) / 65_535
    assert _relative(found, values) < 1e-3


@pytest.mark.parametrize("constant", [0.0, -3.5])
def test_a_matrix_of_one_value_stays_it(constant: float) -> None:
    found, _ = unpacked(packed(np.full((32, 16), constant, np.float32)), 0)
    assert np.allclose(found, constant, atol=1e-9)


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="not written by this recipe"):
        unpacked(b"FM \x04\x01\x00\x00\x00", 0)
