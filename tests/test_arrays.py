"""Arrays in files, with a disk that has room and one that has none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.arrays import save_arrays

_FULL = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from assistant.arrays import save_arrays
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save_arrays(Path(sys.argv[1]), {"x": np.arange(300_000)})
except OSError as error:
    print(error.errno)
"""


@pytest.mark.parametrize("compressed", [False, True])
def test_arrays_come_back_as_they_were(tmp_path: Path, compressed: bool) -> None:
    arrays = {"rows": np.arange(6, dtype=np.uint16).reshape(2, 3), "text": np.array("one\ntwo")}
    save_arrays(tmp_path / "a.npz", arrays, compressed=compressed)
    with np.load(tmp_path / "a.npz") as file:
        assert sorted(file) == ["rows", "text"]
        assert file["rows"].dtype == np.uint16
        assert file["rows"].tolist() == [[0, 1, 2], [3, 4, 5]]
        assert str(file["text"]) == "one\ntwo"


def test_a_full_disk_is_one_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path / "a.npz")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "27"  # EFBIG
    assert done.stderr == ""
