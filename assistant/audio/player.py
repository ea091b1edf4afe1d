"""What is to be played, as a buffer that a loudspeaker, a socket or a test takes samples from."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assistant.audio.frames import Samples, convert

_REMEMBERED_SECONDS = 3.0
"""Of what was taken."""
_FADE_SECONDS = 0.005
"""A sound that is cut fades for so long, else it clicks."""


@dataclass(slots=True)
class _Piece:
    samples: Samples
    text: str
    position: int = 0


@dataclass(frozen=True)
class Unheard:
    """What was cut off."""

    pieces: tuple[_Piece, ...] = ()

    def and_then(self, samples: Samples, text: str) -> Unheard:
        """With one piece more, of the player's own rate."""
        return Unheard((*self.pieces, _Piece(samples, text)))

    @property
    def text(self) -> str:
        """From the piece that was cut in its middle to the end."""
        return " ".join(piece.text for piece in self.pieces if piece.text)


class Player:
    """Pieces of sound one after another. Every method may be called from any thread."""

    def __init__(self, rate: int) -> None:
        """`rate` in Hz: of what is taken; pieces of another rate are converted."""
        self.rate = rate
        self._pieces: deque[_Piece] = deque()
        self._lock = threading.Lock()
        self._fade: Samples = np.empty(0, np.int16)
        self._held = False
        self._on_first: Callable[[], None] | None = None
        self._taken: deque[Samples] = deque()
        self._untold = 0

    def add(
        self, samples: Samples, rate: int, *, text: str = "", on_first: Callable[[], None] | None = None
    ) -> None:
        """Play this after all that waits already.

        `text` is what `hush` tells of it when it was not heard to its end. `on_first` is called, in the
        thread that takes, when the next sample leaves.
        """
        sound = samples if rate == self.rate else convert(samples, rate, self.rate)
        with self._lock:
            self._pieces.append(_Piece(sound, text))
            self._on_first = on_first or self._on_first

    @property
    def playing(self) -> bool:
        """Whether anything is left to take."""
        return bool(self._pieces)

    def hush(self) -> Unheard:
        """Play nothing any more; what was not heard is handed out, and may be added again by `resume`."""
        with self._lock:
            pieces = tuple(self._pieces)
            self._fall_silent()
            self._pieces.clear()
            self._held = False
            self._on_first = None
            return Unheard(pieces)

    def hold(self) -> None:
        """Silence until `release`, which goes on where this cut, or until `hush`."""
        with self._lock:
            self._fall_silent()
            self._held = True

    def release(self) -> None:
        """Nothing holds it any more."""
        self._held = False

    def resume(self, unheard: Unheard) -> None:
        """Go on where `hush` cut."""
        with self._lock:
            self._pieces.extend(unheard.pieces)

    def take(self, count: int) -> Samples:
        """The next samples, shape (count,), silence when there is nothing. Never waits."""
        out = np.zeros(count, np.int16)
        with self._lock:
            done = min(count, len(self._fade))
            out[:done], self._fade = self._fade[:done], self._fade[done:]
            first = self._on_first if self._pieces and done < count and not self._held else None
            if first is not None:
                self._on_first = None
            while self._pieces and done < count and not self._held:
                piece = self._pieces[0]
                part = piece.samples[piece.position : piece.position + count - done]
                out[done : done + len(part)] = part
                done += len(part)
                piece.position += len(part)
                if piece.position >= len(piece.samples):
                    self._pieces.popleft()
            self._taken.append(out)
            self._untold += count
            while sum(map(len, self._taken)) - len(self._taken[0]) >= self.rate * _REMEMBERED_SECONDS:
                self._taken.popleft()
        if first is not None:
            first()
        return out

    @property
    def speaking(self) -> bool:
        """Whether words are left to take; an earcon is none."""
        return any(piece.text for piece in tuple(self._pieces))

    def taken(self) -> Samples:
        """What was taken since this was asked last: what may come back as echo."""
        with self._lock:
            recent: Samples = np.concatenate([np.empty(0, np.int16), *self._taken])
            count, self._untold = min(self._untold, len(recent)), 0
            return recent[len(recent) - count :]

    def recent(self) -> Samples:
        """What was taken in the last seconds."""
        with self._lock:
            recent: Samples = np.concatenate([np.empty(0, np.int16), *self._taken])
            return recent

    def _fall_silent(self) -> None:
        """Softly, and once; the lock is held."""
        if self._pieces and not self._held:
            piece = self._pieces[0]
            rest = piece.samples[piece.position :][: round(_FADE_SECONDS * self.rate)]
            self._fade = (rest * np.linspace(1.0, 0.0, len(rest))).astype(np.int16)
