"""What the assistant listens with: a model, and variations of it for the customer's names and for answers.

Variations lie in a folder that its owner alone can read, and that goes when hearing ends: names of
payees are nobody else's business.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotReadyError
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.asr.adaptation import adapt, adaptable
from assistant.asr.adaptation_questions import Question, answers
from assistant.asr.model_copies import in_pieces
from assistant.asr.recogniser import Recogniser
from assistant.asr.speech_model import SpeechModel, open_model
from assistant.errors import SpeechModelError, StorageError

_log = logging.getLogger(__name__)

_KEPT = 2
"""Kinds of question that are prepared at a time; each takes some 15 MB of memory."""

_LARGEST = 40_000_000
"""Bytes of a model that may be in memory once more for each kind of question, and for what silences us; ours
has 14 million."""

_TALKING, _SILENCING = 18, 6
"""Frames of 10 ms that are heard at a time from people, and for what silences us. Our model's own 45 take a
quarter less computing, and are for recordings. With 12 from people no wait was shorter; with 3 a "stop" was
known 12 ms sooner still, for twice the pieces."""


@dataclass
class _Vocabulary:
    """One set of names: the recogniser for free speech, and one for each kind of question, latest last."""

    model: Path
    free: Recogniser
    answering: dict[Question, Future[Recogniser]] = field(default_factory=dict)


class Hearing:
    """May be used from several threads. Work goes on in the background; until it is done, and where it
    fails, the assistant hears as before."""

    def __init__(self, model: Path, lexicon: Path, *, patience: float | None = 1.0) -> None:
        """`model`: a folder, `lexicon`: the folder `voices/<language>/lexicon`.

        `patience`: seconds that an answer waits, the microphone being open, for what was not prepared
        while the question was said; then it is heard as free speech. None is for recordings: they wait as
        long as it takes, and what nobody answers is not prepared. A model that cannot be adapted is used
        as it is. Raises NoSpeechModelError or BrokenSpeechModelError.
        """
        self._lexicon = lexicon
        self._patience = patience
        self._names: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._numbers = count()
        self._folder = TemporaryDirectory(prefix="hearing-")  # mode 0700
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hearing")
        self._learning: Future[None] = Future()
        self._learning.set_result(None)
        self._closed = not adaptable(model)
        self._quick: SpeechModel | None = None
        self._small = sum(path.stat().st_size for path in model.rglob("*") if path.is_file()) <= _LARGEST
        self._given, self._original = model, self._for_people(model)
        try:
            free = self._free(self._original)
        except SpeechModelError:
            free = self._free(model)  # so that the error names the folder that is known
        self._now = _Vocabulary(self._original, free)

    def expecting(self, question: Question | None) -> Callable[[], Recogniser]:
        """Who hears what is said next, an answer to `question` being likely; ask again at every turn.

        Preparing begins at once and takes some 0.3 s, the first time that such a question is asked.
        """
        with self._lock:
            if self._patience is not None:
                self._want(question)
        return lambda: self._ready(question)

    def plain(self) -> SpeechModel:
        """The model without names, whatever was learnt. Raises NoSpeechModelError or
        BrokenSpeechModelError."""
        try:
            return open_model(self._original)
        except SpeechModelError:
            return open_model(self._given)  # temporary files were cleared

    def whole(self) -> SpeechModel:
        """`plain` for sound that is all there, which costs a third less. Raises NoSpeechModelError or
        BrokenSpeechModelError."""
        return open_model(self._given)

    def quick(self) -> SpeechModel:
        """`plain` as it tells of a word soonest: for what silences us.

        A large model, or one that cannot be told to, is used as it is. Raises NoSpeechModelError or
        BrokenSpeechModelError.
        """
        with self._lock:
            if self._quick is None:
                self._quick = self._in_small_pieces() or self.plain()
            return self._quick

    def learn(self, names: Iterable[str]) -> Future[None]:
        """Have these names, and no others, as vocabulary; the result comes when they are worked in.

        Names are in written form. Nothing happens for the same names as before.
        """
        wanted = frozenset(names)
        with self._lock:
            if wanted != self._names and not self._closed:
                self._names = wanted
                self._learning = self._threads.submit(self._learn, wanted)
            return self._learning

    def replace(self, model: Path) -> Future[None]:
        """Hear with another model, names included, once it is prepared; turns go on meanwhile."""
        with self._lock:
            if model != self._given and not self._closed:
                self._given, self._original, self._quick = model, self._for_people(model), None
                self._learning = self._threads.submit(self._learn, self._names)
            return self._learning

    def start_afresh(self) -> None:
        """Hear what comes next whatever was heard before, to the last decimal of a confidence."""
        with self._lock:
            free = self._now.free
        free.start_afresh()

    def close(self) -> None:
        """Stop the work and remove everything that was written."""
        with self._lock:
            self._closed = True
        self._threads.shutdown(cancel_futures=True)
        self._folder.cleanup()

    # --- inside ----------------------------------------------------------------------------------

    def _for_people(self, model: Path) -> Path:
        """The same model in pieces for people; as it is for recordings, and where that cannot be."""
        if self._patience is None:
            return model
        return self._in_pieces(model, _TALKING) or model

    def _in_small_pieces(self) -> SpeechModel | None:
        """What silences us; None where that cannot be. The lock is held."""
        folder = self._in_pieces(self._given, _SILENCING)
        try:
            return open_model(folder) if folder else None
        except SpeechModelError as error:
            _log.warning("what silences us is heard later: %s", type(error).__name__)
            return None
        finally:
            if folder:
                shutil.rmtree(folder, ignore_errors=True)  # it is in memory

    def _in_pieces(self, model: Path, frames: int) -> Path | None:
        """The folder of a copy; None for a model that is too large or has its options elsewhere."""
        folder = self._place()
        try:
            return folder if self._small and in_pieces(model, folder, frames) else None
        except (StorageError, OSError) as error:
            _log.warning("words are heard later: %s", type(error).__name__)
            shutil.rmtree(folder, ignore_errors=True)
            return None

    def _free(self, model: Path) -> Recogniser:
        """For free speech. From people the same sound is to have the same confidence, whatever was heard
        before; a recording begins afresh, and may be heard several times."""
        is_recording = self._patience is None
        return Recogniser(model, kept=1 if is_recording else 0, whole=is_recording)

    def _want(self, question: Question | None) -> None:
        """Begin to prepare for its answer, where that is of use; the lock is held."""
        if question is not None and self._small and not self._closed:
            self._prepare(self._now, question)

    def _ready(self, question: Question | None) -> Recogniser:
        with self._lock:
            if self._patience is None:
                self._want(question)
            now = self._now
            ready = now.answering.get(question) if question else None
        if ready is None:
            return now.free
        try:
            return ready.result(self._patience)
        except NotReadyError:
            return now.free

    def _prepare(self, vocabulary: _Vocabulary, question: Question) -> None:
        """The questions that were asked last stay prepared; the lock is held."""
        kept = vocabulary.answering
        if question in kept:
            kept[question] = kept.pop(question)
        else:
            kept[question] = self._threads.submit(self._answering, vocabulary, question)
        while len(kept) > _KEPT:
            kept.pop(next(iter(kept)))

    def _answering(self, vocabulary: _Vocabulary, question: Question) -> Recogniser:
        if vocabulary is not self._now:
            return vocabulary.free  # nobody asks for it any more
        try:
            folder = self._place()
            adapt(vocabulary.model, folder, lexicon=self._lexicon, expected=answers(question))
            recogniser = Recogniser(folder, whole=self._patience is None)
            shutil.rmtree(folder)  # it is in memory
        except Exception as error:  # noqa: BLE001 - it was an offer to hear better
            _log.warning("no vocabulary for a question: %s", type(error).__name__)
            return vocabulary.free
        return recogniser

    def _learn(self, names: frozenset[str]) -> None:
        try:
            folder = original = self._original
            if names:
                folder = self._place()
                adapt(original, folder, lexicon=self._lexicon, names=sorted(names))
            fresh = _Vocabulary(folder, self._free(folder))
        except Exception as error:  # noqa: BLE001 - it was an offer to hear better
            # The type alone: a message could hold a name.
            _log.warning("no vocabulary for names: %s", type(error).__name__)
            return
        with self._lock:
            if self._closed or names != self._names or original != self._original:
                return  # others are wanted meanwhile
            old, self._now = self._now, fresh
            for question in old.answering:
                self._prepare(fresh, question)
        if old.model.parent == Path(self._folder.name) and old.model != original:
            shutil.rmtree(old.model)

    def _place(self) -> Path:
        """A folder that was never used: a model on disk is known by its path."""
        return Path(self._folder.name, str(next(self._numbers)))
