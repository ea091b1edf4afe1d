"""`assistant serve` as people start it, and who may connect."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from wyoming.asr import Transcript
from wyoming.client import AsyncClient

from tests.cli.command import Assistant


async def answer(uri: str, text: str) -> str:
    async with AsyncClient.from_uri(uri, read_timeout=60) as client:
        await client.write_event(Transcript(text).event())
        while (event := await client.read_event()) is not None:
            if event.type == "handled":
                return str(event.data["text"])
    return ""


def test_it_serves_until_it_is_interrupted(newcomer: Assistant) -> None:
    with newcomer.started("serve", "--wyoming", "tcp://127.0.0.1:0", "--practice") as running:
        running.expect("I listen at ")
        running.expect("\n")
        uri = running.shown.split("I listen at ")[1].split()[0]
        assert "€" in asyncio.run(answer(uri, "how much money is in my everyday account"))
        running.interrupt()
        done = running.end()
    assert done.status == 0 and "Traceback" not in done.complaint


def test_satellites_are_made_known_listed_and_removed(newcomer: Assistant, tmp_path: Path) -> None:
    assert "No satellite is known" in newcomer.run("serve", "satellites", "list").shown
    bundle = tmp_path / "hall.pem"
    added = newcomer.run("serve", "satellites", "add", "hall", "--guest", "--certificate", str(bundle))
    assert added.status == 0 and "Token of hall: " in added.shown
    token = added.shown.split("Token of hall: ")[1].strip()
    assert len(token) >= 43
    assert bundle.stat().st_mode & 0o077 == 0
    assert bundle.read_text().count("BEGIN CERTIFICATE") == 2 and "PRIVATE KEY" in bundle.read_text()
    listed = newcomer.run("serve", "satellites", "list").shown
    assert listed == "hall (guests)\n"
    newcomer.run("serve", "satellites", "add", "hall").failed_with("rooms.satellite", status=2)
    again = newcomer.run("serve", "satellites", "add", "attic", "--certificate", str(bundle))
    again.failed_with("storage")
    assert newcomer.run("serve", "satellites", "remove", "hall").status == 0
    newcomer.run("serve", "satellites", "remove", "hall").failed_with("rooms.satellite", status=2)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--wyoming", "tcp://0.0.0.0:10300"),
        ("--wyoming", "tcp://192.0.2.1:10300"),
        ("--websocket", "ws://0.0.0.0:2700"),
        ("--wyoming", "10300"),
    ],
)
def test_where_it_must_not_listen_it_says_what_to_do(newcomer: Assistant, arguments: tuple[str, ...]) -> None:
    newcomer.run("serve", *arguments).failed_with("rooms.address", status=2)
