"""An evaluation as one page that needs nothing else: no network, no script, no second file."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.errors import StorageError
from assistant.training.evaluation.plots import plots, png, svg
from assistant.training.evaluation.scores import Comparison, Result, Score, Sentence, Share, compare

_WORST = 100
"""Wrong sentences that are listed."""
_STYLE = """
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1b2a33; background: #fff; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; }
h1 { font-size: 1.6rem; margin: 0.5rem 0; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
.wide { overflow-x: auto; } .wide svg { width: 100%; min-width: 44rem; max-width: 64rem; }
.plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.plots svg { width: 100%; height: auto; }
dl { display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
dl div { background: #eef4f6; border-radius: 0.5rem; padding: 0.6rem 0.9rem; } dt { font-size: 0.85rem; }
dd { margin: 0; font-size: 1.5rem; } dd small { display: block; font-size: 0.8rem; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { border-bottom: 1px solid #d6e0e4; padding: 0.25rem 0.7rem 0.25rem 0; text-align: left; }
figure { margin: 0; } td { vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td { overflow-wrap: anywhere; } .better { color: #1d6b50; } .worse { color: #a93226; }
"""


def write_page(
    folder: Path, result: Result, accepted: Result | None = None, as_text: Result | None = None
) -> Path:
    """`NAME.html` and a PNG a plot in the folder. Raises StorageError."""
    figures = plots(result)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in figures.items():
            png(figure, folder / f"{result.name}-{name}.png")
        drawn = {name: svg(figure, f"{name} of {result.name}") for name, figure in figures.items()}
        path = folder / f"{result.name}.html"
        path.write_text(_page(result, accepted, as_text, drawn), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{folder.name}: {error.strerror}") from error
    return path


def _page(result: Result, accepted: Result | None, as_text: Result | None, drawn: dict[str, str]) -> str:
    title = f"Evaluation: {html.escape(result.name)}"
    about = ", ".join(f"{html.escape(label)}: {html.escape(text)}" for label, text in result.about)
    parts = [
        f"<h1>{title}</h1><p>{about}. In brackets: 95 % intervals.</p>",
        _headline(result, as_text),
    ]
    if accepted is not None:
        parts.append(_changes(compare(accepted.sentences, result.sentences), accepted, result))
    if as_text is not None:
        parts.append(_lost(as_text, result))
    parts += [
        '<h2>Where it goes wrong</h2><div class="plots">',
        f"<figure>{drawn['errors']}<figcaption>Most frequent confusions</figcaption></figure>",
        f"<figure>{drawn['confidence']}<figcaption>Confidence of the likeliest intent</figcaption></figure>",
        "</div>",
        f'<h2>Confusion matrix</h2><div class="wide" tabindex="0">{drawn["confusion"]}</div>',
        "<h2>By intent</h2>" + _scores(result.intents()),
        "<h2>By entity</h2>" + _scores(result.entities()),
        f"<h2>Wrong intents, the surest first</h2>{_wrong(result.worst()[:_WORST])}",
        f"<h2>Right intents with wrong names</h2>{_wrong_names(result.sentences)}",
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>{"".join(parts)}</body></html>'
    )


def _headline(result: Result, as_text: Result | None) -> str:
    numbers = [
        ("Likeliest intent right", result.likeliest),
        ("Acted on the right intent", result.right),
        ("Understood in full, names too", result.complete),
        ("Acted on a wrong intent", result.answered_wrongly),
    ]
    if as_text is not None:
        numbers.append(("The same as text, in full", as_text.complete))
    return (
        "<dl>" + "".join(f"<div><dt>{label}</dt>{_share(share)}</div>" for label, share in numbers) + "</dl>"
    )


def _share(share: Share) -> str:
    low, high = share.interval
    return (
        f"<dd>{share.value:.1%}<small>{low:.1%} to {high:.1%}, {share.right:,} of {share.all:,}</small></dd>"
    )


def _changes(changes: Comparison, accepted: Result, result: Result) -> str:
    return (
        "<h2>Since the accepted model</h2>"
        f"<p>Understood in full: {accepted.complete.value:.1%} then, {result.complete.value:.1%} now. Of "
        f"{changes.both:,} sentences that were asked both times, {len(changes.better)} got better and "
        f"{len(changes.worse)} worse.</p>" + _pairs("worse", changes.worse) + _pairs("better", changes.better)
    )


def _pairs(kind: str, pairs: Sequence[tuple[Sentence, Sentence]]) -> str:
    rows = [(_text(new), html.escape(new.meant), _taken(old), _taken(new)) for old, new in pairs]
    return _table(kind, ("sentence", "meant", "then", "now"), rows) if rows else ""


def _lost(as_text: Result, result: Result) -> str:
    """What is understood when it is read and not when it is heard."""
    read = {(each.text, each.meant): each for each in as_text.sentences}
    lost = [
        (read[key], each)
        for each in result.sentences
        if (key := (each.text, each.meant)) in read and read[key].is_complete and not each.is_complete
    ]
    loss = as_text.complete.value - result.complete.value
    rows = [
        (html.escape(new.text), html.escape(new.heard or ""), html.escape(new.meant), _taken(new))
        for _, new in lost
    ]
    return (
        f"<h2>What recognition costs</h2><p>{loss:.1%} of {len(result.sentences):,} sentences: understood as "
        "text and not as heard.</p>" + _table("", ("said", "heard", "meant", "taken"), rows)
    )


def _scores(scores: Iterable[Score]) -> str:
    rows = [
        (
            html.escape(each.name),
            str(each.wanted),
            f"{each.precision:.1%}",
            f"{each.recall:.1%}",
            f"{each.f1:.1%}",
            f"{each.interval[0]:.1%} to {each.interval[1]:.1%}",
        )
        for each in sorted(scores, key=lambda each: each.f1)
    ]
    return _table("", ("name", "sentences", "precision", "recall", "F1", "interval"), rows, numbers=1)


def _wrong(sentences: Sequence[Sentence]) -> str:
    rows = [
        (
            _text(each),
            html.escape(each.meant),
            html.escape(each.intent),
            _taken(each),
            f"{each.confidence:.0%}",
        )
        for each in sentences
    ]
    return _table("", ("sentence", "meant", "likeliest", "taken", "sure"), rows, numbers=4)


def _wrong_names(sentences: Iterable[Sentence]) -> str:
    def marks(each: Sentence, kind: str) -> str:
        text = each.text if each.heard is None else each.heard
        return html.escape(
            ", ".join(f"{n}: {text[s:e] if s >= 0 else '–'}" for n, s, e in getattr(each, kind))
        )

    wrong = [each for each in sentences if each.is_right and not each.is_complete][:_WORST]
    rows = [(_text(each), marks(each, "wanted") or "none", marks(each, "found") or "none") for each in wrong]
    return _table("", ("sentence", "names in it", "found"), rows)


def _text(each: Sentence) -> str:
    heard = (
        f"<br>heard: {html.escape(each.heard)}" if each.heard is not None and each.heard != each.text else ""
    )
    return html.escape(each.text) + heard


def _taken(each: Sentence) -> str:
    words = "not understood" if each.taken == "nlu_fallback" else each.taken
    return html.escape(words + ("" if each.is_complete or not each.is_right else ", names wrong"))


def _table(
    kind: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int | None = None
) -> str:
    """Cells are HTML already; from the column `numbers` on they are figures."""
    if not rows:
        return "<p>None.</p>"
    first = len(head) if numbers is None else numbers

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=n' if place >= first else ''}>{cell}</{tag}>" for place, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{cells("th", head)}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
