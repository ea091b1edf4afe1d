"""What is remembered of the banks' answers, and when it is forgotten."""

from __future__ import annotations

import time
from pathlib import Path

from assistant.bank.recent import Recent


def test_a_value_lasts_as_long_as_its_reader_allows() -> None:
    now = [0.0]
    recent = Recent(lambda: now[0])
    recent.put("balance", 7)
    now[0] = 19.0
    assert recent.get("balance", 20.0) == 7
    assert recent.get("balance", 10.0) is None
    recent.clear()
    assert recent.get("balance", 20.0) is None


def test_what_one_process_forgets_the_others_forget(tmp_path: Path) -> None:
    one, other = (Recent(time.monotonic, tmp_path / "moved") for _ in range(2))
    for each in (one, other):
        each.put("balance", 7)
    assert other.get("balance", 20.0) == 7
    one.clear()
    assert one.get("balance", 20.0) is None
    assert other.get("balance", 20.0) is None
    other.put("balance", 8)
    assert other.get("balance", 20.0) == 8


def test_a_folder_that_is_gone_costs_only_the_others(tmp_path: Path) -> None:
    recent = Recent(time.monotonic, tmp_path / "gone" / "moved")
    recent.put("balance", 7)
    recent.clear()
    assert recent.get("balance", 20.0) is None
