"""For customers: `inbox`. For trainers: `utterances review`, which goes through it."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.actions.services import clock
from assistant.audio.loudspeaker import Loudspeaker
from assistant.cli.console import console, plain, print_failure
from assistant.cli.utterances import utterances
from assistant.errors import AssistantError, SettingsError, TrainingDataError
from assistant.inbox import FALLBACK, Inbox, Kept
from assistant.nlu.examples import same
from assistant.nlu.training import training_files
from assistant.nlu.training_check import Known, known_names
from assistant.settings import SAMPLE_RATE, Settings
from assistant.training.utterances.editing import Utterances
from assistant.training.utterances.review import filled_in, needs_words
from assistant.training.utterances.wording import check_intent, worded

_KEYS = "p play, a accept, f fix the words, d drop, s skip, q quit"


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Set up")(inbox)
    utterances.command()(review)


def inbox(
    switch: Annotated[str | None, typer.Argument(metavar="[on|off]", help="Leave it out to look.")] = None,
) -> None:
    """Consent to keep what was not understood, for `assistant utterances review`. Off unless switched on.

    Kept on this machine only, readable by you alone, with names and figures masked; no answers, and sound
    only where nothing had to be masked. `off` erases everything that was kept.
    """
    settings = Settings.from_environment()
    box = Inbox(settings)
    if switch == "on":
        box.switch_on(clock()())
        console().print("On: what goes badly is kept here, masked. `assistant inbox off` erases it.")
    elif switch == "off":
        console().print(f"Off: {box.switch_off()} kept turns were erased.")
    elif switch is None:
        state = "on" if box.is_on else "off"
        console().print(f"The inbox is {state}; {len(box.kept())} turns are kept.")
    else:
        raise SettingsError(f"{switch!r} is neither on nor off", remedy="assistant inbox on, or off.")


def review() -> None:
    """Go through the inbox: play a turn, accept it into an intent, fix its words, or drop it.

    Every decision is on disk at once, so quitting loses nothing. Then: `assistant train --check`
    """
    settings = Settings.from_environment()
    box = Inbox(settings)
    waiting = box.kept()
    if not waiting:
        console().print("The inbox is empty." + ("" if box.is_on else " It is off: assistant inbox on"))
        return
    known = known_names(settings.data, training_files(settings))
    book = Utterances(settings)
    console().print(f"{len(waiting)} turns. Keys: {_KEYS}.")
    accepted = 0
    for number, kept in enumerate(waiting, start=1):
        outcome = _review(kept, f"{number} of {len(waiting)}", box, book, known)
        if outcome == "q":
            break
        accepted += outcome == "a"
    left = len(box.kept())
    console().print(f"{accepted} accepted, {left} left.")


def _review(kept: Kept, place: str, box: Inbox, book: Utterances, known: Known) -> str:
    """One turn, until it is decided: `a`, `d`, `s` or `q`."""
    text = filled_in(kept, book.examples)
    taken = "not understood" if kept.intent == FALLBACK else f"{kept.intent}, {kept.confidence:.0%} sure"
    console().print(f"\n[bold]{place}[/]  {plain(kept.text)}", soft_wrap=True)
    console().print(f"  {kept.day}, {kept.reason}; taken for: {plain(taken)}")
    while True:
        if text != kept.text:
            console().print(f"  as an utterance: {plain(text)}", soft_wrap=True)
        key = _asked("  what now? ")
        if key in ("q", "quit"):
            return "q"
        if key in ("s", "skip"):
            return "s"
        if key in ("d", "drop"):
            box.drop(kept)
            return "d"
        if key in ("p", "play"):
            _play(box, kept)
        elif key in ("f", "fix"):
            text = _asked("  words, names marked as [tesco](merchant): ") or text
        elif key in ("a", "accept"):
            try:
                _accept(kept, text, book, known)
            except AssistantError as error:
                print_failure(error)
                continue
            box.drop(kept)
            return "a"
        else:
            console().print(f"  {_KEYS}")


def _accept(kept: Kept, text: str, book: Utterances, known: Known) -> None:
    if needs_words(text):
        raise TrainingDataError("a masked word is left in it", remedy="Press f and put another in its place.")
    guess = kept.intent if kept.intent != FALLBACK else ""
    intent = _asked(f"  intent{f' [{guess}]' if guess else ''}: ") or guess
    check_intent(intent, known.intents)
    line = worded(text, known)
    there = [each for each in book.examples if same(each.text) == same(line)]
    if there and there[0].intent != intent:
        raise TrainingDataError(
            f"{there[0].place}: this is an utterance of `{there[0].intent}`",
            remedy="Choose that, or drop it.",
        )
    for added in () if there else book.add([(intent, line)]):
        console().print(f"  {plain(added.place)}  {plain(added.intent)}  {plain(added.text)}", soft_wrap=True)


def _play(box: Inbox, kept: Kept) -> None:
    samples = box.audio(kept)
    if samples is None:
        console().print("  There is no recording: something in it was masked, or it was typed.")
        return
    try:
        Loudspeaker(None).play(samples, SAMPLE_RATE)
    except AssistantError as error:
        print_failure(error)


def _asked(question: str) -> str:
    """What is typed; the end of the input quits."""
    console().print(question, end="")
    try:
        return input().strip()
    except EOFError:
        console().print()
        return "q"
