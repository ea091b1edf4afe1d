"""How clearly a message was heard, as its metadata tells."""

from __future__ import annotations

from collections.abc import Mapping


def clarity_of(metadata: Mapping[str, object] | None) -> float:
    """Share of its words that are likely to be right, 0 to 1; what was typed is certain."""
    return _figure(metadata, "clarity")


def certainty_of(metadata: Mapping[str, object] | None) -> float:
    """The recogniser's own figure for its least sure word, 0 to 1; what was typed is certain."""
    return _figure(metadata, "certainty")


def _figure(metadata: Mapping[str, object] | None, name: str) -> float:
    """Certain is also what comes with no number: others than our conversation may have sent it."""
    found = (metadata or {}).get(name)
    return float(found) if isinstance(found, int | float) else 1.0
