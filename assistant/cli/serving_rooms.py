"""For other rooms: `serve`, and the satellites that may connect."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.console import console, plain, print_failure
from assistant.cli.desk import open_desk
from assistant.errors import AddressError

_WYOMING, _WEBSOCKET = "tcp://127.0.0.1:10300", "ws://127.0.0.1:2700"

serve_app = typer.Typer(invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
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
    if wyoming is None and websocket is None:
        raise AddressError(
            "no door was named", remedy=f"For example: `assistant serve --wyoming {_WYOMING}`."
        )
    # Imported here: other commands do without.
    from assistant.rooms.access import Access
    from assistant.rooms.door import Kind, open_door
    from assistant.rooms.server import RoomServer

    # Opened first: that a port is taken is better told before half a minute of loading.
    wanted = {Kind.WYOMING: wyoming, Kind.WEBSOCKET: websocket}
    doors = [open_door(kind, uri) for kind, uri in wanted.items() if uri is not None]
    with open_desk(practice=practice, watch=True) as desk:
        if desk.voice_problem is not None:
            print_failure(desk.voice_problem)
        for door in doors:
            console().print(f"I listen at {plain(door.uri)}", soft_wrap=True)
        RoomServer(desk, doors, Access({})).serve_until_stopped()
