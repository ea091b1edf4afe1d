"""What was said over the wire to the banks and back: kept for a bundle, or played back without any bank.

The process has one `Tape` at a time, or none; each connection to a bank looks for it when it is opened.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

_FAILURES: Mapping[str, type[requests.RequestException]] = {
    "ConnectTimeout": requests.ConnectTimeout,
    "ReadTimeout": requests.ReadTimeout,
    "SSLError": requests.exceptions.SSLError,
    "ConnectionError": requests.ConnectionError,
}
_TOLD = frozenset({"content-type", "retry-after", "aspsp-sca-approach", "location"})
"""Headers of an answer that the client reads."""
_HEADERS = frozenset({"accept", "content-type"})
"""Headers of a request whose values are kept; of others only that they were there."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, as they were but for the values of headers."""

    method: str
    url: str
    sent: str = ""
    """Body; empty when there was none."""
    asked_with: Mapping[str, str] | None = None
    """Headers of the request."""
    status: int = 0
    """0 when there was no answer; then `failure` says why."""
    headers: Mapping[str, str] | None = None
    """Headers of the answer that matter."""
    received: str = ""
    failure: str = ""


class Tape(Protocol):
    """Stands before the adapter that would carry requests to a bank."""

    def adapter(self, inner: HTTPAdapter) -> BaseAdapter: ...


_tape: Tape | None = None


def use(tape: Tape | None) -> None:
    """For connections that are opened from now on."""
    global _tape
    _tape = tape


def carried(inner: HTTPAdapter) -> BaseAdapter:
    """What carries the requests of a new connection."""
    return inner if _tape is None else _tape.adapter(inner)


class Recorder:
    """Keeps exchanges in the order of their ends. For several threads."""

    def __init__(self, before: Iterable[Exchange] = ()) -> None:
        """`before`: what was read before, as `kept` tells it, and may still be known."""
        self._lock = threading.Lock()
        self._before = {(each.method, each.url): each for each in before}
        self._asked: list[Exchange] = []

    def adapter(self, inner: HTTPAdapter) -> BaseAdapter:
        return _Recording(inner, self.keep)

    def keep(self, exchange: Exchange) -> None:
        with self._lock:
            self._asked.append(exchange)

    def begin(self) -> None:
        """Something new begins. Of what was before, what was read last is kept: it may still be known."""
        with self._lock:
            good = (each for each in self._asked if each.method == "GET" and each.status == HTTPStatus.OK)
            self._before |= {(each.method, each.url): each for each in good}
            self._asked.clear()

    def kept(self) -> tuple[tuple[Exchange, ...], tuple[Exchange, ...]]:
        """What was read before, and all since it began."""
        with self._lock:
            return tuple(self._before.values()), tuple(self._asked)


class Player:
    """Answers as it was answered: the same request for the n-th time has the n-th answer, and where there are
    no more, a reading has the last one. What was never asked is as if the bank did not answer."""

    def __init__(self, before: Iterable[Exchange], asked: Iterable[Exchange]) -> None:
        """`before`: while everything was loaded. `asked`: from then on; see `begin`."""
        self._lock = threading.Lock()
        self._before, self._asked = _by_request(before), _by_request(asked)
        self._begun = False
        self._counts: dict[tuple[str, str], int] = {}

    def adapter(self, inner: HTTPAdapter) -> BaseAdapter:
        inner.close()
        return _PlayedBack(self.answer)

    def begin(self) -> None:
        """From now on as it was once everything was loaded, and from its beginning."""
        with self._lock:
            self._begun = True
            self._counts.clear()

    def answer(self, method: str, url: str) -> Exchange | None:
        key = (method, url)
        with self._lock:
            tapes = (self._asked, self._before) if self._begun else (self._before, self._asked)
            place = self._counts.get(key, 0)
            self._counts[key] = place + 1
        first, second = (tape.get(key, []) for tape in tapes)
        if place < len(first):
            return first[place]
        return next((each[-1] for each in (first, second) if each and method == "GET"), None)


def _by_request(exchanges: Iterable[Exchange]) -> dict[tuple[str, str], list[Exchange]]:
    found: dict[tuple[str, str], list[Exchange]] = {}
    for each in exchanges:
        found.setdefault((each.method, each.url), []).append(each)
    return found


class _Recording(BaseAdapter):
    def __init__(self, inner: HTTPAdapter, keep: Callable[[Exchange], None]) -> None:
        super().__init__()
        self._inner = inner
        self._keep = keep

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        body = request.body or b""
        known: dict[str, Any] = {
            "method": str(request.method),
            "url": str(request.url),
            "sent": body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body),
            "asked_with": {
                name: value if name.lower() in _HEADERS else ""
                for name, value in request.headers.items()
            },
        }  # fmt: skip
        try:
            response = self._inner.send(request, *args, **kwargs)
        except requests.RequestException as error:
            self._keep(Exchange(**known, failure=type(error).__name__))
            raise

        def ended(content: bytes, failure: str) -> None:
            headers = {name: value for name, value in response.headers.items() if name.lower() in _TOLD}
            received = content.decode("utf-8", "replace")
            status = 0 if failure else response.status_code
            self._keep(Exchange(**known, status=status, headers=headers, received=received, failure=failure))

        response.raw = _Overheard(response.raw, ended)
        return response

    def close(self) -> None:
        self._inner.close()


class _Overheard:
    """The body of an answer, read by somebody else piece by piece."""

    def __init__(self, raw: Any, ended: Callable[[bytes, str], None]) -> None:
        self._raw = raw
        self._ended = ended
        self._content = bytearray()

    def read1(self, *args: Any, **kwargs: Any) -> bytes:
        try:
            piece: bytes = self._raw.read1(*args, **kwargs)
        except Exception as error:
            self._ended(b"", type(error).__name__)
            raise
        self._content += piece
        if not piece:
            self._ended(bytes(self._content), "")
        return piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


class _PlayedBack(BaseAdapter):
    def __init__(self, answer: Callable[[str, str], Exchange | None]) -> None:
        super().__init__()
        self._answer = answer

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        found = self._answer(str(request.method), str(request.url))
        if found is None or not found.status:
            kind = _FAILURES.get(found.failure if found else "", requests.ConnectionError)
            raise kind("so it was recorded" if found else "not in the recording", request=request)
        response = requests.Response()
        response.status_code = found.status
        response.headers = requests.structures.CaseInsensitiveDict(found.headers or {})
        response.url = str(request.url)
        response.request = request
        response.raw = HTTPResponse(
            io.BytesIO(found.received.encode()), status=found.status, preload_content=False
        )
        return response

    def close(self) -> None:
        """Nothing is open."""
