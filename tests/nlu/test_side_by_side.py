"""Training on two cores comes to the same as on one."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException

from assistant.nlu import beside as beside_module
from assistant.nlu.beside import beside
from assistant.nlu.side_by_side import SideBySide


def test_work_goes_on_in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_module, "cores", lambda: 2)
    numbers = np.arange(1_000_000)
    outcome = beside(lambda: (os.getpid(), int(numbers.sum())))
    process, total = outcome()
    assert process != os.getpid()
    assert total == 499_999_500_000


def test_what_fails_there_fails_here_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_module, "cores", lambda: 2)

    def work() -> None:
        raise InvalidConfigException("no such option") from ValueError("the cause")

    outcome = beside(work)
    with pytest.raises(InvalidConfigException, match="no such option") as raised:
        outcome()
    assert isinstance(raised.value.__cause__, ValueError)


def test_a_process_that_dies_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_module, "cores", lambda: 2)
    own = os.getpid()

    def work() -> str:
        if os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done here"

    assert beside(work)() == "done here"


class Step(GraphComponent):
    """Writes down who did it; hands on what it was given and its own name."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: Any
    ) -> Step:
        step = cls()
        step.name, step.folder = str(execution_context.node_name), Path(config["folder"])
        return step

    def one(self, before: str) -> str:
        (self.folder / self.name).write_text(str(os.getpid()))
        return f"{before} {self.name}"

    def two(self, before: str, other: str) -> str:
        return self.one(f"({before} and {other})")


def graph(folder: Path) -> GraphSchema:
    """Two ends, of which one has a step of its own before it."""

    def node(fn: str, *, end: bool = False, **needs: str) -> SchemaNode:
        return SchemaNode(needs, Step, "create", fn, {"folder": str(folder)}, is_target=end)

    return GraphSchema(
        {
            "read": node("one", before="start"),
            "count": node("one", before="read"),
            "weigh": node("one", before="read"),
            "policy": node("one", before="weigh", end=True),
            "classify": node("two", before="count", other="read", end=True),
            "extract": node("one", before="count", end=True),
        }
    )


@pytest.mark.parametrize("cores", [1, 2])
def test_every_node_runs_once_after_what_it_needs(
    cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside_module, "cores", lambda: cores)
    schema = graph(tmp_path)
    storage = LocalModelStorage(tmp_path / "model")
    runner = SideBySide.create(schema, storage, ExecutionContext(schema))
    assert runner.run({"start": "data"}) == {
        "policy": "data read weigh policy",
        "classify": "(data read count and data read) classify",
        "extract": "data read count extract",
    }
    who = {name: int((tmp_path / name).read_text()) for name in schema.nodes}
    assert who["read"] == who["count"] == os.getpid()
    apart = {who["policy"], who["classify"], who["extract"]}
    assert apart == {os.getpid()} if cores == 1 else len(apart) == 3 and os.getpid() not in apart
    assert who["weigh"] == who["policy"]


def test_what_is_asked_for_alone_is_made_alone(tmp_path: Path) -> None:
    schema = graph(tmp_path)
    runner = SideBySide.create(schema, LocalModelStorage(tmp_path / "model"), ExecutionContext(schema))
    assert runner.run({"start": "data"}, ["count"]) == {"count": "data read count"}
    assert not (tmp_path / "policy").exists()
