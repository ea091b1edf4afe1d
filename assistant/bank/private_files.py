"""Small files that only their owner may read, written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from assistant.errors import StorageError


def ensure_private_folder(folder: Path) -> None:
    """Make the folder, open to its owner alone. Raises StorageError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise StorageError(f"{error.strerror} ({folder.name})") from error


def write_private(file: Path, content: str) -> None:
    """Replace the file in one step; on any failure the former content stays. Raises StorageError.

    The new content reaches the disk before its name does: a power cut leaves the old or the new file.
    """
    ensure_private_folder(file.parent)
    new: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
        new = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        if new is not None:
            new.unlink(missing_ok=True)
        raise StorageError(f"{error.strerror} ({file.name})") from error


def read_private(file: Path) -> str | None:
    """None when there is no such file. Raises StorageError when it cannot be read."""
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            file.chmod(0o600)
        return file.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"cannot read {file.name}", say="I could not read what I had saved.") from error


def delete_private(file: Path) -> None:
    """It is no error when there is none. Raises StorageError."""
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{error.strerror} ({file.name})") from error


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # a folder cannot be opened there, and its entry is written with the file
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
