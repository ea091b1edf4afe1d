"""The speech model in use, taught what `nlu_data` says: made once for the same data and kept."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from assistant.asr.adaptation import Missing, adapt, adaptable, nearest
from assistant.asr.adaptation_questions import check_expected
from assistant.asr.adaptation_sentences import utterances
from assistant.asr.endings import Endings
from assistant.asr.store import SpeechModelStore
from assistant.errors import SpeechModelError, StorageError
from assistant.settings import Settings

_KEPT = 3
"""Models of earlier data that are kept, so that going back costs nothing."""
_REPORT, _ENDINGS = "taught.json", "endings.json"


@dataclass(frozen=True, slots=True)
class Taught:
    model: Path
    """Folder to give to Vosk; the original where a model cannot be taught."""
    added: tuple[Missing, ...]
    """Words that the model did not know and now does, each with what it took them for before."""
    missing: tuple[Missing, ...]
    """Words that it still lacks."""
    endings: Endings = field(default_factory=Endings)
    """Where requests end."""


def teach(settings: Settings) -> Taught:
    """The model that `assistant models use` chose, as it is after learning from `nlu_data`.

    Takes some two seconds, nothing when neither has changed. A model appears whole or not at all. A model
    with a fixed graph is left as it is; what it lacks is told all the same. Raises NoSpeechModelError,
    BrokenSpeechModelError, SpeechModelError, TrainingDataError or StorageError.
    """
    model = SpeechModelStore(settings).active
    target = settings.taught_speech_models / _fingerprint(settings, model)
    try:
        if not (target / _REPORT).is_file():
            settings.taught_speech_models.mkdir(parents=True, exist_ok=True, mode=0o700)
            _teach(settings, model, target)
            _forget_old(settings.taught_speech_models)
        return _read(target, model)
    except OSError as error:
        raise StorageError(f"{target.parent.name}: {error.strerror or error}") from error
    except subprocess.SubprocessError as error:
        raise SpeechModelError(f"new words could not be sounded out: {type(error).__name__}") from error


def told_before(settings: Settings) -> frozenset[str]:
    """The words that reports of earlier models name, of those that are kept: a trainer has read of them."""
    words: set[str] = set()
    for report in settings.taught_speech_models.glob(f"*/{_REPORT}"):
        with suppress(OSError, ValueError):  # forgotten meanwhile, or half written by an interrupted training
            content = json.loads(report.read_text("utf-8"))
            words |= {each["word"] for each in [*content["added"], *content["missing"]]}
    return frozenset(words)


def _teach(settings: Settings, model: Path, target: Path) -> None:
    check_expected(settings.nlu_data)
    lexicon = settings.voice / "lexicon"
    sentences = list(utterances(settings.nlu_data))
    if adaptable(model):
        adapted = adapt(
            model, target, lexicon=lexicon, sentences=sentences, background=_background(settings, model)
        )
        report = Taught(target, nearest(adapted.added, model, lexicon), adapted.missing)
    else:
        target.mkdir(exist_ok=True, mode=0o700)
        words = {word for sentence in sentences for word in sentence.split()}
        report = Taught(model, (), nearest(words, model, lexicon))
    Endings.learn(utterances(settings.nlu_data, variants=0)).write(target / _ENDINGS)
    content = {name: [asdict(each) for each in getattr(report, name)] for name in ("added", "missing")}
    fresh = target / f".{_REPORT}"
    fresh.write_text(json.dumps(content), "utf-8")
    fresh.replace(target / _REPORT)


def _read(target: Path, model: Path) -> Taught:
    os.utime(target)  # used last: not among the first to be forgotten
    content = json.loads((target / _REPORT).read_text("utf-8"))
    added, missing = (tuple(Missing(**each) for each in content[name]) for name in ("added", "missing"))
    endings = Endings.read(target / _ENDINGS)
    return Taught(target if adaptable(target) else model, added, missing, endings)


def _background(settings: Settings, model: Path) -> Path | None:
    """Everyday English for a model that brings none, where we have some."""
    builtin = settings.builtin_speech_model
    return None if model == builtin or not builtin.is_dir() else builtin


def _fingerprint(settings: Settings, model: Path) -> str:
    """Changes with the training data, the model's files, the dictionary and our own code.

    Of large files name, length and time are looked at: an official model may have two gigabytes.
    """
    digest = hashlib.sha256()
    code = Path(__file__).parent
    small = [
        *sorted(settings.nlu_data.rglob("*.yml")),
        *sorted(code.glob("adaptation*.py")),
        code / "endings.py",
    ]
    for path in [*small, *sorted(code.glob("graph*.py")), Path(__file__)]:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    for folder in (model, settings.voice / "lexicon", settings.builtin_speech_model):
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            stat = path.stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:24]


def _forget_old(folder: Path) -> None:
    """Keep the models used last. What an interrupted training left grows old among them and goes too."""
    found = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
