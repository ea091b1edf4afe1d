"""Addresses: which ones a bank may have, and where its links may lead."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from assistant.errors import SettingsError

_DOUBLE_SCHEME = re.compile(r"^(?:https?:/{1,2})+(?=https?:/{2})", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WORDS = frozenset(
    {
        *("accounts", "balances", "transactions", "card-accounts"),
        *("consents", "status", "authorisations", "confirmation-of-funds", "funds-confirmations"),
        *("payments", "periodic-payments", "sepa-credit-transfers", "instant-sepa-credit-transfers"),
        *("cancellation-authorisations", "x", "payee-verifications", "block", "limit"),
        *("payment-requests", "decline", "top-ups"),
    }
)


class UnsafeLinkError(ValueError):
    """A link that is not followed; the message holds nothing of it."""


def check_base_url(url: str) -> str:
    """The address of a bank's interface without a slash at its end.

    Raises SettingsError unless it is https, or http to this very machine, and holds nothing but
    host, port and path.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError("the bank's address is no URL", remedy=_REMEDY) from error
    if _UNSAFE.search(url.strip()) or not host or parts.username is not None or parts.query or parts.fragment:
        raise SettingsError("the bank's address is no plain URL", remedy=_REMEDY)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise SettingsError("the bank's address is not encrypted", remedy=_REMEDY)
    return urlunsplit(parts).rstrip("/")


_REMEDY = "Use the bank's https:// address; plain http:// is for the practice bank on this computer."


def is_loopback(host: str) -> bool:
    """Whether calls to that host never leave this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def follow(base: str, href: object) -> str:
    """The URL that a bank's link leads to, always on the origin of `base`.

    Banks write absolute links, links from the root, links without their own prefix (`/v1/…` below
    `/some/bank/v1`), relative ones, and `https://http://…`. Raises UnsafeLinkError for one that
    leads to another host: consent and token are for nobody else.
    """
    if not isinstance(href, str) or not href or _UNSAFE.search(href):
        raise UnsafeLinkError("a link of the bank's is no address")
    home = urlsplit(base)
    try:
        target = urlsplit(_DOUBLE_SCHEME.sub("", href))
        elsewhere = bool(target.netloc) and not _same_place(home, target)
    except ValueError as error:
        raise UnsafeLinkError("a link of the bank's is no address") from error
    if elsewhere or target.username is not None or (target.scheme and target.scheme not in _DEFAULT_PORTS):
        raise UnsafeLinkError("a link of the bank's leads to another host")
    path = target.path
    if not target.netloc:
        path = _below(home.path, path)
    return urlunsplit((home.scheme, home.netloc, path, target.query, ""))


def _same_place(home: SplitResult, target: SplitResult) -> bool:
    """The same host, and the same port unless both are their scheme's own."""
    here = home.port or _DEFAULT_PORTS[home.scheme]
    there = target.port or _DEFAULT_PORTS.get(target.scheme, here)
    usual = here == _DEFAULT_PORTS[home.scheme] and there == _DEFAULT_PORTS.get(target.scheme)
    return target.hostname == home.hostname and (here == there or usual)


def _below(prefix: str, path: str) -> str:
    if not path.startswith("/"):
        return f"{prefix}/{path}"
    version = prefix[prefix.rfind("/") :]
    if not path.startswith(prefix + "/") and version and path.startswith(version + "/"):
        return prefix + path[len(version) :]
    return path


def check_page(url: object) -> str:
    """A page of the bank's that may be opened in the browser. Raises UnsafeLinkError."""
    if not isinstance(url, str) or _UNSAFE.search(url):
        raise UnsafeLinkError("the bank's page is no address")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise UnsafeLinkError("the bank's page is no address") from error
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise UnsafeLinkError("the bank's page is not encrypted")
    return url


def masked(base: str, url: str) -> str:
    """Path below the bank's prefix with every id left out, `/accounts/*/transactions`."""
    path = urlsplit(url).path.removeprefix(urlsplit(base).path)
    return "/".join(part if part in _WORDS or not part else "*" for part in path.split("/"))
