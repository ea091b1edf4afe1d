"""The plots of an evaluation, as SVG for the page and as PNG files."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path

import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # this release of matplotlib is older than the parser that it uses
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

from assistant.training.evaluation.scores import FALLBACK, Result

# It says so again whenever it reads the name of a font.
warnings.filterwarnings("ignore", category=DeprecationWarning, module="matplotlib")

_RIGHT, _WRONG = "#2a7f62", "#c0392b"
_MOST = 40
"""Intents that a matrix shows; of a set with more, those that are confused most."""


def plots(result: Result) -> dict[str, Figure]:
    """By name: `confusion`, `confidence` and `errors`."""
    mpl.rcParams["svg.hashsalt"] = "evaluation"  # the same plot is the same file
    mpl.rcParams["svg.fonttype"] = "none"
    return {"confusion": _confusion(result), "confidence": _confidence(result), "errors": _errors(result)}


def svg(figure: Figure, title: str) -> str:
    """For the inside of a page: no size of its own, a title for who cannot see it."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    head, rest = text.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="{title}">{rest}'


def png(figure: Figure, path: Path) -> None:
    FigureCanvasAgg(figure)
    figure.savefig(path, format="png", dpi=120)


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout="constrained")


def _confusion(result: Result) -> Figure:
    """Rows: what was meant. Columns: what was taken. Colour by the share of the row."""
    names = sorted({name for s in result.sentences for name in (s.meant, s.taken)})
    if len(names) > _MOST:
        often: dict[str, int] = {}
        for meant, taken, count in result.confusions():
            for name in (meant, taken):
                often[name] = often.get(name, 0) + count
        names = sorted(sorted(often, key=lambda name: -often[name])[:_MOST]) or names[:_MOST]
    place = {name: number for number, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), dtype=int)
    for each in result.sentences:
        if each.meant in place and each.taken in place:
            counts[place[each.meant], place[each.taken]] += 1
    size = max(4.0, 0.27 * len(names) + 2)
    figure = _figure(size, size)
    axes = figure.add_subplot()
    axes.imshow(
        np.where(counts, counts, np.nan), cmap="Blues", norm=LogNorm(1, max(2, int(counts.max(initial=1))))
    )
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if row == column and counts[row, column] > counts.max() ** 0.6 else "black"
        weight = "normal" if row == column else "bold"
        axes.text(
            column,
            row,
            str(counts[row, column]),
            ha="center",
            va="center",
            fontsize=6,
            color=colour,
            weight=weight,
        )
    axes.set_xticks(range(len(names)), [_short(name) for name in names], rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), [_short(name) for name in names], fontsize=7)
    axes.set_xlabel("taken")
    axes.set_ylabel("meant")
    return figure


def _short(name: str) -> str:
    return "not understood" if name == FALLBACK else name.replace("_", " ")


def _confidence(result: Result) -> Figure:
    figure = _figure(6, 3)
    axes = figure.add_subplot()
    bins = list(np.linspace(0, 1, 21))
    right = [s.confidence for s in result.sentences if s.intent == s.meant]
    wrong = [s.confidence for s in result.sentences if s.intent != s.meant]
    axes.hist(
        [right, wrong],
        bins=bins,
        stacked=True,
        color=[_RIGHT, _WRONG],
        label=["likeliest intent right", "likeliest intent wrong"],
    )
    axes.set_yscale("symlog")
    axes.set_xlabel("confidence")
    axes.set_ylabel("sentences")
    axes.legend(fontsize=8)
    return figure


def _errors(result: Result) -> Figure:
    """The most frequent confusions."""
    worst = result.confusions()[:15][::-1]
    figure = _figure(6, 0.6 + 0.26 * max(3, len(worst)))
    axes = figure.add_subplot()
    labels = [f"{_short(meant)} → {_short(taken)}" for meant, taken, _ in worst]
    bars = axes.barh(labels, [count for *_, count in worst], color=_WRONG)
    axes.bar_label(bars, fontsize=7, padding=2)
    axes.tick_params(axis="y", labelsize=8)
    axes.set_xlabel("sentences")
    return figure
