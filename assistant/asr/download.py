"""Fetching one large file: goes on where it stopped, and is kept only when its checksum is right."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from assistant.errors import ModelDownloadError, StorageError

Progress = Callable[[int, int], None]
"""Bytes so far and bytes in all (0 when unknown)."""

_TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and between two bytes."""
_BLOCK = 1 << 14
"""Bytes. A block that does not arrive whole is lost, so it is small."""
_ATTEMPTS = 4
"""Connections in a row that may bring nothing; one that brings something starts the count again."""


@dataclass(frozen=True, slots=True)
class Checksum:
    algorithm: str
    """`md5` or `sha256`."""
    digest: str
    """Hexadecimal."""

    def check(self, path: Path) -> None:
        """Raises ModelDownloadError when the file has another sum."""
        found = hashlib.new(self.algorithm, usedforsecurity=False)
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                found.update(block)
        if found.hexdigest() != self.digest.strip().lower():
            raise ModelDownloadError(f"{path.name} has another {self.algorithm} checksum than it should")


def download(url: str, target: Path, checksum: Checksum, progress: Progress) -> None:
    """Fetch `url` into `target` through `target` + `.part`, which stays for the next try when it breaks off.

    Raises ModelDownloadError, or StorageError when the disk is full.
    """
    part = target.with_name(target.name + ".part")
    failures = 0
    while True:
        before = _length(part)
        try:
            _fetch(url, part, progress)
            break
        except requests.HTTPError as error:
            raise ModelDownloadError(f"{url}: {error}") from error
        except requests.RequestException as error:
            failures = 1 if _length(part) > before else failures + 1
            if failures >= _ATTEMPTS:
                raise ModelDownloadError(
                    f"{url}: {type(error).__name__} after {_length(part):,} bytes, which are kept"
                ) from error
        except OSError as error:
            raise StorageError(f"{part}: {error.strerror or error}") from error
    try:
        checksum.check(part)
    except ModelDownloadError:
        part.unlink()  # going on with it could never end well
        raise
    part.replace(target)


def _fetch(url: str, part: Path, progress: Progress) -> None:
    """One connection: from the end of `part` when the server agrees, else from the start."""
    have = _length(part)
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
        if answer.status_code == 416:  # nothing after what we have: it is whole, or not the same file
            if answer.headers.get("Content-Range") != f"bytes */{have}":
                part.unlink()
                raise requests.ConnectionError("the file on the server is another one")
            progress(have, have)
            return
        answer.raise_for_status()
        resumed = answer.status_code == 206
        if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            raise requests.ConnectionError("the server sent another part than was asked for")
        have = have if resumed else 0
        length = int(answer.headers.get("Content-Length") or 0)
        total = have + length if length else 0
        with part.open("ab" if resumed else "wb") as stream:
            for block in answer.iter_content(_BLOCK):
                stream.write(block)
                have += len(block)
                progress(have, total)
        if total and have != total:
            raise requests.ConnectionError("the connection ended early")


def _length(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
