"""For trainers: `utterances add`, `list`, `move`, `remove`, `import`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from assistant.cli.console import console, plain, working
from assistant.errors import TrainingDataError
from assistant.nlu.examples import ANNOTATION, Example, marked_entities, same
from assistant.nlu.training import newest_model, training_files
from assistant.nlu.training_check import Known, known_names
from assistant.settings import Settings
from assistant.training.utterances.editing import Utterances
from assistant.training.utterances.files import read_rows
from assistant.training.utterances.wording import check_intent, marked, worded

utterances = typer.Typer(
    name="utterances",
    help="What people may say: add, find, move and remove lines of `nlu_data`, every other line untouched.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Intent = Annotated[str, typer.Option("--intent", "-i", help="What is meant by it.")]
OfIntent = Annotated[str | None, typer.Option("--intent", "-i", help="Only those of this intent.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(utterances, rich_help_panel="Teach")


@utterances.command()
def add(
    text: Annotated[str, typer.Argument(help='What people say: "how much dough have i got".')],
    intent: Intent,
    file: Annotated[
        str | None,
        typer.Option("--file", help="Below nlu_data/en; by default where the intent has its place."),
    ] = None,
    as_it_is: Annotated[bool, typer.Option("--as-it-is", help="Mark no names by guessing.")] = False,
) -> None:
    """Add an utterance to an intent.

    Names are marked inline, `"did i pay [tesco](merchant)"`, or else as the trained model finds them; the
    line that was written is shown. Then: `assistant train`
    """
    settings = Settings.from_environment()
    known = _known(settings)
    check_intent(intent, known.intents)
    line = worded(text, known)
    book = Utterances(settings)
    there = book.find(line)
    elsewhere = [each for each in there if each.intent != intent]
    if elsewhere:
        raise TrainingDataError(
            f"{elsewhere[0].place}: this is an utterance of `{elsewhere[0].intent}`",
            remedy=f'To change that: assistant utterances move "{line}" --intent {intent}',
        )
    if there:
        console().print(f"It is there already: {plain(there[0].place)}", soft_wrap=True)
        return
    if not as_it_is and not ANNOTATION.search(line):
        line = _guessed(settings, line, marked_entities(book.examples))
    for added in book.add([(intent, line)], file=file):
        _print(added)


@utterances.command("list")
def list_(
    words: Annotated[list[str] | None, typer.Argument(help="Only those with all of these words.")] = None,
    intent: OfIntent = None,
) -> None:
    """Show utterances with file and line; without words and intent, how many there are of each intent."""
    settings = Settings.from_environment()
    book = Utterances(settings)
    if intent is not None:
        check_intent(intent, _known(settings).intents)
    if not words and intent is None:
        table = Table("intent", "utterances", "files")
        counts = Counter(each.intent for each in book.examples)
        for name, count in sorted(counts.items()):
            files = sorted({each.file for each in book.examples if each.intent == name})
            table.add_row(plain(name), str(count), plain(" ".join(files)))
        console().print(table)
        return
    wanted = set(same(" ".join(words or ())).split())
    for each in book.examples:
        if wanted <= set(same(each.text).split()) and intent in (None, each.intent):
            _print(each)


@utterances.command()
def move(
    text: Annotated[str, typer.Argument(help="The utterance; capitals, signs and marks do not matter.")],
    intent: Annotated[str, typer.Option("--intent", "-i", help="Where it belongs.")],
) -> None:
    """Move an utterance to another intent."""
    settings = Settings.from_environment()
    check_intent(intent, _known(settings).intents)
    book = Utterances(settings)
    found = _found(book, text, None)
    moving = [each for each in found if each.intent != intent]
    if not moving:
        console().print(f"It is there already: {plain(found[0].place)}", soft_wrap=True)
        return
    if len(moving) < len(found):  # one stays where it is to go, so the others are only too many
        book.remove(moving)
        _print(next(each for each in book.find(text) if each.intent == intent))
        return
    for moved in book.move(moving, intent):
        _print(moved)


@utterances.command()
def remove(
    text: Annotated[str, typer.Argument(help="The utterance; capitals, signs and marks do not matter.")],
    intent: OfIntent = None,
) -> None:
    """Remove an utterance, wherever it stands."""
    book = Utterances(Settings.from_environment())
    found = _found(book, text, intent)
    book.remove(found)
    for each in found:
        console().print(
            f"removed {plain(each.place)}  {plain(each.intent)}  {plain(each.text)}", soft_wrap=True
        )


@utterances.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or TSV (text, intent), JSON, or Rasa's YAML.")],
    intent: Annotated[
        str | None, typer.Option("--intent", "-i", help="For rows that name none: what they mean.")
    ] = None,
) -> None:
    """Add the utterances of a file, all or none; those that are there already are counted and left out."""
    settings = Settings.from_environment()
    known = _known(settings)
    with working("Importing") as progress:
        progress(f"Reading {file.name}.")
        rows = read_rows(file)
        book = Utterances(settings)
        intents = {same(each.text): each.intent for each in book.examples}
        fresh: list[tuple[str, str]] = []
        there = 0
        for row in rows:
            wanted = row.intent or intent
            try:
                if wanted is None:
                    raise TrainingDataError("no intent", remedy="Name it with --intent.")
                check_intent(wanted, known.intents)
                line = worded(row.text, known)
            except TrainingDataError as error:
                raise TrainingDataError(
                    f"{file.name}:{row.line}: {error.detail}", remedy=f"{error.remedy} Nothing was imported."
                ) from error
            other = intents.setdefault(same(line), wanted)
            if other != wanted:
                raise TrainingDataError(
                    f"{file.name}:{row.line}: this is an utterance of `{other}` already",
                    remedy="Decide what it means, then import again. Nothing was imported.",
                )
            fresh.append((wanted, line))
        old = {(each.intent, same(each.text)) for each in book.examples}
        kept: dict[tuple[str, str], tuple[str, str]] = {}
        for one in fresh:
            key = (one[0], same(one[1]))
            if key in old or key in kept:
                there += 1
            else:
                kept[key] = one
        progress(f"Writing {len(kept)} utterances.")
        book.add(list(kept.values()))
    console().print(f"{len(kept)} added, {there} were there already.")
    for name, count in Counter(one[0] for one in kept.values()).most_common():
        console().print(f"  {plain(name)}: {count}")


def _known(settings: Settings) -> Known:
    return known_names(settings.data, training_files(settings))


def _found(book: Utterances, text: str, intent: str | None) -> list[Example]:
    found = book.find(text, intent)
    if not found:
        raise TrainingDataError(
            "there is no such utterance", remedy="`assistant utterances list WORD…` finds it by its words."
        )
    return found


def _guessed(settings: Settings, line: str, learnt: frozenset[str]) -> str:
    """With the names marked that the model trained last finds; unmarked when none was trained yet."""
    model = newest_model(settings)
    if model is None:
        console().print("No model is trained yet, so no names were looked for.")
        return line
    with working("Looking for names"):
        from assistant.nlu.parser import Parser

        (parsed,) = Parser(model).parse([line])
    found = [(start, end, entity, role) for entity, role, start, end in parsed.entities if entity in learnt]
    return marked(line, found)


def _print(example: Example) -> None:
    console().print(
        f"{plain(example.place)}  [bold]{plain(example.intent)}[/]  {plain(example.text)}", soft_wrap=True
    )
