"""The customer's speech models: which there are, which one is used, and how a new one gets here."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assistant.asr.catalogue import Catalogue
from assistant.asr.download import Checksum, Progress, download
from assistant.asr.speech_model import prove_model
from assistant.asr.unpack import unpack_model
from assistant.errors import BrokenSpeechModelError, NoSpeechModelError, StorageError, UnknownModelError
from assistant.settings import Settings

BUILTIN = "builtin"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class ListedModel:
    name: str
    language: str
    """Empty for a model that did not come from the vendor's list."""
    bytes: int
    """Of the zip file when it is not installed, of the folder when it is."""
    installed: bool
    active: bool


def _no_progress(_done: int, _total: int) -> None:
    """For who does not want to look on."""


class SpeechModelStore:
    """Models under `settings.speech_models`, beside the built-in one. Only `install` fetches anything."""

    def __init__(self, settings: Settings, catalogue: Catalogue | None = None) -> None:
        self._settings = settings
        self._catalogue = catalogue or Catalogue.load()
        self._folder = settings.speech_models
        self._choice = settings.home / "speech-model"

    def list(self) -> tuple[ListedModel, ...]:
        """The built-in model, installed ones, then the official ones that could be installed."""
        active = self.active_name
        official = {model.name: model for model in self._catalogue.models}
        installed = self._installed()
        rows = [
            ListedModel(
                BUILTIN,
                self._settings.language,
                _size(self._settings.builtin_speech_model),
                self._settings.builtin_speech_model.is_dir(),
                active == BUILTIN,
            )
        ]
        for name in installed:
            language = official[name].language if name in official else ""
            rows.append(ListedModel(name, language, _size(self._folder / name), True, active == name))
        for model in self._catalogue.models:
            if model.name not in installed:
                rows.append(ListedModel(model.name, model.language, model.bytes, False, False))
        return tuple(rows)

    @property
    def active_name(self) -> str:
        try:
            return self._choice.read_text("utf-8").strip() or BUILTIN
        except FileNotFoundError:
            return BUILTIN
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"{self._choice}: {error}") from error

    @property
    def active(self) -> Path:
        """Folder of the model to listen with. Raises NoSpeechModelError when it is gone."""
        return self._folder_of(self.active_name)

    def use(self, name: str) -> Path:
        """Listen with this model from now on; it is tried first.

        Raises UnknownModelError, NoSpeechModelError, BrokenSpeechModelError or StorageError; then the
        model in use stays.
        """
        folder = self._folder_of(name)
        prove_model(folder)
        try:
            self._settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = self._choice.with_name(self._choice.name + ".new")
            fresh.write_text(name + "\n", "utf-8")
            fresh.replace(self._choice)
        except OSError as error:
            raise StorageError(f"{self._choice}: {error.strerror or error}") from error
        return folder

    def install(
        self, source: str, *, progress: Progress = _no_progress, sha256: str | None = None
    ) -> ListedModel:
        """Install an official model by name, or any from a zip file on disk. It is not used yet.

        `sha256`: checksum of the zip file to insist on; an official model is checked against the
        vendor's sum without it. Raises UnknownModelError, ModelDownloadError, BrokenSpeechModelError or
        StorageError; an older model of that name then stays as it was.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{self._folder}: {error.strerror or error}") from error
        if source.endswith(".zip") or Path(source).is_file():
            archive = Path(source)
            if not archive.is_file():
                raise UnknownModelError(f"there is no file {source}")
            if sha256:
                Checksum("sha256", sha256).check(archive)
            return self._unpack(archive, None)
        if not _NAME.fullmatch(source) or source == BUILTIN:
            raise UnknownModelError(f"{source!r} is no name of a model")
        archive = self._folder / f".{source}.zip"
        if not archive.is_file():
            download(self._catalogue.url(source), archive, self._checksum(source, sha256), progress)
        try:
            installed = self._unpack(archive, source)
        except BrokenSpeechModelError:
            archive.unlink()
            raise
        archive.unlink()
        return installed

    # --- inside --------------------------------------------------------------------------------

    def _checksum(self, name: str, sha256: str | None) -> Checksum:
        if sha256:
            return Checksum("sha256", sha256)
        return Checksum("md5", self._catalogue.find(name).md5 or "")

    def _unpack(self, archive: Path, name: str | None) -> ListedModel:
        """Beside the place where it will lie, tried, and moved there in one step."""
        try:
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".unpacking-") as scratch:
                inside, fresh = unpack_model(archive, Path(scratch, "new").resolve())
                name = name or inside
                if not _NAME.fullmatch(name) or name == BUILTIN:
                    raise UnknownModelError(f"{name!r} is no name for a model")
                prove_model(fresh)
                _put_in_place(fresh, self._folder / name, Path(scratch, "old"))
        except OSError as error:
            raise StorageError(f"{self._folder}: {error.strerror or error}") from error
        return next(row for row in self.list() if row.name == name)

    def _installed(self) -> tuple[str, ...]:
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(p.name for p in self._folder.iterdir() if p.is_dir() and _NAME.fullmatch(p.name)))

    def _folder_of(self, name: str) -> Path:
        if name == BUILTIN:
            folder = self._settings.builtin_speech_model
        elif not _NAME.fullmatch(name):
            raise UnknownModelError(f"{name!r} is no name of a model")
        else:
            folder = self._folder / name
        if folder.is_dir():
            return folder
        if name == BUILTIN or name == self.active_name:
            raise NoSpeechModelError(f"there is no folder {folder}")
        raise UnknownModelError(
            f"{name} is not installed", remedy=f"Run `assistant models install {name}` first."
        )


def _put_in_place(fresh: Path, final: Path, aside: Path) -> None:
    """A folder cannot replace another in one step, so the old one comes back when the second step fails."""
    if final.exists():
        final.rename(aside)
    try:
        fresh.rename(final)
    except OSError:
        if aside.exists():
            aside.rename(final)
        raise


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
