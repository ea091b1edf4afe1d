"""Copies of a model's folder in which a file or two are others: what stays the same is linked."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from assistant.errors import StorageError

_OPTIONS = Path("conf", "model.conf")
_PIECES = re.compile(r"^--frames-per-chunk=.*\n?", re.MULTILINE)


def link_all(source: Path, target: Path) -> None:
    """All files of `source` in `target`. Raises StorageError."""

    def link(one: str, other: str) -> None:
        for way in (os.link, os.symlink, shutil.copyfile):  # official models are large: copied last of all
            try:
                way(os.path.realpath(one), other)
            except OSError:
                continue  # another file system, or one without such links
            return
        raise StorageError(f"{Path(other).name} can be neither linked nor copied")

    shutil.copytree(source, target, copy_function=link, dirs_exist_ok=True)


def fresh(path: Path) -> Path:
    """A path to write to that is not a link to another folder's file."""
    path.unlink(missing_ok=True)
    return path


def in_pieces(model: Path, target: Path, frames: int) -> bool:
    """Write to `target` the same model, which hears so many frames of 10 ms at a time.

    The fewer they are, the sooner it tells of a word and the more it computes. False, with nothing written,
    for a model that keeps its options elsewhere. Raises StorageError.
    """
    options = model / _OPTIONS
    if not options.is_file():
        return False
    link_all(model, target)
    others = _PIECES.sub("", options.read_text("utf-8").rstrip() + "\n")
    fresh(target / _OPTIONS).write_text(f"{others}--frames-per-chunk={frames}\n", "utf-8")
    return True
