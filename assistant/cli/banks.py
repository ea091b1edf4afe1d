"""For whoever owns the accounts: `banks connect`, `banks list`, `banks disconnect`."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Sequence
from getpass import getpass
from typing import Annotated

import typer
from rich.prompt import IntPrompt, Prompt
from rich.table import Table

from assistant.bank.connecting import connect as connect_bank
from assistant.bank.connecting import disconnect as disconnect_bank
from assistant.bank.connections import Connections
from assistant.bank.portfolio import patience_of
from assistant.bank.sca_steps import Challenge, ScaMethod
from assistant.cli.console import console, plain, working
from assistant.errors import SettingsError
from assistant.security.guard import Guard
from assistant.security.trail import Deed
from assistant.settings import Settings

app = typer.Typer(help="Connect your banks, see which are connected, let them go.", no_args_is_help=True)


def add_to(parent: typer.Typer) -> None:
    parent.add_typer(app, name="banks", rich_help_panel="Set up")


@app.command()
def connect(
    name: Annotated[str, typer.Argument(help='What you call it: "Meadow Bank".')],
    url: Annotated[str, typer.Argument(help="Its XS2A address, up to the version: https://…/v1")],
    user: Annotated[str, typer.Option("--user", "-u", help="Your user name at the bank.")] = "",
) -> None:
    """Give a bank your consent: it asks you to confirm, and only this computer keeps the answer.

    The password goes to the bank alone and is not kept. To try it, run `assistant sandbox` elsewhere, then
    `assistant banks connect "Meadow Bank" http://127.0.0.1:8750/meadow/v1 --user anna`
    """
    settings = Settings.from_environment()
    guard = Guard.from_settings(settings)
    guard.note(Deed.BANK_CONNECTING, bank=name)
    connection = connect_bank(
        Connections.from_settings(settings),
        PersonAtTerminal(),
        name=name,
        base_url=url,
        psu_id=user,
        patience=patience_of(settings.bank_timeout),
    )
    guard.note(Deed.BANK_CONNECTED, bank=connection.name)
    until = f" until {connection.valid_until:%d %B %Y}" if connection.valid_until else ""
    where = "the keyring" if connection.kept_in == "keyring" else "a file that only you can read"
    console().print(f"{plain(connection.name)} is connected{until}. The consent lies in {where}.")


@app.command("list")
def list_banks() -> None:
    """Show the connected banks."""
    connections = Connections.from_settings(Settings.from_environment()).all()
    if not connections:
        console().print("No bank is connected. Connect one with `assistant banks connect NAME URL`.")
        return
    table = Table("bank", "address", "valid until", "kept in")
    for each in connections:
        until = each.valid_until.isoformat() if each.valid_until else "the bank says otherwise"
        table.add_row(plain(each.name), plain(each.base_url), until, each.kept_in)
    console().print(table)


@app.command()
def disconnect(
    name: Annotated[str, typer.Argument(help="As `assistant banks list` shows it.")],
    force: Annotated[
        bool, typer.Option("--force", help="Forget it here even when the bank does not answer.")
    ] = False,
) -> None:
    """Withdraw the consent at the bank and forget it here."""
    settings = Settings.from_environment()
    connections = Connections.from_settings(settings)
    connection = connections.find(name)
    if connection is None:
        raise SettingsError(f"no bank called {name!r}", remedy="`assistant banks list` shows the names.")
    guard = Guard.from_settings(settings)
    guard.note(Deed.BANK_DISCONNECTING, bank=connection.name)
    with working("Withdrawing the consent"):
        disconnect_bank(
            connections, connection, even_if_unreachable=force, patience=patience_of(settings.bank_timeout)
        )
    guard.note(Deed.BANK_DISCONNECTED, bank=connection.name)
    console().print(f"{plain(connection.name)} is disconnected.")


class PersonAtTerminal:
    """Asks whoever sits there."""

    def ask_password(self, bank: str, psu_id: str) -> str:
        # Unlike rich's prompt, this one asks when nothing is echoed any more.
        return _until_answered(lambda: getpass(f"Password of {psu_id} at {bank}: "))

    def choose_method(self, methods: Sequence[ScaMethod]) -> ScaMethod:
        for number, method in enumerate(methods, 1):
            console().print(f"  {number}  {plain(method.name)}")
        numbers = [str(number) for number in range(1, len(methods) + 1)]
        return methods[IntPrompt.ask("How do you want to confirm", choices=numbers, console=console()) - 1]

    def ask_otp(self, challenge: Challenge) -> str:
        for line in (challenge.instructions, *challenge.data):
            if line:
                console().print(plain(line))
        return _ask("Code")

    def ask_confirmation_code(self) -> str:
        return _ask("Confirmation code that the bank's page showed")

    def show_message(self, message: str) -> None:
        console().print(plain(message))

    def open_url(self, url: str) -> None:
        console().print(f"Confirm on your bank's page: {plain(url)}", soft_wrap=True)
        webbrowser.open(url)


def _ask(question: str) -> str:
    return _until_answered(lambda: Prompt.ask(question, console=console()))


def _until_answered(ask: Callable[[], str]) -> str:
    """An empty answer would cost one of the few tries that a bank allows."""
    while not (answer := ask()):
        pass
    return answer
