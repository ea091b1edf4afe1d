"""Text in, PCM out: pyttsx3 in a process of its own.

Why a process and not a thread (measured with pyttsx3 2.99 and the wheel's libespeak-ng 1.52 on two cores):

- pyttsx3 initialises espeak-ng with its default options, and then a damaged data folder makes the library
  call `exit(1)`: in-process, that ends the assistant.
- A call into the library that does not return cannot be ended from a thread, and an exception inside
  pyttsx3's callback is swallowed by ctypes, after which its loop waits for ever. A process can be killed.
- pyttsx3 prints to stdout from inside a callback, and stdout is one for all threads.
- The price is small. A sentence takes 12 ms instead of 10, which are a fixed sleep in pyttsx3's loop; the
  first one is ready 0.09 s after construction instead of 0.04, beside everything else that loads; the worker
  holds 19 MB (12 of them not shared) where the library alone would add 5.
"""

from __future__ import annotations

import io
import threading
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt

from assistant.errors import NoVoiceError, SpeakingError
from assistant.tts.espeak import Espeak, find_espeak
from assistant.tts.process import Worker, WorkerLostError
from assistant.tts.profile import VoiceProfile
from assistant.tts.sentences import sentences
from assistant.tts.spoken import pronounced, spoken_form

SAMPLE_RATE = 22_050
"""Hz; espeak-ng's own rate, the only one that pyttsx3 writes."""

_SLOWEST, _FASTEST = 80, 450
"""Words a minute that espeak-ng takes."""

_REMEMBERED = 64
"""Sentences; of two seconds each they are 6 MB. They are in memory alone."""


@dataclass(frozen=True, slots=True)
class Speech:
    samples: npt.NDArray[np.int16]
    """Mono, shape (n,)."""
    sample_rate: int
    """Hz."""
    text: str = ""
    """What is said, in spoken form."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate


def joined(parts: Sequence[Speech]) -> Speech:
    """One after another; all of them have the voice's rate."""
    if not parts:
        return Speech(np.zeros(0, dtype=np.int16), SAMPLE_RATE)
    samples = np.concatenate([part.samples for part in parts])
    return Speech(samples, parts[0].sample_rate, " ".join(part.text for part in parts))


class Synthesiser:
    """Speaks with one voice. Safe to use from several threads; sentences are rendered one after another."""

    def __init__(self, profile: VoiceProfile, *, espeak: Espeak | None = None, deadline: float = 5.0) -> None:
        """Start the worker without waiting for it.

        `deadline`: seconds after which a piece of text that is not rendered yet is given up; it bounds how
        long a broken library can keep a person waiting. Raises NoVoiceError when pyttsx3 is not installed.
        """
        self._profile = profile
        self._espeak = espeak or find_espeak()
        self._deadline = deadline
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._closed = False
        self._said: dict[tuple[str, int], Speech] = {}
        self._start()

    def render(self, text: str, *, rate: float = 1.0) -> Speech:
        """Speak `text`, which is in written form (`€1,234.56`); `rate` 0.8 is slower, 1.2 faster.

        Text with nothing to say gives no samples. Raises NoVoiceError when espeak-ng cannot be used at all,
        SpeakingError when it failed twice on this text; the next call starts afresh.
        """
        return joined(list(self.sentences(text, rate=rate)))

    def sentences(self, text: str, *, rate: float = 1.0) -> Iterator[Speech]:
        """The same sentence by sentence, each as soon as it is rendered; the last ones said are remembered.

        Raises as `render`.
        """
        said = pronounced(spoken_form(text, self._profile.language), self._profile.pronunciations)
        speed = round(min(max(self._profile.words_per_minute * rate, _SLOWEST), _FASTEST))
        for sentence in sentences(said):
            if any(character.isalpha() for character in sentence):
                with self._lock:
                    if self._closed:
                        raise SpeakingError("the voice is closed")
                    yield self._remembered(sentence, speed)

    def close(self) -> None:
        """End the worker; may be called twice."""
        with self._lock:
            self._closed = True
            self._said.clear()
            if self._worker is not None:
                self._worker.close()
                self._worker = None

    def __enter__(self) -> Synthesiser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker, None while there is none: for whoever measures its memory."""
        return self._worker.pid if self._worker is not None else None

    def _remembered(self, text: str, words_per_minute: int) -> Speech:
        """From memory when it was said not long ago: "shall I go on?" comes often. The lock is held."""
        key = (text, words_per_minute)
        speech = self._said.pop(key, None) or self._render_piece(text, words_per_minute)
        self._said[key] = speech
        if len(self._said) > _REMEMBERED:
            self._said.pop(next(iter(self._said)))
        return speech

    def _render_piece(self, text: str, words_per_minute: int) -> Speech:
        try:
            return self._render_once(text, words_per_minute)
        except (NoVoiceError, WorkerLostError):
            # Whatever it was, a fresh process does not have it; if it is the text, the second try tells.
            try:
                return self._render_once(text, words_per_minute)
            except WorkerLostError as error:
                raise SpeakingError(f"the voice failed twice: {error}") from error

    def _render_once(self, text: str, words_per_minute: int) -> Speech:
        worker = self._worker or self._start()
        self._worker = None  # until it has answered
        try:
            worker.wait_until_ready()
        except WorkerLostError as error:
            raise NoVoiceError(str(error)) from error
        try:
            wav = worker.render(text, words_per_minute, self._deadline)
        except BaseException:  # Ctrl-C too: an answer that nobody took would be read as the next one
            worker.close()
            raise
        self._worker = worker
        with wave.open(io.BytesIO(wav)) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(np.int16)
            return Speech(samples, sound.getframerate(), text)

    def _start(self) -> Worker:
        try:
            self._worker = Worker(self._espeak, self._profile)
        except WorkerLostError as error:
            raise NoVoiceError(str(error)) from error
        return self._worker
