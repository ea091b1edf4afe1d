"""A trained model for what is written in `config.yml` and `nlu_data`, made once and kept.

Importing this module does not import Rasa.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import portalocker

from assistant.errors import StorageError, TrainingDataError, UnderstandingError
from assistant.nlu.child import Ended, run_child
from assistant.nlu.earlier import Earlier
from assistant.nlu.training_check import check
from assistant.settings import Settings

_KEPT = 3
"""Models of earlier data that are kept, so that going back costs nothing."""

_UNFINISHED = ".training-"

_LETTERS = 16
"""Of each of the two parts of a model's name."""

_SELECTOR = b"ResponseSelector"
"""Rasa's one component that learns answers, which are in the domain, as it does utterances."""

_LEARNING = {
    "": "Learning what you may say; this takes about half a minute, once.",
    "utterances": "Learning what you may say; what is done then has not changed.",
    "stories": "Learning what is done; what you may say has not changed.",
}


Progress = Callable[[str], None]


def train(settings: Settings, progress: Progress) -> Path:
    """The model file for the data as they are now; trained first when there is none.

    `progress` is called with short sentences. Models are named by the content of what they are made
    from, appear whole or not at all, and are never trained twice at the same time. Raises
    TrainingDataError, StorageError or UnderstandingError.
    """
    files = training_files(settings)
    model = settings.nlu_models / f"{fingerprint(settings, files)}.tar.gz"
    if _touch(model):
        return model
    progress("Reading the training data.")
    check(settings.data, files)
    with _locked(settings.nlu_models, progress):
        if _touch(model):  # another process has made it meanwhile
            return model
        earlier = _earlier(model)
        progress(_LEARNING[earlier.changed if earlier else ""])
        _train(settings, model, earlier)
        _forget_old(settings.nlu_models)
    progress("Ready.")
    return model


def trained_model(settings: Settings) -> Path | None:
    """The model for the data as they are now, or None when there is none yet."""
    model = settings.nlu_models / f"{fingerprint(settings, training_files(settings))}.tar.gz"
    return model if model.is_file() else None


def newest_model(settings: Settings) -> Path | None:
    """The model that was trained or used last, whatever the data are now; None when there is none."""
    models = list(settings.nlu_models.glob("*.tar.gz"))
    return max(models, key=lambda path: path.stat().st_mtime, default=None)


def training_files(settings: Settings) -> list[Path]:
    """Everything that a model is made from, but program code."""
    return [settings.nlu_config, *sorted(settings.nlu_data.rglob("*.yml"))]


def fingerprint(settings: Settings, files: list[Path]) -> str:
    """Changes with the data, our components, and the versions of what trains and stores a model.

    In two parts: the first does not change with stories, rules and the domain, the second does not change
    with utterances.
    """
    both = _components()
    utterances: list[Path] = []
    stories: list[Path] = []
    said = settings.nlu_data / "nlu"
    for path in files:
        part = both if path == settings.nlu_config else utterances if said in path.parents else stories
        part.append(path)
    try:
        common = _hashed(_environment(settings), both)
        answers = stories if _SELECTOR in settings.nlu_config.read_bytes() else []
        parts = (_hashed(common, part)[:_LETTERS] for part in ([*utterances, *answers], stories))
        return "-".join(parts)
    except OSError as error:
        name = Path(error.filename or settings.nlu_config).name
        raise TrainingDataError(f"{name}:1: {error.strerror}") from error


def _environment(settings: Settings) -> str:
    packages = ("rasa", "scikit-learn", "sklearn-crfsuite", "numpy")
    versions = "".join(f"{name}=={version(name)}\n" for name in packages)
    return f"{versions}python {sys.version_info[:2]} {settings.language}\n"


def _components() -> list[Path]:
    here = Path(__file__).parent
    return [
        *sorted((here / "components").rglob("*.py")),
        here / "shape.py",
        *sorted((here / "values").rglob("*.py")),
    ]


def _hashed(salt: str, files: Iterable[Path]) -> str:
    """Of names and contents, in hexadecimal digits."""
    digest = hashlib.sha256(salt.encode())
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _earlier(model: Path) -> Earlier | None:
    """The model used last of those that share a part with this one, which is not there yet."""
    said, done = model.name.split("-")
    for pattern, changed in ((f"{said}-*.tar.gz", "stories"), (f"*-{done}", "utterances")):
        found = max(model.parent.glob(pattern), key=lambda path: path.stat().st_mtime, default=None)
        if found:
            return Earlier(found, changed)
    return None


def _touch(model: Path) -> bool:
    """Whether the model is there; if so, mark it as used."""
    if not model.is_file():
        return False
    try:
        model.touch()
    except OSError:
        return True  # a folder that cannot be written to can still be read
    return True


@contextmanager
def _locked(folder: Path, progress: Progress) -> Iterator[None]:
    """Alone in this folder, whichever process asks. The lock goes with the process that held it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / ".lock").open("a")
    except OSError as error:
        raise StorageError(f"{folder.name}: {error.strerror}") from error
    with lock:
        try:
            portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
        except portalocker.LockException:
            progress("Waiting for another training to end.")
            portalocker.lock(lock, portalocker.LOCK_EX)
        yield
        portalocker.unlock(lock)


def _train(settings: Settings, model: Path, earlier: Earlier | None) -> None:
    try:
        for left in model.parent.glob(f"{_UNFINISHED}*"):  # by a process that was killed: the lock is ours
            shutil.rmtree(left, ignore_errors=True)
        # On the same file system, so that the finished model can be moved in one step.
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=model.parent) as folder:
            outcome = _run(settings, Path(folder), earlier)
            if not outcome:
                (Path(folder) / "model.tar.gz").replace(model)
    except OSError as error:
        raise StorageError(f"{model.parent.name}: {error.strerror}") from error
    if not outcome:
        return
    text = outcome["text"].replace(f"{settings.data}{os.sep}", "")
    if outcome["kind"] == "data":
        raise TrainingDataError(text)
    if outcome["kind"] == "storage":
        raise StorageError(text)
    raise UnderstandingError(text, remedy="Run `assistant train` again; if it fails again, with --debug.")


def _run(settings: Settings, folder: Path, earlier: Earlier | None) -> dict[str, str]:
    """Train in a child process; see `training_process` for what comes back."""
    job = {
        "config": str(settings.nlu_config),
        "domain": str(settings.nlu_data / "domain"),
        "data": [str(settings.nlu_data / part) for part in ("nlu", "rules.yml", "stories.yml")],
        "folder": str(folder),
        "name": "model.tar.gz",
    }
    if earlier:
        job |= {"earlier": str(earlier.model), "changed": earlier.changed}
    done = run_child("assistant.nlu.training_process", folder, job, "outcome.json")
    outcome: dict[str, str] | None = done.outcome
    return _without_outcome(folder, done) if outcome is None else outcome


def _without_outcome(folder: Path, done: Ended) -> dict[str, str]:
    """The child could not even say what went wrong."""
    if shutil.disk_usage(folder).free < 1_000_000 or "No space left" in done.printed:
        return {"kind": "storage", "text": "no space left on the disk"}
    return {"kind": "other", "text": f"training ended with status {done.status}: {done.last_line}"}


def _forget_old(folder: Path) -> None:
    """Keep the models used last."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for model in models[_KEPT:]:
        model.unlink(missing_ok=True)
