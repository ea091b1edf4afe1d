"""Replies that are heard where there is a loudspeaker, and only shown where there is none."""

from __future__ import annotations

from assistant.audio.frames import Samples
from assistant.audio.loudspeaker import Loudspeaker
from assistant.cli.console import error_console, print_failure
from assistant.errors import AudioError


class Aloud:
    """Plays sounds; a loudspeaker that fails costs the sound alone, and may come back."""

    def __init__(self, loudspeaker: Loudspeaker) -> None:
        self._loudspeaker = loudspeaker
        self._silent = False

    def play(self, samples: Samples, rate: int) -> None:
        """Play and wait for the end; why nothing is heard is shown once, not for every sound."""
        try:
            self._loudspeaker.play(samples, rate)
        except AudioError as problem:
            if not self._silent:
                print_failure(problem)
                error_console().print()  # apart from the next turn
            self._silent = True
        else:
            self._silent = False
