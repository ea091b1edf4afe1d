"""A replayed suite on the terminal: a bar while it goes on, figures and failures at its end."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from assistant.cli.console import plain
from assistant.replay.comparing import Comparison
from assistant.replay.junit import told
from assistant.replay.measures import Measures
from assistant.replay.results import CaseResult, Kind

_SHOWN = 5
"""Failures of each kind that are printed; all of them are in the folder."""


class Watcher:
    """Shows how far a run is: a bar on a terminal, a line now and then in a log."""

    def __init__(self, console: Console, total: int, done: int) -> None:
        self._console = console
        self._total = total
        self._done = done
        self._failed = 0
        self._progress = Progress(
            TextColumn("Replaying"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]} failed"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Watcher:
        if self._done:
            self._console.print(f"Going on with an interrupted run: {self._done} of {self._total} are done.")
        elif not self._console.is_terminal:
            self._console.print(f"Replaying {self._total} …")
        self._task = self._progress.add_task("", total=self._total, completed=self._done, failed=0)
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, result: CaseResult) -> None:
        self._done += 1
        self._failed += not result.passed
        self._progress.update(self._task, completed=self._done, failed=self._failed)
        step = max(1, self._total // 10)
        if not self._console.is_terminal and self._done % step == 0 and self._done < self._total:
            self._console.print(f"  {self._done} of {self._total}, {self._failed} failed")


def print_summary(
    console: Console,
    measures: Measures,
    results: Iterable[CaseResult],
    comparison: Comparison | None,
    took: float,
) -> None:
    _print_failures(console, measures, results)
    console.print(_figures(measures, comparison))
    for file, scenario, variation, rate in measures.unsteady:
        name = ", ".join(filter(None, (scenario, variation)))
        console.print(f"[yellow]unsteady[/] {plain(f'{file}: {name}')}: passed {rate}", soft_wrap=True)
    if comparison is not None:
        _print_comparison(console, comparison)
    failed = measures.cases - measures.passed
    colour = "red" if failed else "green"
    speed = f", {measures.seconds / took:.1f} times as fast as it was said" if measures.seconds > took else ""
    console.print(f"\n[{colour}]{measures.passed} passed, {failed} failed[/] in {took:.1f} s{speed}")


def _print_failures(console: Console, measures: Measures, results: Iterable[CaseResult]) -> None:
    shown: dict[Kind, list[CaseResult]] = {kind: [] for kind in Kind if measures.kinds[kind]}
    for result in results:
        if result.kind is not None and len(shown[result.kind]) < _SHOWN:
            shown[result.kind].append(result)
    for kind, examples in shown.items():
        console.print(f"\n[bold red]{kind.value}[/]: {measures.kinds[kind]}")
        for result in examples:
            name = ", ".join(filter(None, (result.scenario, result.variation)))
            console.print(f"  [bold]{plain(name)}[/] [dim]{plain(result.file)}[/]", soft_wrap=True)
            for line in told(result):
                console.print(f"    {plain(line)}", soft_wrap=True)
        if measures.kinds[kind] > len(examples):
            console.print(f"  [dim]and {measures.kinds[kind] - len(examples)} more[/]")


def _figures(measures: Measures, comparison: Comparison | None) -> Table:
    table = Table(title="\n95 % confidence intervals", title_justify="left", show_header=False, box=None)
    for name, rate in measures.rates.items():
        if rate.total:
            before = comparison.figures.get(name) if comparison else None
            table.add_row(name, f"{rate}" + (f", was {before[0]:.1%}" if before else ""))
    for stage, times in measures.times.items():
        table.add_row(f"{stage}, milliseconds", str(times))
    return table


def _print_comparison(console: Console, comparison: Comparison) -> None:
    for title, colour, found in (("worse", "red", comparison.worse), ("better", "green", comparison.better)):
        console.print(f"\n[bold {colour}]{title}[/] than before: {len(found)}")
        for result in found:
            name = ", ".join(filter(None, (result.scenario, result.variation)))
            why = next(told(result), "")
            console.print(f"  {plain(f'{name}  {result.file}  {why}')}", soft_wrap=True)
    if comparison.only_now:
        console.print(f"new since then: {comparison.only_now}")
