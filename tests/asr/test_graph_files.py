from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.asr.graph_files import ARC, Fst, from_arcs, read, write_const, write_lookahead
from assistant.errors import BrokenSpeechModelError


def _small() -> Fst:
    arcs = np.array([(5, 2, 0.5, 1), (4, 1, 0.25, 1), (3, 0, 0.0, 0)], dtype=ARC)
    return from_arcs(0, np.array([np.inf, 0.0], np.float32), np.array([0, 0, 1]), arcs, "olabel")


def test_arcs_are_sorted_within_their_state() -> None:
    fst = _small()
    assert fst.arcs["olabel"].tolist() == [1, 2, 0]
    assert fst.first.tolist() == [0, 2, 3]


@pytest.mark.parametrize("kind", ["const", "lookahead"])
def test_what_was_written_is_read_back(tmp_path: Path, kind: str) -> None:
    fst, path = _small(), tmp_path / "x.fst"
    if kind == "const":
        write_const(path, fst, acceptor=False)
    else:
        write_lookahead(path, fst, [[(1, 3)], [(1, 2), (3, 4)]], 3)
    again = read(path)
    assert again.start == 0
    assert again.final.tolist() == fst.final.tolist()
    assert again.arcs.tolist() == fst.arcs.tolist()
    assert again.first.tolist() == fst.first.tolist()


@pytest.mark.parametrize(
    "content", [b"", b"no transducer, but long enough to hold a header", b"\xd6\xfd\xb2\x7e"]
)
def test_a_damaged_file_is_named(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "Gr.fst"
    path.write_bytes(content)
    with pytest.raises(BrokenSpeechModelError, match=r"Gr\.fst"):
        read(path)


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Gr.fst"
    write_const(path, _small(), acceptor=False)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(BrokenSpeechModelError):
        read(path)
