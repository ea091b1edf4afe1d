"""Doors that other computers can reach: TLS, tokens, certificates, and what a guest may hear."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.client import connect
from websockets.exceptions import InvalidStatusCode
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe

from assistant.errors import AddressError, SatelliteNameError
from assistant.rooms.access import Access, Admission
from assistant.rooms.certificates import authority_file
from assistant.rooms.door import Kind, open_door
from assistant.rooms.server import RoomServer
from assistant.settings import Settings
from assistant.startup import Desk
from tests.rooms.conftest import serving
from tests.rooms.devices import PATIENCE, Device, device, run

pytestmark = pytest.mark.xdist_group("desk")  # one desk is loaded for all of them

PRIVATE = [
    "how much money is in my everyday account",
    "show me my last transactions",
    "which accounts do i have",
    "who are my payees",
    "what bills are open",
    "what is the iban of my savings account",
    "send forty five euros to marie",
    "did my payment to ana arrive",
    "what is due this month",
    "freeze my card",
    "lock",
]


@pytest.fixture(scope="module")
def access(practice_desk: Desk) -> Access:
    return Access(practice_desk.settings)


@pytest.fixture(scope="module")
def kitchen(access: Access) -> Admission:
    return access.add("kitchen")


@pytest.fixture(scope="module")
def hall(access: Access) -> Admission:
    return access.add("hall", guest=True)


@pytest.fixture(scope="module")
def doors(practice_desk: Desk, access: Access) -> Iterator[dict[Kind, int]]:
    """Ports of doors that are open to the whole network."""
    opened = [open_door(Kind.WYOMING, "tls://0.0.0.0:0"), open_door(Kind.WEBSOCKET, "wss://0.0.0.0:0")]
    assert [urlsplit(each.uri).scheme for each in opened] == ["tls", "wss"]
    with serving(RoomServer(practice_desk, opened, access)):
        yield {each.kind: each.address[1] for each in opened}


@pytest.fixture(scope="module")
def trusting(practice_desk: Desk, doors: dict[Kind, int]) -> ssl.SSLContext:
    """What a device knows the server by."""
    return ssl.create_default_context(cafile=authority_file(practice_desk.settings))


@asynccontextmanager
async def over_tls(port: int, context: ssl.SSLContext) -> AsyncIterator[Device]:
    client = AsyncTcpClient("localhost", port, read_timeout=PATIENCE)
    client._reader, client._writer = await asyncio.open_connection("localhost", port, ssl=context)
    try:
        yield Device(client)
    finally:
        await client.disconnect()


@asynccontextmanager
async def known(port: int, context: ssl.SSLContext, token: str) -> AsyncIterator[Device]:
    async with over_tls(port, context) as place:
        await place.send(Event("auth", {"token": token}))
        assert (await place.until("authenticated"))[-1].type == "authenticated"
        yield place


@pytest.mark.parametrize(
    ("kind", "uri"),
    [
        (Kind.WYOMING, "tcp://0.0.0.0:0"),
        (Kind.WYOMING, "tcp://[::]:0"),
        (Kind.WEBSOCKET, "ws://0.0.0.0:0"),
        (Kind.WYOMING, "udp://127.0.0.1:1"),
        (Kind.WYOMING, "tcp://127.0.0.1"),
        (Kind.WYOMING, "tcp://127.0.0.1:99999"),
        (Kind.WEBSOCKET, "tcp://127.0.0.1:0"),
        (Kind.WYOMING, "10300"),
    ],
)
def test_no_door_is_opened_to_the_network_without_tls(kind: Kind, uri: str) -> None:
    with pytest.raises(AddressError):
        open_door(kind, uri)


def test_a_port_that_is_taken_is_told(kitchen: Admission) -> None:
    door = open_door(Kind.WYOMING, "tcp://127.0.0.1:0")
    with pytest.raises(AddressError), door.socket:
        open_door(Kind.WYOMING, door.uri)


def test_nobody_comes_in_without_a_token(doors: dict[Kind, int], trusting: ssl.SSLContext) -> None:
    async def ask(first: Event) -> None:
        async with over_tls(doors[Kind.WYOMING], trusting) as place:
            await place.send(first)
            error = Error.from_event((await place.until("error"))[-1])
            assert error.code == "rooms.access"
            assert await place.is_closed()

    for first in (Describe().event(), Event("auth", {"token": "wrong"}), Event("auth"), Event("synthesize")):
        run(lambda first=first: ask(first))  # type: ignore[misc]

    async def plainly() -> None:
        async with device(f"tcp://127.0.0.1:{doors[Kind.WYOMING]}") as place:
            await place.send(Describe().event())
            assert await place.client.read_event() is None

    run(plainly)


def test_a_known_satellite_goes_on_with_its_conversation_when_it_is_back(
    doors: dict[Kind, int], trusting: ssl.SSLContext, kitchen: Admission
) -> None:
    async def ask() -> None:
        async with known(doors[Kind.WYOMING], trusting, kitchen.token) as place:
            assert "€" in await place.ask("how much money is in my everyday account")
        async with known(doors[Kind.WYOMING], trusting, kitchen.token) as place:
            assert "avings" in await place.ask("what about savings")

    run(ask)


def test_an_unmodified_client_comes_in_by_a_certificate(
    doors: dict[Kind, int], kitchen: Admission, tmp_path: Path, practice_desk: Desk
) -> None:
    """What stunnel does on the device: it shows the certificate, and the client speaks plainly to it."""
    bundle = tmp_path / "kitchen.pem"
    bundle.write_text(kitchen.certificate)
    context = ssl.create_default_context(cafile=bundle)
    context.load_cert_chain(bundle)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(4096):
            writer.write(part)
        writer.close()

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("localhost", doors[Kind.WYOMING], ssl=context)
        await asyncio.gather(pipe(reader, there[1]), pipe(there[0], writer), return_exceptions=True)

    async def ask() -> None:
        server = await asyncio.start_server(tunnel, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, device(f"tcp://127.0.0.1:{port}") as place:
            assert "€" in await place.ask("how much money is in my everyday account")

    run(ask)


def test_a_certificate_that_is_not_ours_opens_nothing(
    doors: dict[Kind, int], tmp_path: Path, trusting: ssl.SSLContext, practice_desk: Desk
) -> None:
    other = Access(Settings(data=practice_desk.settings.data, home=tmp_path, keyring=False)).add("kitchen")
    bundle = tmp_path / "other.pem"
    bundle.write_text(other.certificate)
    context = ssl.create_default_context(cafile=authority_file(practice_desk.settings))
    context.load_cert_chain(bundle)

    async def ask() -> None:
        with pytest.raises((OSError, AssertionError)):
            async with over_tls(doors[Kind.WYOMING], context) as place:
                await place.send(Describe().event())
                await place.until("info")

    run(ask)


def test_a_guest_hears_nothing_about_the_customer(
    doors: dict[Kind, int], trusting: ssl.SSLContext, hall: Admission
) -> None:
    async def ask() -> None:
        async with known(doors[Kind.WYOMING], trusting, hall.token) as place:
            for question in PRIVATE:
                assert await place.ask(question) == "In this room I tell nothing about the accounts."
            for words in ("hello", "help", "yes", "no", "more", "say that again", "stop", "thank you"):
                answer = await place.ask(words)
                assert answer and "€" not in answer and "Anna" not in answer

    run(ask)


def test_a_websocket_shows_its_token_in_a_header_or_as_a_subprotocol(
    doors: dict[Kind, int], trusting: ssl.SSLContext, kitchen: Admission, hall: Admission
) -> None:
    uri = f"wss://localhost:{doors[Kind.WEBSOCKET]}"

    async def ask() -> None:
        with pytest.raises(InvalidStatusCode) as refused:
            async with connect(uri, ssl=trusting):
                pass
        assert refused.value.status_code == 401
        bearer = {"Authorization": f"Bearer {kitchen.token}"}
        async with connect(uri, ssl=trusting, extra_headers=bearer) as socket:
            await socket.send('{"eof" : 1}')
            assert json.loads(await socket.recv())["text"] == ""
        offered = ["assistant", f"token.{hall.token}"]
        async with connect(uri, ssl=trusting, subprotocols=offered) as socket:  # type: ignore[arg-type]
            assert socket.subprotocol == "assistant"
            await socket.send('{"talk": {"voice": false}}')
            await socket.send('{"text": "how much money is in my everyday account"}')
            said: list[str] = []
            while not said:
                told = json.loads(await socket.recv())
                said += [told["speech"]] if told["event"] == "reply" else []
            assert said == ["In this room I tell nothing about the accounts."]

    run(ask)


def test_who_was_removed_is_let_in_no_more(
    doors: dict[Kind, int], trusting: ssl.SSLContext, access: Access
) -> None:
    admitted = access.add("attic")
    with pytest.raises(SatelliteNameError):
        access.add("attic")
    with pytest.raises(SatelliteNameError):
        access.add("../attic")

    async def ask() -> None:
        async with known(doors[Kind.WYOMING], trusting, admitted.token):
            pass
        access.remove("attic")
        async with over_tls(doors[Kind.WYOMING], trusting) as place:
            await place.send(Event("auth", {"token": admitted.token}))
            assert (await place.until("authenticated"))[-1].type == "error"

    run(ask)
    with pytest.raises(SatelliteNameError):
        access.remove("attic")


def test_nothing_that_opens_a_door_lies_on_the_disk(
    access: Access, kitchen: Admission, practice_desk: Desk
) -> None:
    files = [each for each in practice_desk.settings.satellites.iterdir() if each.is_file()]
    book = next(each for each in files if each.name == "satellites.json").read_text()
    assert kitchen.token not in book and '"kitchen"' in book
    for each in files:
        assert each.name == ".lock" or each.stat().st_mode & 0o077 == 0
