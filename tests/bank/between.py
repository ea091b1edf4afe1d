"""Somebody between the client and its bank, who passes everything on until a moment comes."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from tests.bank.crooked import Behaviour, Line, Seen, head
from tests.bank.customer import SECONDS


def passing_on(url: str) -> Behaviour:
    """Hand the request to the bank of that base URL, and its answer back."""

    def behaviour(line: Line, seen: Seen) -> None:
        line.send(_asked(url, seen))

    return behaviour


@dataclass(frozen=True)
class Moment:
    """The n-th call that moves something, and how far it has come."""

    call: int
    worked: bool
    """Whether the bank has done its work."""
    sent: float = 0.0
    """The part of its answer that has gone out, 0 to 1; for a bank that has done its work."""


def _reset(line: Line, _rest: bytes) -> None:
    line.reset()


@dataclass
class Between:
    """Passes on; at the moment it does `strike` once, with what is left of the answer."""

    url: str
    moment: Moment | None = None
    strike: Callable[[Line, bytes], None] = _reset
    moving: list[str] = field(default_factory=list)
    """The calls that were not reads, as they came."""
    struck: bool = False
    """Whether the moment came; whoever sets another one unsets it."""

    def __call__(self, line: Line, seen: Seen) -> None:
        moves = seen.method != "GET"
        if moves:
            self.moving.append(f"{seen.method} {seen.path}")
        struck = moves and self.moment is not None and self.moment.call == len(self.moving)
        self.struck = self.struck or struck
        if struck and self.moment is not None and not self.moment.worked:
            self.strike(line, b"")
            return
        answer = _asked(self.url, seen)
        sent = int(len(answer) * self.moment.sent) if struck and self.moment is not None else len(answer)
        line.send(answer[:sent])
        if struck:
            self.strike(line, answer[sent:])


def _asked(url: str, seen: Seen) -> bytes:
    bank = urlsplit(url)
    connection = http.client.HTTPConnection(bank.hostname or "", bank.port, timeout=SECONDS)
    path = seen.path + (f"?{urlencode(seen.query)}" if seen.query else "")
    connection.request(seen.method, path, seen.body or None, dict(seen.headers))
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    kept = {name: value for name, value in answer.getheaders() if name.lower().startswith(("aspsp", "x-"))}
    if answer.status == 204:
        return head(answer.status, kept)
    return head(answer.status, {**kept, "Content-Length": str(len(content))}) + content
