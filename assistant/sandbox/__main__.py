"""`python -m assistant.sandbox`: the practice bank by itself."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from assistant.errors import AssistantError, SettingsError
from assistant.sandbox.catalogue import BANKS
from assistant.sandbox.clock import read_day
from assistant.sandbox.quirks import Quirk, read_quirks
from assistant.sandbox.server import DATABASE_NAME, DEFAULT_HOST, DEFAULT_PORT, serve


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        serve(
            options.database,
            host=options.host,
            port=options.port,
            seed=options.seed,
            today=options.today or _today_of_environment(),
            reset=options.reset,
            quirks=_quirks(options.quirk),
            supervised=options.supervised,
            announce=_announce,
        )
    except AssistantError as error:
        sys.stderr.write(f"{error.say} ({error.code}: {error})\n{error.remedy}\n")
        return error.exit_status
    return 0


def _announce(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assistant.sandbox",
        description="Two practice banks that speak Berlin Group XS2A 1.3 over HTTP.",
    )
    parser.add_argument(
        "--database", type=Path, default=Path(DATABASE_NAME), help="SQLite file (default: ./%(default)s)"
    )
    parser.add_argument("--host", default=DEFAULT_HOST, help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, help=f"port; 0 takes any free one (default: {DEFAULT_PORT}, else any free one)"
    )
    parser.add_argument("--seed", type=int, help="number from which the customer's life is made")
    parser.add_argument("--today", type=read_day, help="YYYY-MM-DD (default: $ASSISTANT_TODAY or today)")
    parser.add_argument("--reset", action="store_true", help="throw the database away and start over")
    parser.add_argument(
        "--quirk",
        action="append",
        default=[],
        metavar="BANK:NAME",
        help=f"banks: {', '.join(bank.slug for bank in BANKS)}; names: {', '.join(Quirk)}",
    )
    parser.add_argument(
        "--supervised",
        action="store_true",
        help="for programs: print the port as JSON, end with standard input",
    )
    return parser


def _today_of_environment() -> date | None:
    text = os.environ.get("ASSISTANT_TODAY")
    if not text:
        return None
    try:
        return read_day(text)
    except ValueError as error:
        raise SettingsError(f"ASSISTANT_TODAY={text!r} is not a date, YYYY-MM-DD") from error


def _quirks(named: list[str]) -> dict[str, frozenset[Quirk]]:
    """Quirks by bank, on top of those that each bank has of its own."""
    wanted = {bank.slug: set(bank.default_quirks) for bank in BANKS}
    for text in named:
        slug, _, name = text.partition(":")
        if slug not in wanted:
            raise SettingsError(f"--quirk {text}: the bank must be one of {', '.join(wanted)}")
        wanted[slug].add(name)
    try:
        return {slug: read_quirks(names) for slug, names in wanted.items()}
    except ValueError as error:
        raise SettingsError(f"--quirk: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
