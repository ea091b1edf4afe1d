"""Scenarios as tests of somebody else's project."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.replay.replayer import Setup
from tests.conftest import ROOT
from tests.replay.conftest import SUITE

pytest_plugins = ["pytester"]

PLUGIN = ("-p", "assistant.replay.pytest_plugin", "-p", "no:cacheprovider")


def test_scenarios_are_collected_and_run(
    pytester: pytest.Pytester, setup: Setup, nlu_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = setup.settings.nlu_models
    models.mkdir(parents=True, exist_ok=True)
    if not (models / nlu_model.name).exists():
        (models / nlu_model.name).symlink_to(nlu_model)
    monkeypatch.setenv("ASSISTANT_HOME", str(setup.settings.home))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    folder = pytester.mkdir("theirs")
    (folder / "bank.scenario.yml").write_text(SUITE.split("  - scenario: a bank is down")[0])
    (folder / "bad.scenario.yml").write_text("scenario: a\nturns:\n  - sai: b\n")
    done = pytester.runpytest_subprocess(*PLUGIN, "--assistant-scenarios", str(folder), "-v")
    done.stdout.fnmatch_lines(["*bad.scenario.yml:3: *did you mean say?*"])
    (folder / "bad.scenario.yml").unlink()
    done = pytester.runpytest_subprocess(*PLUGIN, str(folder), "-v")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        [
            "*balance PASSED*",
            "*wrong on purpose FAILED*",
            "*misunderstood: intent check_balance instead of spending*",
        ]
    )


def test_a_folder_that_is_not_there_is_told(pytester: pytest.Pytester) -> None:
    done = pytester.runpytest_subprocess(*PLUGIN, "--assistant-scenarios", "nowhere")
    done.stderr.fnmatch_lines(["*nowhere: there is no such folder*"])
