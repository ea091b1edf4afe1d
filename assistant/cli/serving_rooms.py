"""For other rooms: `serve`, and the satellites that may connect."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.console import console, plain, print_failure
from assistant.cli.desk import notice, open_desk, ready_for_workers
from assistant.errors import AddressError, StorageError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.rooms.door import Door
    from assistant.rooms.server import RoomServer
    from assistant.startup import Desk

_WYOMING, _WEBSOCKET = "tcp://127.0.0.1:10300", "ws://127.0.0.1:2700"

serve_app = typer.Typer(invoke_without_command=True)
satellites_app = typer.Typer(
    no_args_is_help=True, help="Who may connect from other computers, each with a token of its own."
)


def add_to(app: typer.Typer) -> None:
    serve_app.add_typer(satellites_app, name="satellites")
    app.add_typer(serve_app, name="serve", rich_help_panel="Talk")


@serve_app.callback()
def serve(
    context: typer.Context,
    wyoming: Annotated[
        str | None, typer.Option("--wyoming", metavar="URI", help=f"Serve satellites, at {_WYOMING} for one.")
    ] = None,
    websocket: Annotated[
        str | None,
        typer.Option("--websocket", metavar="URI", help=f"Serve WebSockets, at {_WEBSOCKET} for one."),
    ] = None,
    satellite: Annotated[
        list[str] | None,
        typer.Option("--satellite", metavar="URI", help="Call a wyoming-satellite; may be given again."),
    ] = None,
    workers: Annotated[
        int,
        typer.Option("--workers", min=1, max=64, help="Processes behind these addresses."),
    ] = 1,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URL",
            help="Keep conversations sealed in Redis or PostgreSQL, and not in memory. A URL with a password "
            "belongs in the variable ASSISTANT_STORE: whoever lists the processes sees what stands here.",
        ),
    ] = None,
    practice: Annotated[
        bool, typer.Option("--practice", help="With the practice bank, which is started for you.")
    ] = False,
) -> None:
    """Lend ears and voice to other rooms: smart speakers, Home Assistant, devices of your own.

    To try it: `assistant serve --wyoming tcp://127.0.0.1:10300 --practice`

    Ctrl-C ends it. Other computers are let in with TLS and a token only.
    """
    if context.invoked_subcommand is not None:
        return
    if store is not None:
        os.environ["ASSISTANT_STORE"] = store
    if not (wyoming or websocket or satellite):
        raise AddressError(
            "no door was named", remedy=f"For example: `assistant serve --wyoming {_WYOMING}`."
        )
    # Imported here: other commands do without.
    from assistant.rooms.door import Kind, open_door

    # Opened first: that a port is taken is better told before half a minute of loading.
    wanted = {Kind.WYOMING: wyoming, Kind.WEBSOCKET: websocket}
    doors = [open_door(kind, uri) for kind, uri in wanted.items() if uri is not None]
    if workers > 1:
        _serve_from_several(doors, workers, satellite or [], practice=practice)
        return
    with open_desk(practice=practice, watch=True) as desk:
        if desk.voice_problem is not None:
            print_failure(desk.voice_problem)
        _tell(doors)
        _server(desk, first=True, doors=doors, satellites=satellite or ()).serve_until_stopped()


def _serve_from_several(
    doors: Sequence[Door], count: int, satellites: Sequence[str], *, practice: bool
) -> None:
    from assistant.rooms.workers import Workers

    with ready_for_workers(practice=practice, count=count) as (settings, password, model):
        make = partial(_server, doors=doors, satellites=satellites)
        workers = Workers(settings, count, model, make, password=password, notice=notice)
        console().print(f"{count} workers load.")
        workers.serve_until_stopped(lambda: _tell(doors))


def _server(desk: Desk, *, first: bool, doors: Sequence[Door], satellites: Sequence[str]) -> RoomServer:
    """Of one worker. Only the first calls satellites and is found in the network."""
    from assistant.rooms.access import Access
    from assistant.rooms.server import RoomServer

    access = Access(desk.settings)
    return RoomServer(desk, doors, access, satellites=satellites if first else (), announce=first)


def _tell(doors: Sequence[Door]) -> None:
    for door in doors:
        console().print(f"I listen at {plain(door.uri)}", soft_wrap=True)


@satellites_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Of the room, for instance: kitchen")],
    guest: Annotated[
        bool, typer.Option("--guest", help="Anybody may speak there: it tells nothing about your accounts.")
    ] = False,
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate", metavar="FILE", help="Write a key and certificate too, for stunnel and the like."
        ),
    ] = None,
) -> None:
    """Make a satellite known, and show its token: once, for only a hash of it is kept."""
    from assistant.rooms.access import Access
    from assistant.rooms.certificates import authority_file

    settings = Settings.from_environment()
    if certificate is not None and certificate.exists():
        raise StorageError(f"{certificate} is there already", remedy="Name another file.")
    admitted = Access(settings).add(name, guest=guest)
    out = console()
    if certificate is not None:
        write_key(certificate, admitted.certificate)
        out.print(f"{plain(str(certificate))} holds its private key: move it to the device.", soft_wrap=True)
    out.print(f"It knows this computer by {plain(str(authority_file(settings)))}", soft_wrap=True)
    out.print(f"Token of {plain(name)}: {admitted.token}", soft_wrap=True)


@satellites_app.command("list")
def list_them() -> None:
    """Show who may connect."""
    from assistant.rooms.access import Access

    known = Access(Settings.from_environment()).satellites()
    if not known:
        console().print("No satellite is known. Add one: `assistant serve satellites add kitchen`")
    for each in known:
        console().print(f"{plain(each.name)}{' (guests)' if each.guest else ''}")


@satellites_app.command("remove")
def remove(name: Annotated[str, typer.Argument(help="One of `satellites list`.")]) -> None:
    """Let a satellite in no more; a connection that it has ends with the server."""
    from assistant.rooms.access import Access

    Access(Settings.from_environment()).remove(name)
    console().print(f"{plain(name)} cannot connect any more.")


def write_key(file: Path, pem: str) -> None:
    """For nobody else to read, and over nothing that is there."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(pem)
