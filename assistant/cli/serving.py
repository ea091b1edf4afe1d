"""Servers: `sandbox`, the practice bank."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.sandbox.server import DATABASE_NAME, DEFAULT_HOST, DEFAULT_PORT, serve
from assistant.settings import Settings


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Test")(sandbox)


def sandbox(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; loopback unless told.")
    ] = DEFAULT_HOST,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help=f"{DEFAULT_PORT}, else any free one.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Another made-up life.")] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Start over: forget consents, live the life again.")
    ] = False,
) -> None:
    """Run the practice bank: two banks that speak Berlin Group XS2A, with a customer who does not exist.

    One-time codes are printed here. Its state survives a restart.
    """
    settings = Settings.from_environment()
    settings.sandbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    serve(settings.sandbox / DATABASE_NAME, host=host, port=port, seed=seed, reset=reset, announce=_announce)


def _announce(line: str) -> None:
    typer.echo(line)
