"""Who may connect from other computers, and how far what is asked there may go.

A device proves who it is with a token or with a certificate; of both only a hash is kept. Tokens are 256
random bits, so a plain hash of them can be neither guessed nor looked up.
"""

from __future__ import annotations

import fcntl
import json
import re
import secrets
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import compare_digest

from assistant.bank.private_files import ensure_private_folder, read_private, write_private
from assistant.errors import NoAccessError, SatelliteNameError, StorageError
from assistant.rooms.certificates import Authority
from assistant.rooms.room import Caller
from assistant.security.demands import Reach
from assistant.settings import Settings

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FILE = "satellites.json"


@dataclass(frozen=True, slots=True)
class Satellite:
    name: str
    guest: bool
    """Confined to what anybody may hear."""
    token: str
    """SHA-256, in hexadecimal digits."""
    certificate: str
    """The same of the certificate."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What a new satellite is given, once."""

    token: str
    certificate: str
    """Its key and certificate, and the authority's, in PEM."""


class Access:
    """The book of satellites; read at every connection, so that changes count at once for new ones."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = settings.satellites / _FILE

    # --- at the door -----------------------------------------------------------------------------

    def caller(self, token: str) -> Caller:
        """Raises NoAccessError for a token that belongs to none, StorageError."""
        return self._caller_with("token", sha256(token.encode()).hexdigest())

    def caller_of_certificate(self, der: bytes) -> Caller:
        """The same for a certificate, which TLS has found to be ours."""
        return self._caller_with("certificate", sha256(der).hexdigest())

    def tls(self) -> ssl.SSLContext:
        """For doors that are not loopback. Raises StorageError."""
        with self._changing():
            return Authority.from_settings(self._settings).server()

    def tls_to_devices(self) -> ssl.SSLContext:
        """For calling a device that shows its certificate. Raises StorageError."""
        with self._changing():
            return Authority.from_settings(self._settings).to_devices()

    # --- the book --------------------------------------------------------------------------------

    def satellites(self) -> tuple[Satellite, ...]:
        """By name. Raises StorageError."""
        text = read_private(self._file)
        try:
            return tuple(Satellite(**entry) for entry in json.loads(text)) if text else ()
        except (ValueError, TypeError) as error:
            raise StorageError(f"{self._file.name} is damaged") from error

    def add(self, name: str, *, guest: bool = False) -> Admission:
        """Make a satellite known. Raises SatelliteNameError when that is no name, or taken; StorageError."""
        if not _NAME.fullmatch(name):
            raise SatelliteNameError(f"{name!r}")
        with self._changing():
            known = self.satellites()
            if any(each.name == name for each in known):
                raise SatelliteNameError(f"{name} is taken")
            authority = Authority.from_settings(self._settings)
            token = secrets.token_urlsafe(32)
            pem, fingerprint = authority.device(name)
            fresh = Satellite(name, guest, sha256(token.encode()).hexdigest(), fingerprint)
            self._write((*known, fresh))
        return Admission(token, pem + authority.pem)

    def remove(self, name: str) -> None:
        """It cannot connect any more. Raises SatelliteNameError when there is none, StorageError."""
        with self._changing():
            known = self.satellites()
            if all(each.name != name for each in known):
                raise SatelliteNameError(f"there is no {name}")
            self._write(tuple(each for each in known if each.name != name))

    # --- inside ----------------------------------------------------------------------------------

    def _caller_with(self, proof: str, value: str) -> Caller:
        for each in self.satellites():
            if compare_digest(getattr(each, proof), value):
                return Caller(each.name, Reach.GUEST if each.guest else Reach.ALL)
        raise NoAccessError(f"no such {proof}")

    def _write(self, satellites: tuple[Satellite, ...]) -> None:
        entries = [asdict(each) for each in sorted(satellites, key=lambda each: each.name)]
        write_private(self._file, json.dumps(entries, indent=1))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One at a time, in all processes."""
        ensure_private_folder(self._file.parent)
        with (self._file.parent / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
