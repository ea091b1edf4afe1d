"""Turns that went badly, kept for trainers: with the customer's consent alone, masked, on this machine.

Kept is what was said in a turn that was not understood, not offered, doubtful or corrected; never an answer.
Every figure in it is masked, and every name: those that the banks know of the customer, those that were
understood as a name, and every word that is not in the assistant's everyday vocabulary. What was recorded
is kept only where nothing had to be masked. The folder is its owner's alone; a bounded number of turns is
kept, and withdrawing the consent erases them all.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property

import numpy as np
import soundfile

from assistant.asr.graph_lexicon import read_words
from assistant.asr.graph_text import normalise
from assistant.asr.speech_model import word_list
from assistant.bank.private_files import delete_private, ensure_private_folder, read_private, write_private
from assistant.conversation import Turn
from assistant.errors import StorageError
from assistant.redaction import MASK, mask_figures
from assistant.settings import SAMPLE_RATE, Settings

FALLBACK = "nlu_fallback"
_NOT_OFFERED = "out_of_scope"
_NAMES = ("payee", "merchant", "place", "remittance", "account", "biller", "card")
"""Entities whose text may be a name that the customer gave."""
_SURE = 0.85
"""Confidence of an intent below which a turn is doubtful."""
_NO = ("deny", "cancel")
_MOST_TURNS = 200
_MOST_SECONDS = 20.0
"""Of a recording; nobody puts a question longer than that."""
OTHER = "word"


@dataclass(frozen=True, slots=True)
class Kept:
    """One turn in the inbox."""

    name: str
    """Of its files: the day and a number."""
    reason: str
    """`not understood`, `not offered`, `doubtful` or `corrected`."""
    text: str
    """Masked: `••••` for figures, `‹payee›` for a name of that kind, `‹word›` for another one."""
    intent: str
    """What it was taken for."""
    confidence: float
    day: str

    @property
    def is_masked(self) -> bool:
        return MASK in self.text or "‹" in self.text


class Inbox:
    """The folder. Every method may raise StorageError."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.home / "inbox"
        self._before: tuple[Turn, tuple[str, ...]] | None = None

    @property
    def is_on(self) -> bool:
        return (self._folder / "consent").is_file()

    def switch_on(self, today: date) -> None:
        write_private(self._folder / "consent", today.isoformat())

    def switch_off(self) -> int:
        """Withdraw the consent and erase everything; how many turns that were."""
        delete_private(self._folder / "consent")
        kept = self.kept()
        for each in kept:
            self.drop(each)
        return len(kept)

    def keep(self, turn: Turn, names: Iterable[str], today: date) -> None:
        """Take the turn in where it went badly, or the one before where this one corrects it.

        `names` are those of the customer's payees, accounts and shops.
        """
        if not self.is_on or not turn.said:
            return
        known = tuple(names)
        before, self._before = self._before, (turn, known)
        reason = _reason(turn)
        if reason:
            self._write(turn, reason, known, today)
        elif before is not None and _corrects(turn, before[0]) and not _reason(before[0]):
            self._write(before[0], "corrected", before[1], today)

    def kept(self) -> list[Kept]:
        """Oldest first."""
        found: list[Kept] = []
        for path in sorted(self._folder.glob("*.json")):
            content = read_private(path)
            try:
                found.append(Kept(**json.loads(content or "")))
            except (TypeError, ValueError):
                delete_private(path)  # cut short; nobody can read it
        return found

    def audio(self, kept: Kept) -> np.ndarray[tuple[int], np.dtype[np.int16]] | None:
        """16 kHz mono; None where none was kept."""
        try:
            samples, _ = soundfile.read(self._folder / f"{kept.name}.flac", dtype="int16")
        except (OSError, RuntimeError):
            return None
        return np.asarray(samples, dtype=np.int16)

    def drop(self, kept: Kept) -> None:
        for ending in ("flac", "json"):
            delete_private(self._folder / f"{kept.name}.{ending}")

    # --- inside ----------------------------------------------------------------------------------

    def _write(self, turn: Turn, reason: str, names: Collection[str], today: date) -> None:
        understood = turn.understood
        entities = () if understood is None else understood.entities
        text = masked(turn.said, names, entities, self._everyday)
        name = self._free_name(today)
        kept = Kept(
            name,
            reason,
            text,
            FALLBACK if understood is None else understood.intent,
            0.0 if understood is None else round(understood.confidence, 3),
            today.isoformat(),
        )
        if turn.audio and not kept.is_masked:
            self._write_audio(name, np.concatenate(turn.audio)[: int(_MOST_SECONDS * SAMPLE_RATE)])
        write_private(self._folder / f"{name}.json", json.dumps(asdict(kept)))
        everything = self.kept()
        for old in everything[: max(0, len(everything) - _MOST_TURNS)]:
            self.drop(old)

    def _write_audio(self, name: str, samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> None:
        coded = io.BytesIO()
        soundfile.write(coded, samples, SAMPLE_RATE, format="FLAC")
        path = self._folder / f"{name}.flac"
        try:
            ensure_private_folder(self._folder)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(coded.getvalue())
        except OSError as error:
            raise StorageError(f"{error.strerror} ({path.name})") from error

    def _free_name(self, today: date) -> str:
        taken = [int(path.stem[9:]) for path in self._folder.glob(f"{today:%Y%m%d}-[0-9]*")]
        return f"{today:%Y%m%d}-{max(taken, default=-1) + 1:05}"

    @cached_property
    def _everyday(self) -> frozenset[str]:
        """The words that the assistant was made with; what it learnt of this customer is not among them."""
        return frozenset(read_words(word_list(self._settings.builtin_speech_model)))


def _reason(turn: Turn) -> str:
    """Why a turn is worth a look by itself; empty when it is not."""
    understood = turn.understood
    if understood is None or understood.intent == FALLBACK:
        return "not understood"
    if understood.intent == _NOT_OFFERED:
        return "not offered"
    doubtful = understood.confidence < _SURE or any(r.response == "utter_unsure" for r in turn.replies)
    return "doubtful" if doubtful else ""


def _corrects(turn: Turn, before: Turn) -> bool:
    """A no to what was no question."""
    asked = any("?" in reply.speech for reply in before.replies)
    return turn.understood is not None and turn.understood.intent in _NO and not asked


def masked(
    text: str,
    names: Iterable[str],
    entities: Iterable[tuple[str, object]],
    everyday: Collection[str],
) -> str:
    """What may be kept of an utterance; see the head of this file."""
    words = mask_figures(text.lower())
    kinds = {" ".join(str(value).lower().split()): kind for kind, value in entities if kind in _NAMES}
    private = {" ".join(name.lower().split()): OTHER for name in names} | kinds
    for name in sorted(private, key=len, reverse=True):
        if name:
            pattern = rf"(?<![\w‹]){re.escape(name)}(?![\w›])"
            words = re.sub(pattern, f"‹{private[name]}›", words)
    return " ".join(_everyday_only(words.split(), everyday))


def _everyday_only(words: Iterable[str], everyday: Collection[str]) -> Iterator[str]:
    for word in words:
        plain = normalise(word)
        if "‹" in word or MASK in word or all(part in everyday for part in plain.split()):
            yield word
        else:
            yield f"‹{OTHER}›"
