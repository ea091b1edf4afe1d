"""A model that shares a part with the one to be made, so that only the rest is trained.

Importing this module does not import Rasa.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Earlier:
    model: Path
    """Of the same configuration."""
    changed: str
    """utterances, or stories (with rules and the domain): what must be learnt anew."""
