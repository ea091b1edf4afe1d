"""A bank that misbehaves: a real socket server whose every answer a test writes byte by byte."""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Line:
    """One connection, from the server's side."""

    sock: socket.socket

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def json(self, body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.text(json.dumps(body), status, headers)

    def text(self, body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        content = body.encode()
        self.send(head(status, {"Content-Length": str(len(content)), **(headers or {})}) + content)

    def reset(self) -> None:
        """Close with a TCP reset and not with an end."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Behaviour = Callable[[Line, Seen], None]


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    return lambda line, _: line.json(body, status, headers)


def refusal(code: str, status: int, headers: Mapping[str, str] | None = None) -> Behaviour:
    body = {"tppMessages": [{"category": "ERROR", "code": code, "text": "IE29AIBK93115212345678"}]}
    return answer(body, status, headers)


@dataclass
class CrookedBank:
    port: int
    seen: list[Seen] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


@contextmanager
def crooked_bank(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[CrookedBank]:
    """Serve on a free port of loopback: the n-th request meets the n-th behaviour, later ones the last."""
    listener = socket.create_server(("127.0.0.1", 0))
    bank = CrookedBank(listener.getsockname()[1])
    lock = threading.Lock()
    open_sockets: list[socket.socket] = []

    def converse(sock: socket.socket) -> None:
        try:
            if tls is not None:
                sock = tls.wrap_socket(sock, server_side=True)
            with sock:
                while (seen := _read(sock)) is not None:
                    with lock:
                        bank.seen.append(seen)
                        behaviour = behaviours[min(len(bank.seen), len(behaviours)) - 1]
                    behaviour(Line(sock), seen)
        except OSError:
            return  # the caller has gone, or was sent away

    def listen() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            open_sockets.append(sock)
            threading.Thread(target=converse, args=(sock,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield bank
    finally:
        listener.close()
        for sock in open_sockets:
            sock.close()


def self_signed(folder: Path) -> ssl.SSLContext:
    """Of a server that calls itself 127.0.0.1, and nobody else says so."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    file = folder / "self-signed.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _read(sock: socket.socket) -> Seen | None:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = sock.recv(65536)
        if not piece:
            return None
        received += piece
    start, _, body = received.partition(b"\r\n\r\n")
    first, *lines = start.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += sock.recv(65536)
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    return Seen(method, parts.path, dict(parse_qsl(parts.query)), headers, body)
