"""Finding a few phrases in whatever is said: the wake phrase, and "stop" while the assistant speaks.

Vosk with a grammar of the phrases and `[unk]` notices a likely phrase early and often. What decides is a
second look: the last seconds once more from their start, now as if they were over, which gives confidences.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.asr.grammar import Grammar
from assistant.asr.speech_model import SpeechModel
from assistant.asr.turnstile import DECODING
from assistant.audio.frames import Samples
from assistant.cores import cores
from assistant.errors import SettingsError
from assistant.settings import SAMPLE_RATE

_LOOK_BACK = 2.5
"""Seconds that the second look sees: longer than anybody takes for a phrase, with quiet before it."""
_LOOK_BACK_WORD = 1.2
"""The same for a single word, which silences us: each second more keeps us speaking for 16 ms."""
_SURE_WORD, _SURE_PHRASE = 0.9, 0.95
"""Confidence of every word of a single word and of a phrase; measured by `python -m bench.live wake`."""
_FAINT = 0.2
"""Confidence from which a sound may be taken for a phrase at all."""
_SLOWEST_WORD = 0.8
"""Seconds a word; a "hello" that is drawn out over other speech is no greeting."""
_WINDOW = 0.8
"""Seconds within which a likely word must become a sure one."""
_SETTLING = 0.4
"""Seconds before the second look at a phrase of several words. Other talk that
resembles it loses its confidence with what follows."""

_BESIDE = ThreadPoolExecutor(max_workers=cores(), thread_name_prefix="second-opinion")
"""For all spotters: what they decode there stands in one line anyway."""

_COMMON = (
    "the a to and of in you he she it was is that this his her for on with as at be so not who what low all "
    "had by there"
)
"""Words that everyday talk is made of. Where it is quiet, a phrase must be likelier than all of them."""
_QUIET_ROOM = 14.0
"""dB between the loud and the soft moments of the last seconds from which a room counts as quiet."""


@dataclass(frozen=True, slots=True)
class Spotted:
    phrase: str
    start: float
    """Seconds before the end of what was fed so far at which it began."""
    end: float
    """… and ended; 0 or less when it has only just been said."""


class Spotter:
    """Fed chunk by chunk. Several may share a model."""

    def __init__(
        self, model: SpeechModel, phrases: Iterable[str], *, quick: SpeechModel | None = None
    ) -> None:
        """`quick`: the same model as it tells of a word sooner (`Hearing.quick`), to notice with; `model` is
        for second looks at sound that is all there, and without the other for both.

        Raises SettingsError for a phrase that the model can never hear."""
        self._model, self._quick = model, quick or model
        phrases = tuple(phrases)
        grammar = Grammar(phrases)
        self.phrases = grammar.phrases
        lacking = grammar.unknown_words(model.knows)
        if lacking or not model.takes_grammar:
            what = f"knows no {', '.join(lacking)}" if lacking else "takes no phrases"
            raise SettingsError(
                f"the speech model {what}",
                remedy="Choose another wake phrase (ASSISTANT_WAKE_PHRASE), or listen with --open or "
                "--push-to-talk.",
            )
        self._grammar = grammar.for_model(model.knows)
        self._among = Grammar([*phrases, *_COMMON.split()]).for_model(model.knows)
        self._recent: deque[Samples] = deque()
        self._held = 0
        self.reset()

    def reset(self) -> None:
        """Forget what was heard so far."""
        self._recogniser = self._quick.recogniser(self._grammar)
        self._recent.clear()
        self._held = 0
        self._likely = ""
        self._since = 0.0

    def feed(self, chunk: Samples, *, doubtful: bool = False) -> Spotted | None:
        """The phrase that is now sure to have been said; each is told once.

        `doubtful`: other speech, our own for instance, sounds at the same time, so even a single
        word must be likelier than all common ones.
        """
        self._recent.append(chunk)
        self._held += len(chunk)
        while self._held - len(self._recent[0]) >= _LOOK_BACK * SAMPLE_RATE:
            self._held -= len(self._recent.popleft())
        with DECODING.passed(hurry=False):
            over = self._recogniser.AcceptWaveform(chunk.tobytes())
        result = self._recogniser.Result() if over else self._recogniser.PartialResult()
        likely = self._last_phrase(json.loads(result).get("text" if over else "partial", ""))
        self._since += len(chunk) / SAMPLE_RATE
        if likely and likely != self._likely:
            self._likely, self._since = likely, 0.0
        elif not likely and " " not in self._likely:
            self._likely = ""
        return self._decide(doubtful)

    def _decide(self, doubtful: bool) -> Spotted | None:
        """Words are looked at again and again while they are likely, phrases once, when they have settled."""
        phrase = self._likely
        if not phrase or (" " in phrase and self._since < _SETTLING) or self._since > _WINDOW:
            return None
        spotted = self._look(phrase, doubtful)
        if spotted is not None:
            self.reset()
        elif " " in phrase:
            self._likely = ""
        return spotted

    def holds(self, sound: Samples, ending: float) -> bool:
        """Whether any of the phrases may be heard to end in the last `ending` seconds of this sound, even
        faintly: a room makes it a sure one."""
        heard = _words(self._model.recogniser(self._grammar), sound)
        begin = len(sound) / SAMPLE_RATE - ending
        return any(
            (place := _place(heard, words, _FAINT)) is not None
            and heard[place + len(words) - 1]["end"] >= begin
            for words in map(str.split, self.phrases)
        )

    def _last_phrase(self, text: str) -> str:
        return max(
            (phrase for phrase in self.phrases if f" {text}".endswith(f" {phrase}")), key=len, default=""
        )

    def _look(self, phrase: str, doubtful: bool) -> Spotted | None:
        words = phrase.split()
        sound = np.concatenate(list(self._recent))
        if len(words) == 1:
            sound = sound[-round(_LOOK_BACK_WORD * SAMPLE_RATE) :]
        # In other noise the common words would hide every fourth phrase.
        asked = doubtful or (len(words) > 1 and _range(sound) >= _QUIET_ROOM)
        # Who says a single word wants silence: both opinions at once come 27 ms sooner.
        likeliest = _BESIDE.submit(self._is_likeliest, sound, words) if asked and len(words) == 1 else None
        heard = _words(self._model.recogniser(self._grammar), sound)
        place = _place(heard, words)
        if place is None:
            return None
        if asked and not (likeliest.result() if likeliest else self._is_likeliest(sound, words)):
            return None
        seconds = len(sound) / SAMPLE_RATE
        return Spotted(
            phrase, seconds - heard[place]["start"], seconds - heard[place + len(words) - 1]["end"]
        )

    def _is_likeliest(self, sound: Samples, words: list[str]) -> bool:
        """Whether the phrase is heard among common words too."""
        heard = [each["word"] for each in _words(self._model.recogniser(self._among), sound)]
        return f" {' '.join(words)} " in f" {' '.join(heard)} "


def _range(sound: Samples) -> float:
    """dB between loud and soft moments."""
    frames = sound[: len(sound) // 320 * 320].astype(np.float32).reshape(-1, 320)
    levels = 10 * np.log10(np.square(frames).mean(axis=1) + 1.0)
    return float(np.percentile(levels, 90) - np.percentile(levels, 10))


def _words(recogniser: Any, sound: Samples) -> list[dict[str, Any]]:
    recogniser.SetWords(True)
    heard: list[dict[str, Any]] = []
    with DECODING.passed(hurry=True):  # somebody has just said it, and waits for what it does
        over = recogniser.AcceptWaveform(sound.tobytes())
    if over:
        heard += json.loads(recogniser.Result()).get("result", ())
    return [*heard, *json.loads(recogniser.FinalResult()).get("result", ())]


def _place(heard: list[dict[str, Any]], words: list[str], sure: float | None = None) -> int | None:
    """Where the phrase surely is, the last time; None when it is not."""
    if sure is None:
        sure = _SURE_WORD if len(words) == 1 else _SURE_PHRASE
    for place in range(len(heard) - len(words), -1, -1):
        part = heard[place : place + len(words)]
        if (
            [each["word"] for each in part] == words
            and all(each.get("conf", 0.0) >= sure for each in part)
            and part[-1]["end"] - part[0]["start"] <= _SLOWEST_WORD * len(words)
        ):
            return place
    return None
