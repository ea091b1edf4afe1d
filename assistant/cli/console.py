"""How things look on a terminal: failures, progress. Colour only where there is a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from rich.console import Console
from rich.markup import escape

from assistant.errors import AssistantError


@lru_cache(maxsize=1)
def console() -> Console:
    return Console(highlight=False)


@lru_cache(maxsize=1)
def error_console() -> Console:
    return Console(stderr=True, highlight=False)


def plain(text: str) -> str:
    """Text from outside for a rich console: without markup, and without commands to the terminal."""
    return escape("".join(map(_shown, text)))


def _shown(sign: str) -> str:
    return "�" if unicodedata.category(sign).startswith("C") and sign not in "\n\t" else sign


def print_failure(error: AssistantError) -> None:
    """The sentence, what exactly, what to do, and the code to search for; on standard error."""
    out = error_console()
    out.print(f"[red]{plain(error.say)}[/]")
    if error.detail and error.detail != error.say:
        out.print(f"  {plain(error.detail)}", soft_wrap=True)
    out.print(f"  [bold]What to do:[/] {plain(error.remedy)}", soft_wrap=True)
    out.print(f"  [dim]({error.code})[/]")


@contextmanager
def working(title: str) -> Iterator[Callable[[str], None]]:
    """Show that long work goes on; the value is called with what is being done just now.

    A spinner on a terminal, plain lines in a pipe or a log.
    """
    out = console()
    if not out.is_terminal:
        out.print(f"{title} …")
        yield lambda text: out.print(f"  {plain(text)}")
        return
    with out.status(f"{title} …") as status:
        yield lambda text: status.update(f"{title}: {plain(text)} …")
