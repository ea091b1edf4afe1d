"""For whoever owns the accounts: `passcode`, `limits` and `audit`."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from getpass import getpass
from typing import Annotated

import typer
from rich.table import Table

from assistant.cli.console import console, plain, print_failure, working
from assistant.errors import NoPasscodeError, SettingsError, WeakPasscodeError
from assistant.money import Money
from assistant.security.guard import Guard
from assistant.security.rules import Limits, Rules
from assistant.settings import Settings

passcode = typer.Typer(help="The passcode that money needs.", no_args_is_help=True)
limits = typer.Typer(help="What may leave, and what is asked before.", no_args_is_help=True)
audit = typer.Typer(help="The record of every act that matters.", no_args_is_help=True)

_PANEL = "Guard your money"


def add_to(parent: typer.Typer) -> None:
    for name, app in (("passcode", passcode), ("limits", limits), ("audit", audit)):
        parent.add_typer(app, name=name, rich_help_panel=_PANEL)


@passcode.command("set")
def set_passcode() -> None:
    """Choose a passcode of 6 to 8 digits, or another one in its place.

    It is typed here and shown nowhere. In a conversation you are asked for two of its digits, "the second and
    the fifth"; never say the whole. Ones that many would try first are refused, and you are told why.
    """
    guard = _guard()
    if guard.has_passcode:
        guard.prove(_typed("Passcode as it is now"))
    while True:
        digits = _typed("New passcode")
        if _typed("The same again") != digits:
            console().print("Those were two different ones.")
            continue
        try:
            with working("Keeping it"):
                guard.set_passcode(digits)
        except WeakPasscodeError as error:
            print_failure(error)
            continue
        break
    console().print("The passcode is set. Money can move now, within your limits: `assistant limits show`")


@passcode.command()
def unlock() -> None:
    """Type the whole passcode after too many wrong answers."""
    _prove(_guard())
    console().print("Right. Two digits are enough again.")


@limits.command()
def show() -> None:
    """Show the limits, what is spent of them, and when the passcode is asked for."""
    guard = _guard()
    rules = guard.rules
    table = Table("currency", "one payment", "to a new payee", "in 24 hours", "left now")
    for currency, each in sorted(rules.limits.items()):
        left = max(each.day - guard.spent(currency).amount, Decimal(0))
        row = (each.payment, each.new_payee, each.day, left)
        table.add_row(currency, *(f"{amount:,.2f}" for amount in row))
    console().print(table)
    console().print("In any other currency nothing is paid; no rate is guessed.")
    console().print(f"Money needs the passcode {_after(rules.money_after)}.")
    console().print(f"Answers about your accounts need it {_after(rules.answers_after)}.")
    console().print("Answers are shown and not said." if rules.screen_only else "Answers are said and shown.")
    if not guard.has_passcode:
        console().print("No passcode is set, so no money moves: `assistant passcode set`")


@limits.command("set")
def set_limits(
    currency: Annotated[str, typer.Option("--currency", "-c", help="ISO 4217: EUR, GBP, …")] = "",
    payment: Annotated[str, typer.Option("--payment", help="The most for one payment.")] = "",
    day: Annotated[str, typer.Option("--day", help="The most within 24 hours.")] = "",
    new_payee: Annotated[
        str, typer.Option("--new-payee", help="The most for one payment to somebody new.")
    ] = "",
    money_after: Annotated[
        int | None,
        typer.Option(
            "--money-after", min=0, max=60, help="Minutes that a passcode counts for money; 0: never."
        ),
    ] = None,
    answers_after: Annotated[
        int | None,
        typer.Option(
            "--answers-after", min=-1, max=600, help='The same for answers; -1: asked only after "lock".'
        ),
    ] = None,
    screen_only: Annotated[
        bool | None, typer.Option("--screen-only/--aloud", help="Show answers without saying them.")
    ] = None,
) -> None:
    """Change limits; the whole passcode is typed for it.

    For instance: `assistant limits set --currency EUR --payment 500 --day 800 --new-payee 100`
    """
    guard = _guard()
    rules = guard.rules
    changed: dict[str, str] = {}
    if payment or day or new_payee:
        rules, changed = _with_limits(rules, currency.upper(), payment, day, new_payee)
    if money_after is not None:
        rules, changed["money after"] = replace(rules, money_after=money_after), str(money_after)
    if answers_after is not None:
        minutes = None if answers_after < 0 else answers_after
        rules, changed["answers after"] = replace(rules, answers_after=minutes), str(minutes)
    if screen_only is not None:
        rules, changed["screen only"] = replace(rules, screen_only=screen_only), str(screen_only)
    if not changed:
        raise SettingsError("nothing to change", remedy="`assistant limits set --help` says what can be.")
    _prove(guard)
    guard.set_rules(rules, **changed)
    show()


@audit.command("show")
def show_record(
    last: Annotated[int, typer.Option("--last", min=1, help="How many of the newest entries.")] = 20,
) -> None:
    """Show what was done, the newest last; numbers are masked."""
    entries = _guard().trail.entries()
    table = Table("number", "when", "what", "more")
    for each in entries[-last:]:
        more = ", ".join(f"{name}: {value}" for name, value in each.facts.items())
        table.add_row(
            str(each.number), f"{each.at.astimezone():%Y-%m-%d %H:%M:%S}", each.deed.value, plain(more)
        )
    console().print(table)


@audit.command()
def verify() -> None:
    """Check that nothing in the record was changed, cut off, moved or put in.

    The exit status is 1 when something was.
    """
    entries = _guard().trail.entries()
    if not entries:
        console().print("The record is empty, as it was left.")
        return
    first, last = entries[0].at.astimezone(), entries[-1].at.astimezone()
    console().print(
        f"{len(entries)} entries from {first:%Y-%m-%d} to {last:%Y-%m-%d}, each one as it was written."
    )


def _guard() -> Guard:
    return Guard.from_settings(Settings.from_environment())


def _prove(guard: Guard) -> None:
    if not guard.has_passcode:
        raise NoPasscodeError("none is set")
    guard.prove(_typed("Passcode"))


def _typed(question: str) -> str:
    """Without showing it. Raises SettingsError when nobody is there to type."""
    try:
        return getpass(f"{question}: ")
    except EOFError as error:
        raise SettingsError("nothing was typed", remedy="Run the command at a terminal.") from error


def _after(minutes: int | None) -> str:
    if minutes is None:
        return 'only after you said "lock"'
    return f"after {minutes} minutes of quiet" if minutes else "every time"


def _with_limits(
    rules: Rules, currency: str, payment: str, day: str, new_payee: str
) -> tuple[Rules, dict[str, str]]:
    """Raises SettingsError for what is no currency, no amount, or contradicts itself."""
    known = rules.limits.get(currency)
    try:
        Money.zero(currency)
        new = Limits(
            payment=Decimal(payment) if payment or not known else known.payment,
            day=Decimal(day) if day or not known else known.day,
            new_payee=Decimal(new_payee) if new_payee or not known else known.new_payee,
        )
    except (ValueError, InvalidOperation) as error:
        why = str(error) if type(error) is ValueError else "not an amount"
        raise SettingsError(
            why, remedy="Name the currency and amounts like 250 or 99.50; for a new one all three of them."
        ) from error
    facts = {
        "currency": currency,
        "payment": f"{new.payment}",
        "day": f"{new.day}",
        "new": f"{new.new_payee}",
    }
    return replace(rules, limits={**rules.limits, currency: new}), facts
