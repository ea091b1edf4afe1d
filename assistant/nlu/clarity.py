"""How clearly a message was heard, as its metadata tells."""

from __future__ import annotations

from collections.abc import Mapping


def clarity_of(metadata: Mapping[str, object] | None) -> float:
    """Share of its words that are likely to be right, 0 to 1; what was typed is certain."""
    found = (metadata or {}).get("clarity")
    return float(found) if isinstance(found, int | float) else 1.0
