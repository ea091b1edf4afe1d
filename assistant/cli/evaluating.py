"""For trainers: `evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from assistant.cli.console import console, plain, working
from assistant.errors import TrainingDataError
from assistant.settings import Settings
from assistant.training.evaluation.baseline import accept as accept_result
from assistant.training.evaluation.baseline import accepted
from assistant.training.evaluation.scores import Result, Sentence, compare

_SHOWN = 20
"""Sentences of each list that are printed; the page has them all."""


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Teach")(evaluate)


def evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Sentences held out (Rasa's YAML), or recordings (*.scenario.yml)."),
    ] = None,
    folds: Annotated[int, typer.Option("--folds", min=2, max=20, help="Parts of cross-validation.")] = 5,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the pages and plots.")] = Path(
        "out/evaluation"
    ),
    accept: Annotated[bool, typer.Option("--accept", help="Compare with this from now on.")] = False,
    fail_under: Annotated[
        float,
        typer.Option("--fail-under", min=0, max=100, help="Percent understood in full that are asked for."),
    ] = 0.0,
    no_regressions: Annotated[
        bool, typer.Option("--no-regressions", help="Fail when a sentence got worse since the accepted one.")
    ] = False,
    dataset: Annotated[
        tuple[str, Path] | None,
        typer.Option("--dataset", help="Train and score the pipeline on banking77 or clinc: NAME FOLDER."),
    ] = None,
    meaning: Annotated[
        bool, typer.Option("--meaning", help="--dataset only: with the extra `meaning` in the pipeline.")
    ] = False,
) -> None:
    """Measure how well sentences are understood that nothing was trained on, with a page to look at.

    Without files: cross-validation. `assistant evaluate tests/nlu/understanding.yml` asks sentences
    held out, `assistant evaluate tests/audio/commands.scenario.yml` recordings, and tells what hearing costs.
    The exit status is 1 when a gate fails.
    """
    from assistant.training.evaluation import measure
    from assistant.training.evaluation.page import write_page

    settings = Settings.from_environment()
    if dataset is not None and dataset[0] not in measure.DATASETS:
        raise TrainingDataError(
            f"{dataset[0]} is none of the sets", remedy=f"There is {' and '.join(measure.DATASETS)}."
        )
    results: list[tuple[Result, Result | None]] = []
    with working("Evaluating") as progress:
        if dataset is not None:
            results.append((measure.dataset(settings, *dataset, folds, progress, meaning=meaning), None))
        for file in files or ():
            if _lists_recordings(file):
                as_text, as_heard = measure.recordings(settings, file, progress)
                results.append((as_heard, as_text))
            else:
                results.append((measure.held_out(settings, file, progress), None))
        if not results:
            results.append((measure.cross_validate(settings, folds, progress), None))
        progress("Drawing.")
        before = [accepted(settings, result.name) for result, _ in results]
        pages = [
            write_page(output, result, old, as_text)
            for (result, as_text), old in zip(results, before, strict=True)
        ]
    passed = True
    for (result, read), old, page in zip(results, before, pages, strict=True):
        _print(result, read)
        worse = _print_changes(old, result) if old is not None else 0
        console().print(f"  page: {plain(str(page))}", soft_wrap=True)
        if result.complete.value * 100 < fail_under:
            console().print(f"[red]Less than {fail_under:g} % were understood in full.[/]")
            passed = False
        if no_regressions and worse:
            console().print(f"[red]{worse} sentences got worse.[/]")
            passed = False
        elif no_regressions and old is None:
            console().print("Nothing was accepted yet, so nothing can have got worse.")
    if accept and passed:
        for result, _ in results:
            accept_result(settings, result)
        console().print("Accepted: later evaluations are compared with this one.")
    if not passed:
        raise typer.Exit(1)


def _lists_recordings(file: Path) -> bool:
    try:
        content = YAML(typ="safe").load(file.read_text("utf-8"))
    except OSError as error:
        raise TrainingDataError(
            f"{file.name}: {error.strerror}", remedy="Name a file that is there."
        ) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"{file.name}: {type(error).__name__}", remedy="Name a YAML file.") from error
    return isinstance(content, dict) and "nlu" not in content


def _print(result: Result, as_text: Result | None) -> None:
    console().print(f"[bold]{plain(result.name)}[/]: {plain(', '.join(text for _, text in result.about))}")
    for label, share in (
        ("likeliest intent right", result.likeliest),
        ("acted on the right intent", result.right),
        ("understood in full", result.complete),
        ("acted on a wrong intent", result.answered_wrongly),
    ):
        console().print(f"  {label:26} {share}")
    if as_text is not None:
        loss = as_text.complete.value - result.complete.value
        console().print(f"  {'the same as text, in full':26} {as_text.complete}")
        console().print(f"  {'lost by recognition':26} {loss:.1%}")
    weakest = sorted(result.intents(), key=lambda each: each.f1)[:3]
    console().print(f"  weakest intents: {', '.join(f'{each.name} (F1 {each.f1:.0%})' for each in weakest)}")


def _print_changes(old: Result, new: Result) -> int:
    changes = compare(old.sentences, new.sentences)
    console().print(f"  since the accepted one: {len(changes.better)} better, {len(changes.worse)} worse")
    for kind, colour, pairs in (("worse", "red", changes.worse), ("better", "green", changes.better)):
        for before, after in pairs[:_SHOWN]:
            console().print(
                f"  [{colour}]{kind}[/] “{plain(after.text)}” ({plain(after.meant)}): "
                f"{_said(before)} → {_said(after)}",
                soft_wrap=True,
            )
    return len(changes.worse)


def _said(each: Sentence) -> str:
    taken = "not understood" if each.taken == "nlu_fallback" else each.taken
    return plain(taken if each.is_complete or not each.is_right else f"{taken}, other names")
