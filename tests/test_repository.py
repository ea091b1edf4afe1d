"""What must never be committed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Written in pieces, so that this file does not hold what it looks for.
FORBIDDEN = [
    "pypi" + r"\.org",
    "python" + "hosted",
    "deb" + r"\.debian",
    "registry" + r"\.npmjs",
    "--(extra-)?index" + "-url",
    r"(?<![\w.])/(work|root|farm)/",
]


def tracked() -> list[Path]:
    try:
        out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: nothing is tracked")
    return [ROOT / name for name in out.decode().split("\0") if name]


def test_no_index_address_and_no_path_of_a_machine() -> None:
    pattern = re.compile("|".join(FORBIDDEN).encode())
    found = []
    for path in tracked():
        if not path.is_file() or path.suffix in {".wav", ".flac", ".mdl", ".fst"}:
            continue
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found


def test_every_locked_package_has_hashes() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
        assert len(entries) > 20
        assert not [entry for entry in entries if "--hash=sha256:" not in entry or "==" not in entry]


def test_large_files_are_meant() -> None:
    large = {
        str(path.relative_to(ROOT)): path.stat().st_size
        for path in tracked()
        if path.is_file() and path.stat().st_size > 1_000_000
    }
    assert all(name.startswith("voices/") for name in large), large
    assert sum(large.values()) < 20_000_000
