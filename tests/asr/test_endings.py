"""Where requests end, learned from requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.asr.endings import Endings
from assistant.errors import SpeechModelError

REQUESTS = ["what is my balance", "what is my balance at the bank", "send fifty to ana", "send ten to tom"]


def test_words_that_requests_end_with_are_told_from_those_in_their_middle() -> None:
    endings = Endings.learn(REQUESTS)
    whole, middle = endings.share(["is", "my", "balance"]), endings.share(["what", "is", "my"])
    assert whole is not None
    assert middle is not None
    assert middle < 0.15 < whole


def test_a_name_that_nobody_ever_said_counts_as_names_do() -> None:
    endings = Endings.learn([*REQUESTS, "send two to bob", "send one to eve"])
    unknown, to = endings.share(["xyzzy"]), endings.share(["xyzzy", "to"])
    assert unknown is not None
    assert to is not None
    assert unknown > 0.3 > to


def test_who_learned_nothing_knows_nothing() -> None:
    assert Endings().share(["balance"]) is None
    assert Endings.learn([]).share([]) is None


def test_what_was_learned_is_kept(tmp_path: Path) -> None:
    Endings.learn(REQUESTS).write(tmp_path / "endings.json")
    kept = Endings.read(tmp_path / "endings.json")
    assert kept.share(["my", "balance"]) == Endings.learn(REQUESTS).share(["my", "balance"])
    (tmp_path / "endings.json").write_text("{", encoding="utf-8")
    with pytest.raises(SpeechModelError):
        Endings.read(tmp_path / "endings.json")
