"""One HTTP call to one bank: sent safely, answered in time, refused with one of our errors."""

from __future__ import annotations

import json
import logging
import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from assistant.bank import exchanges, links
from assistant.bank.refusals import error_class, message_code
from assistant.bank.retry import Failure, Trouble, wait_before_retry
from assistant.bank.stumbles import Stumble, stumble_of, unusable
from assistant.errors import (
    BankAnswerError,
    BankTimeoutError,
)
from assistant.events import BankCalled, Observer

_MOST_BYTES = 8 * 1024 * 1024
"""Longest answer that is read, unpacked: fifteen months of a busy account are under one megabyte."""
_PIECE = 65_536
_SHORTEST = 0.001
"""Seconds; a timeout of nothing is an error of its own to the HTTP library."""
_GOOD = frozenset({200, 201, 202, 204})
"""202 comes from banks that "accept" the reading of a status. 206 would be half an answer."""
_CONNECTIONS = 8
"""Kept open for one bank: as many as are read side by side."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a bank may take, and where time and chance come from."""

    connect: float = 3.05
    """Seconds until there is a connection."""
    read: float = 10.0
    """Seconds between two pieces of the answer."""
    total: float = 20.0
    """Seconds for a call with all its tries."""
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any] = field(repr=False)
    """The JSON object, empty when there was none."""
    headers: Mapping[str, str] = field(repr=False)
    url: str = field(repr=False)


class Wire:
    """The connection pool to one bank. May be used from several threads at once."""

    def __init__(self, bank: str, base_url: str, patience: Patience, observe: Observer | None = None):
        """Raises SettingsError for an address that is neither https nor on this machine."""
        self.bank = bank
        self.base_url = links.check_base_url(base_url)
        self.patience = patience
        self._observe = observe
        self._session = _new_session()

    def close(self) -> None:
        self._session.close()

    def url(self, path: str) -> str:
        """Of a path below the bank's prefix."""
        return self.base_url + path

    def follow(self, href: object) -> str:
        """Of a link in an answer. Raises BankAnswerError when it leads away from the bank."""
        try:
            return links.follow(self.base_url, href)
        except links.UnsafeLinkError as error:
            raise BankAnswerError(str(error), bank=self.bank) from error

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        request_id: str | None = None,
    ) -> Answer:
        """Send a request and read its JSON answer, again where that is safe (see `retry`).

        `request_id` is the `X-Request-ID`, a UUID; without one it is made here. Raises a BankError that
        carries the bank, the HTTP status, the `X-Request-ID` and whether the request may have worked.
        """
        clock = self.patience.monotonic
        deadline = clock() + self.patience.total
        # One id for all tries: to the bank they are one call.
        request_id = request_id or str(uuid.uuid4())
        given = {"X-Request-ID": request_id, "Accept": "application/json", **(headers or {})}
        request = self._session.prepare_request(
            requests.Request(method, url, headers=given, params=query, json=body)
        )
        tries = 0
        while True:
            tries += 1
            began = clock()
            try:
                answer = self._try(request, deadline)
            except Stumble as stumble:
                self._report(method, url, stumble.error.status, began)
                left = deadline - clock()
                wait = wait_before_retry(method, stumble.failure, tries, left, self.patience.draw())
                if wait is None:
                    stumble.error.bank = self.bank
                    stumble.error.request_id = request_id
                    stumble.error.maybe_done = stumble.failure.maybe_done
                    # The library's own error shows the URL and with it the consent's id.
                    raise stumble.error from stumble.cause
            else:
                self._report(method, url, answer.status, began)
                return answer
            self.patience.sleep(wait)

    def _try(self, request: requests.PreparedRequest, deadline: float) -> Answer:
        left = max(_SHORTEST, deadline - self.patience.monotonic())
        timeout = (min(self.patience.connect, left), min(self.patience.read, left))
        try:
            response = self._session.send(
                request, timeout=timeout, stream=True, allow_redirects=False, verify=True
            )
            with response:
                content = self._read(response, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            stumble = stumble_of(error)
        else:
            return _checked(response, content)
        raise stumble

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        """The body, piece by piece, so that neither an endless nor a slow one holds us."""
        content = bytearray()
        while True:
            piece = response.raw.read1(_PIECE, decode_content=True)
            if not piece:
                return bytes(content)
            content += piece
            if len(content) > _MOST_BYTES:
                raise unusable("the answer has no end", response.status_code)
            if self.patience.monotonic() > deadline:
                raise Stumble(Failure(Trouble.TIMED_OUT), BankTimeoutError("the answer came too slowly"))

    def _report(self, method: str, url: str, status: int, began: float) -> None:
        if self._observe is not None:
            now = self.patience.monotonic()
            path = links.masked(self.base_url, url)
            self._observe(BankCalled(now, self.bank, method, path, status, (now - began) * 1000))


def _new_session() -> requests.Session:
    session = requests.Session()
    # No credentials from ~/.netrc, no proxy that reads along, no certificates from the environment.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers = requests.structures.CaseInsensitiveDict(
        {
            "User-Agent": "voice-banking-assistant",
            "Accept-Encoding": "gzip, deflate",
        }
    )
    adapter = exchanges.carried(HTTPAdapter(pool_connections=1, pool_maxsize=_CONNECTIONS, max_retries=0))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # urllib3 logs whole paths, and a path holds the consent's id; BankCalled tells the same, masked.
    logging.getLogger("urllib3.connectionpool").addFilter(_drop)
    return session


def _drop(_record: logging.LogRecord) -> bool:
    return False


def _checked(response: requests.Response, content: bytes) -> Answer:
    status = response.status_code
    if status in _GOOD:
        body = _json(content, status) if content else {}
        if not isinstance(body, dict):
            raise unusable("the answer is no JSON object", status)
        return Answer(status, body, response.headers, response.url)
    if status < 400:
        raise unusable(f"HTTP {status} is not followed", status)
    try:
        code = message_code(_json(content, status))
    except Stumble:
        code = None
    kind = error_class(code, status)
    raise Stumble(
        Failure(Trouble.REFUSED, status, _retry_after(response.headers.get("Retry-After"))),
        kind(f"{code or 'no code'}, HTTP {status}", status=status),
    )


def _json(content: bytes, status: int) -> Any:
    try:
        return json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        # Not chained: the parser's error holds the whole answer.
        raise unusable("the answer is no JSON", status) from None


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _retry_after(text: str | None) -> float | None:
    """Seconds of a `Retry-After` header (RFC 9110, 10.2.3), None when it says nothing usable."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, moment.timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
