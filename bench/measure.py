"""Percentiles, ratios and the table that every benchmark prints."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure."""

    what: str
    ours: str
    bare: str = ""
    """The engine without us, on the same work in the same run."""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


def percentile(values: Sequence[float], percent: float) -> float:
    """Linear interpolation between the two nearest ranks."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing was measured")
    position = (len(ordered) - 1) * percent / 100
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def at_most(what: str, value: float, most: float, unit: str = "", digits: int = 0) -> Row:
    shown = f"{value:.{digits}f} {unit}".strip()
    return Row(what, shown, target=f"≤ {most:g} {unit}".strip(), met=value <= most)


def found_of(what: str, found: int, tried: int, share: float) -> Row:
    return Row(what, f"{found} of {tried}", target=f"≥ {share:.0%}", met=found >= share * tried)


def mebibytes() -> float:
    """Of memory that this process holds now; the most it ever held where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / (1 << 20)


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def report(title: str, rows: Sequence[Row], output: Path) -> None:
    """Print the table and write the same as JSON."""
    table = Table(title=title)
    for heading in ("what", "ours", "bare engine", "ratio", "target", ""):
        table.add_column(heading)
    for row in rows:
        verdict = "" if row.met is None else "met" if row.met else "NOT MET"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.what, row.ours, row.bare, ratio, row.target, verdict)
    Console(width=120).print(table)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps({"title": title, "rows": [asdict(row) for row in rows]}, indent=1) + "\n")
    print(f"written to {output}")
