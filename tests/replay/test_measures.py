"""Figures of a run, its folder, what is compared with an earlier one, and JUnit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.errors import StorageError
from assistant.replay.comparing import Baseline
from assistant.replay.folder import RESULTS, RunFolder
from assistant.replay.junit import write_junit
from assistant.replay.measures import Measures, Rate, Times
from assistant.replay.results import CaseResult, EndOfTurnFound, Kind, Problem, TurnResult
from assistant.replay.words import WordErrors

IDENTITY = {"suite": "a"}


def case(name: str, *problems: Problem, repeat: int = 1, crash: str = "") -> CaseResult:
    turn = TurnResult(
        number=1,
        said="pay fifty",
        spoken=True,
        heard="pay fifty",
        words=(("pay", 0.1, 0.2, 0.9),),
        problems=problems,
        confident=True,
        judged=True,
        counts=WordErrors(2, 1, 1, 0),
        seconds=2.0,
        end=EndOfTurnFound(False, 0.7),
        stages={"hear": 10.0, "answer": 20.0},
        timeline=((0.0, "TurnStarted", ""),),
    )
    return CaseResult(f"{name} {repeat}", "a.yml", name, "", repeat, () if crash else (turn,), crash, 0.1)


WRONG = Problem(Kind.WRONG_SLOT, "count missing")


def measured(results: Sequence[CaseResult]) -> Measures:
    measures = Measures()
    for result in results:
        measures.add(result)
    return measures


def test_results_go_through_json_unchanged() -> None:
    for result in (case("a"), case("b", WRONG), case("c", crash="it broke")):
        assert CaseResult.from_json(result.as_json()) == result


def test_wilson_intervals_as_published() -> None:
    """The example of Newcombe (1998), Statistics in Medicine 17, 857–872, table I: 81 of 263."""
    low, high = Rate(81, 263).interval
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert Rate(0, 20).interval[0] == 0
    assert math.isnan(Rate(0, 0).value)


def test_times_have_ranks_and_an_interval() -> None:
    times = Times.of(range(1, 101))
    assert (times.p50, times.p95) == (50, 95)
    assert times.low < 50 < times.high
    assert Times.of([]).count == 0


def test_sums_and_kinds() -> None:
    measures = measured([case("a"), case("b", WRONG), case("c", crash="it broke")])
    assert (measures.cases, measures.passed) == (3, 1)
    assert measures.kinds == {Kind.WRONG_SLOT: 1, Kind.CRASH: 1}
    rates = measures.rates
    assert rates["commands accepted"] == Rate(1, 2)
    assert rates["silent errors"] == Rate(1, 2)
    assert rates["word error rate"] == Rate(2, 4)
    assert rates["number words heard right"] == Rate(2, 2)
    assert rates["turns cut off too early"] == Rate(0, 2)
    assert measures.times["total"].p50 == 30
    assert measures.times["wait"].p95 == pytest.approx(700)


def test_what_passes_sometimes_is_unsteady() -> None:
    measures = measured([case("a"), case("a", WRONG, repeat=2), case("b"), case("b", repeat=2)])
    assert measures.unsteady == [("a.yml", "a", "", Rate(1, 2))]


def test_an_interrupted_run_goes_on_and_a_finished_one_begins_anew(tmp_path: Path) -> None:
    with RunFolder(tmp_path, IDENTITY) as folder:
        folder.add(case("a"))
        folder.add(case("b", WRONG))
    with (tmp_path / RESULTS).open("a") as file:
        file.write('{"id": "torn')  # the machine went down in the middle of a line
    with RunFolder(tmp_path, IDENTITY) as folder:
        assert folder.done == {"a 1", "b 1"}
        folder.add(case("c"))
        assert [each.id for each in folder.results()] == ["a 1", "b 1", "c 1"]
        folder.finish(measured(list(folder.results())))
    with RunFolder(tmp_path, IDENTITY) as folder:
        assert folder.done == frozenset()


@pytest.mark.parametrize(("identity", "fresh"), [({"suite": "b"}, False), (IDENTITY, True)])
def test_another_suite_or_a_wish_begins_anew(tmp_path: Path, identity: dict[str, str], fresh: bool) -> None:
    with RunFolder(tmp_path, IDENTITY) as folder:
        folder.add(case("a"))
    with RunFolder(tmp_path, identity, fresh=fresh) as folder:
        assert folder.done == frozenset()


def test_what_got_better_and_worse(tmp_path: Path) -> None:
    before = [case("a"), case("b", WRONG)]
    with RunFolder(tmp_path, IDENTITY) as folder:
        for each in before:
            folder.add(each)
        folder.finish(measured(before))
    now = [case("a", WRONG), case("b"), case("c")]
    found = Baseline(tmp_path).compare(now, measured(now))
    assert ([each.id for each in found.worse], [each.id for each in found.better]) == (["a 1"], ["b 1"])
    assert found.only_now == 1
    assert found.figures["cases passed"] == (1 / 2, 2 / 3)
    with pytest.raises(StorageError):
        Baseline(tmp_path / "nothing")


def test_junit_is_well_formed_and_counts(tmp_path: Path) -> None:
    odd = Problem(Kind.WRONG_SLOT, 'count < "3" & \x00')
    results = [case("a"), case("b", odd), case("c", crash="it broke")]
    write_junit(tmp_path / "junit.xml", results, measured(results))
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert [child[0].tag for child in suite if len(child)] == ["failure", "error"]
    assert suite[1][0].get("type") == "wrong slot"
