"""A model's zip file into a folder, trusting nothing in it."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from assistant.errors import BrokenSpeechModelError, StorageError

_MARKERS = ("am/final.mdl", "final.mdl")
_LARGEST = 16 << 30
"""Bytes unpacked; the largest official model has 6 GB."""


def unpack_model(archive: Path, into: Path) -> tuple[str, Path]:
    """Unpack `archive` into a new folder `into`.

    Returns the name of the model (its folder in the zip, else the zip's own name) and its folder.
    Raises BrokenSpeechModelError for a file that is no zip, damaged, holds no model or tries to leave
    the folder, StorageError when the disk is too small.
    """
    try:
        into.mkdir()
        with zipfile.ZipFile(archive) as content:
            _check(content, archive)
            needed = sum(entry.file_size for entry in content.infolist())
            if needed > shutil.disk_usage(into).free:
                raise StorageError(f"unpacking {archive.name} needs {needed >> 20} MiB")
            for entry in content.infolist():
                _extract(content, entry, into)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BrokenSpeechModelError(f"{archive} is no sound zip file") from error
    except OSError as error:
        raise StorageError(f"{archive}: {error.strerror or error}") from error
    for folder in (into, *sorted(path for path in into.iterdir() if path.is_dir())):
        if any((folder / marker).is_file() for marker in _MARKERS):
            return (archive.name.removesuffix(".zip") if folder == into else folder.name), folder
    raise BrokenSpeechModelError(f"{archive} holds no speech model")


def _check(content: zipfile.ZipFile, archive: Path) -> None:
    for entry in content.infolist():
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        outside = path.is_absolute() or ".." in path.parts or ":" in entry.filename
        if outside or stat.S_ISLNK(entry.external_attr >> 16):
            raise BrokenSpeechModelError(f"{archive} wants to write outside its folder")
    if sum(entry.file_size for entry in content.infolist()) > _LARGEST:
        raise BrokenSpeechModelError(f"{archive} is larger than any speech model")


def _extract(content: zipfile.ZipFile, entry: zipfile.ZipInfo, into: Path) -> None:
    path = into / entry.filename.replace("\\", "/")
    if entry.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with content.open(entry) as source, path.open("wb") as target:
        # zipfile stops at the length and the CRC that the zip promises, so `_check` holds.
        shutil.copyfileobj(source, target, 1 << 20)
