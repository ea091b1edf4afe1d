"""For pytest: scenarios are tests. Every `*.scenario.yml` that pytest meets is collected, and what
`--assistant-scenarios FOLDER` names besides.

Loaded by pytest in every project where the assistant is installed, so it imports nothing until it has to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from assistant.replay.replayer import Replayer
    from assistant.replay.scenario import Scenario

_SUFFIX = ".scenario.yml"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("assistant").addoption(
        "--assistant-scenarios",
        action="append",
        default=[],
        metavar="FOLDER",
        help="run the scenarios (*.scenario.yml) of this folder as tests, besides what else is named",
    )


def pytest_configure(config: pytest.Config) -> None:
    folders = config.getoption("--assistant-scenarios")
    for folder in folders:
        if not Path(folder).exists():
            raise pytest.UsageError(f"--assistant-scenarios {folder}: there is no such folder")
    config.args.extend(folder for folder in folders if folder not in config.args)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.name.endswith(_SUFFIX):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


def pytest_unconfigure(config: pytest.Config) -> None:
    replayer = config.stash.get(_REPLAYER, None)
    if replayer is not None:
        replayer.close()


class ScenarioFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        from assistant.errors import ScenarioError
        from assistant.replay.reading import read_scenarios

        try:
            scenarios = read_scenarios(self.path)
        except ScenarioError as error:
            raise self.CollectError(error.detail) from error
        for scenario in scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.name, scenario=scenario)


class ScenarioFailedError(Exception):
    """What the scenario expects did not happen."""


class ScenarioItem(pytest.Item):
    def __init__(self, *, scenario: Scenario, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.scenario = scenario

    def runtest(self) -> None:
        from assistant.replay.cases import Case
        from assistant.replay.junit import told

        result = _replayer(self.config).run(Case(self.scenario))
        if not result.passed:
            raise ScenarioFailedError("\n".join(told(result)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:  # noqa: ARG002
        if isinstance(excinfo.value, ScenarioFailedError):
            return f"{self.path}:{self.scenario.line}: {self.name}\n{excinfo.value}"
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.scenario.line - 1, f"scenario: {self.name}"


_REPLAYER = pytest.StashKey["Replayer"]()


def _replayer(config: pytest.Config) -> Replayer:
    """One for the whole session, loaded for the first scenario."""
    if _REPLAYER not in config.stash:
        from assistant.replay.replayer import Replayer
        from assistant.replay.suite import make_setup
        from assistant.settings import Settings

        setup = make_setup(Settings.from_environment(), lambda _: None)
        config.stash[_REPLAYER] = Replayer(setup).load()
    return config.stash[_REPLAYER]
