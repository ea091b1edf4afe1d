from pathlib import Path

import pytest

from assistant.actions.phrases import Phrases
from assistant.errors import TrainingDataError


def phrases(tmp_path: Path, text: str) -> Phrases:
    file = tmp_path / "phrases.yml"
    file.write_text(text, encoding="utf-8")
    return Phrases.read(file, "en")


def test_phrases_are_filled_and_counted(tmp_path: Path) -> None:
    some = phrases(tmp_path, "a: {b: 'at {name}'}\nn: {one: 'one', other: '{n} of them'}\nw: [x, y]")
    assert some("a.b", name="Tesco") == "at Tesco"
    assert some.count("n", 1) == "one"
    assert some.count("n", 3) == "3 of them"
    assert some.words("w") == ("x", "y")
    assert some.get("a.b") == "at {name}"
    assert some.get("a.c") is None


@pytest.mark.parametrize("path", ["missing", "a", "a.b.c", "a.missing"])
def test_what_is_missing_is_named(tmp_path: Path, path: str) -> None:
    some = phrases(tmp_path, "a: {b: x}")
    with pytest.raises(TrainingDataError, match=path):
        some(path)


def test_a_phrase_that_cannot_be_filled_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="a cannot be filled in"):
        phrases(tmp_path, "a: 'at {nam}'")("a", name="Tesco")


def test_a_mistake_is_reported_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"phrases\.yml:3"):
        phrases(tmp_path, "a: b\nc: d\n- e")


@pytest.mark.parametrize("text", ["", "- a", "text"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TrainingDataError):
        phrases(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"phrases\.yml"):
        Phrases.read(tmp_path / "phrases.yml", "en")
