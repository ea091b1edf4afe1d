"""One utterance on its way through one native recogniser of Vosk."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from assistant.asr.quiet import QuietGate
from assistant.asr.turnstile import DECODING
from assistant.asr.warm import Native
from assistant.audio.frames import Samples
from assistant.events import Reading, Word
from assistant.settings import SAMPLE_RATE


class Listening:
    """Fed chunk by chunk; then, once, `words` or `readings`. Belongs to one thread."""

    def __init__(
        self,
        native: Native,
        over: Callable[[Native, float], None],
        *,
        whole: bool,
        on_partial: Callable[[str], None] | None = None,
        awaited: Callable[[], bool],
    ) -> None:
        """`over` gets the native recogniser back, with the seconds that it was fed."""
        self._native = native
        self._recogniser = native.recogniser
        self._over = over
        self._on_partial = on_partial
        self._awaited = awaited
        self._gate = QuietGate(margins=whole)
        self._results: list[dict[str, Any]] = []
        self._shown = ""
        self._looked_at = ""
        self._samples = 0
        self._began = native.heard

    @property
    def seconds(self) -> float:
        """Length of all audio that came in."""
        return self._gate.seconds

    def hear(self, chunk: Samples) -> None:
        """16 kHz mono int16."""
        for heard in self._gate.pass_on(chunk):
            self._decode(heard)

    def words(self) -> tuple[Word, ...]:
        """What was said, with Vosk's confidences."""
        return tuple(
            Word(
                entry["word"],
                self._gate.real_time(entry["start"] - self._began),
                self._gate.real_time(entry["end"] - self._began),
                entry.get("conf", 0.0),
            )
            for result in self._finish()
            for entry in result.get("result", ())
        )

    def readings(self, count: int) -> list[Reading]:
        """The likeliest, best first, at most `count`: where that many were asked for."""
        return _readings(self._finish(), count)[:count]

    # --- inside ----------------------------------------------------------------------------------

    def _decode(self, chunk: Samples) -> None:
        self._samples += len(chunk)
        with DECODING.passed(hurry=self._awaited()):
            over = self._recogniser.AcceptWaveform(chunk.tobytes())
        if over:
            self._results.append(json.loads(self._recogniser.Result()))
            self._looked_at = ""
        if self._on_partial is not None:
            self._look(self._on_partial)

    def _finish(self) -> list[dict[str, Any]]:
        for heard in self._gate.end():
            self._decode(heard)
        self._results.append(json.loads(self._recogniser.FinalResult()))
        self._over(self._native, self._samples / SAMPLE_RATE)
        return self._results

    def _look(self, tell: Callable[[str], None]) -> None:
        found = self._recogniser.PartialResult()
        if found == self._looked_at:
            return
        self._looked_at = found
        partial = json.loads(found).get("partial", "")
        said = [result.get("text", "") for result in self._results]
        text = " ".join(part for part in (*said, partial) if part)
        if text and text != self._shown:
            self._shown = text
            tell(text)


def _readings(results: list[dict[str, Any]], count: int) -> list[Reading]:
    """Readings of the whole from readings of its segments, best first.

    One segment at a time is read another way, the others staying at their best: segments are apart
    by a pause, and each is judged against its own best reading.
    """
    segments = [segment for segment in map(_segment, results) if segment]
    best = [segment[0].text for segment in segments]
    found = [Reading(" ".join(part for part in best if part))] if best else []
    for rank in range(1, count):
        for place, segment in enumerate(segments):
            if rank < len(segment):
                parts = [*best[:place], segment[rank].text, *best[place + 1 :]]
                found.append(Reading(" ".join(part for part in parts if part), segment[rank].behind))
    unique: dict[str, Reading] = {}
    for reading in sorted(found, key=lambda reading: reading.behind):
        unique.setdefault(reading.text, reading)
    return list(unique.values())


def _segment(result: dict[str, Any]) -> list[Reading]:
    """The readings of one segment; empty for one in which nothing was said."""
    entries = result.get("alternatives", ())
    top = max((entry["confidence"] for entry in entries), default=0.0)
    texts: dict[str, float] = {}
    for entry in entries:
        texts.setdefault(entry["text"].strip(), top - entry["confidence"])
    return [] if list(texts) in ([], [""]) else [Reading(text, behind) for text, behind in texts.items()]
