"""What `assistant train` says about mistakes in what trainers write, and what is left when it ends early."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cli.command import Assistant, trainers_copy


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return trainers_copy(tmp_path / "data")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("rules:\n- rule: [one\n", "3: expected ',' or ']'"),
        ("rules:\n- rule: one\n  steps:\n  - intent: nosuch\n", "4: the domain has no intent `nosuch`"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    newcomer: Assistant, data: Path, content: str, told: str
) -> None:
    """All kinds of mistakes are in tests/nlu/test_training_check.py."""
    (data / "nlu_data" / "en" / "rules.yml").write_text(content, "utf-8")
    done = newcomer.run("train", ASSISTANT_DATA=str(data))
    done.failed_with("nlu.training_data", f"nlu_data/en/rules.yml:{told}", "assistant train")
    assert len(list(newcomer.home.rglob("*.tar.gz"))) == 1


def _one_more_sentence(data: Path) -> None:
    with (data / "nlu_data" / "en" / "nlu" / "manners.yml").open("a", encoding="utf-8") as file:
        file.write("  - intent: greet\n    examples: |\n      - a very good day to the whole house\n")


def test_a_component_that_is_not_there(newcomer: Assistant, data: Path) -> None:
    """Found by Rasa itself, in its own process."""
    config = data / "config.yml"
    config.write_text(
        config.read_text("utf-8").replace("pipeline:\n", "pipeline:\n  - name: NoSuch\n"), "utf-8"
    )
    done = newcomer.run("train", ASSISTANT_DATA=str(data))
    done.failed_with("nlu.training_data", "NoSuch")
    assert len(list(newcomer.home.rglob("*.tar.gz"))) == 1


def test_ctrl_c_in_the_middle_of_training_leaves_what_was_there(newcomer: Assistant, data: Path) -> None:
    _one_more_sentence(data)
    before = {path.name: path.stat().st_size for path in (newcomer.home / "nlu-models").glob("*.tar.gz")}
    with newcomer.started("train", ASSISTANT_DATA=str(data)) as running:
        running.expect("Learning what you may say")
        while not list(newcomer.home.glob("nlu-models/.training-*/job.json")):
            time.sleep(0.05)
        running.interrupt()
        done = running.end()
    assert done.status == 130
    assert "Traceback" not in done.complaint
    left = {path.name: path.stat().st_size for path in (newcomer.home / "nlu-models").iterdir()}
    assert left.pop(".lock", 0) == 0
    assert left == before


def test_a_disk_that_is_full_while_training(newcomer: Assistant, data: Path) -> None:
    _one_more_sentence(data)
    done = newcomer.run("train", most_bytes=100_000, ASSISTANT_DATA=str(data))
    done.failed_with("storage", "disk has room")
    assert len(list(newcomer.home.rglob("*.tar.gz"))) == 1
    assert not list((newcomer.home / "nlu-models").glob(".training-*"))
