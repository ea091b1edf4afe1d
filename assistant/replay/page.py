"""One self-contained page of a run: every failed turn can be heard, seen and replayed by its command."""

from __future__ import annotations

import base64
import io
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import Template

import numpy as np
from markupsafe import Markup

from assistant.audio.frames import Samples
from assistant.errors import AudioError, StorageError
from assistant.replay.cases import Case
from assistant.replay.measures import Measures
from assistant.replay.results import CaseResult, Kind, TurnResult
from assistant.replay.sounds import sounds_of
from assistant.settings import SAMPLE_RATE

_TEMPLATE = Path(__file__).with_name("page.html")
MOST = 200
"""Failures that are shown: with their sounds some 100 kB each. All of them are in the other files."""
_BARS = 300
"""Of the waveform."""
_UNSURE = 0.9
"""Confidence of a word below which it is marked."""


def write_page(path: Path, results: Iterable[CaseResult], cases: Iterable[Case], measures: Measures) -> None:
    """`results` and `cases` of the whole run, in any order; neither is kept. Raises StorageError."""
    shown: dict[str, CaseResult] = {}
    for result in results:
        if not result.passed and len(shown) < MOST:
            shown[result.id] = result
    found = {case.id: case for case in cases if case.id in shown}
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    failed = measures.cases - measures.passed
    content = template.substitute(
        passed=f"{measures.passed:,}",
        failed=f"{failed:,}",
        colour="bad" if failed else "good",
        about=_about(measures, len(shown)),
        figures=_figures(measures),
        failures=Markup("\n").join(_sections(shown, found)),
    )
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error


def _about(measures: Measures, shown: int) -> Markup:
    left_out = measures.cases - measures.passed - shown
    rest = f" {left_out:,} failures are not shown here; they are in results.jsonl." if left_out else ""
    return Markup("{} cases, {} s of sound. Intervals hold the true value 95 times in 100.{}").format(
        f"{measures.cases:,}", f"{measures.seconds:,.0f}", rest
    )


def _figures(measures: Measures) -> Markup:
    rows = [(name, str(rate)) for name, rate in measures.rates.items() if rate.total]
    rows += [
        (
            f"{stage}, ms",
            f"p50 {times.p50:,.0f} ({times.low:,.0f} to {times.high:,.0f}), p95 {times.p95:,.0f}",
        )
        for stage, times in measures.times.items()
    ]
    return Markup("").join(Markup("<tr><td>{}</td><td>{}</td></tr>").format(*row) for row in rows)


def _sections(shown: Mapping[str, CaseResult], cases: Mapping[str, Case]) -> Iterator[Markup]:
    for kind in Kind:
        found = [result for result in shown.values() if result.kind is kind]
        if found:
            yield Markup("<h2>{} ({})</h2>").format(kind.value, len(found))
        for result in found:
            yield _article(result, cases.get(result.id))


def _article(result: CaseResult, case: Case | None) -> Markup:
    name = ", ".join(filter(None, (result.scenario, result.variation)))
    sounds = _sounds(case)
    turns = [_turn(turn, sounds.get(turn.number)) for turn in result.turns]
    crash = Markup("<p class=bad>{}</p>").format(result.crash) if result.crash else Markup("")
    return Markup("<article><h3>{}</h3><p class=where>{}</p>{}{}{}</article>").format(
        name, result.file, crash, Markup("").join(turns), _command(case) if case else ""
    )


def command_of(case: Case) -> str:
    """What to type to replay this very case, its turns on the screen."""
    words = ["assistant", "replay", str(case.scenario.file), *case.variation.arguments()]
    if case.scenario.line:  # else it is a recording by itself
        words.append(f"--only={case.scenario.name}")
    return shlex.join([*words, "--results=out/again"])


def _command(case: Case) -> Markup:
    command = command_of(case)
    return Markup(
        '<p class=command><code>{}</code><button type=button data-command="{}">Copy</button></p>'
    ).format(command, command)


def _sounds(case: Case | None) -> dict[int, Samples]:
    """Made anew from the recordings: they are not kept during a run."""
    found: dict[int, Samples] = {}
    number = 0
    try:
        for turn in case.scenario.turns if case else ():
            for sound in sounds_of(turn, case.variation if case else None):
                number += 1
                if sound is not None:
                    found[number] = sound
    except AudioError:
        pass  # the result says what is wrong with the recording
    return found


def _turn(turn: TurnResult, sound: Samples | None) -> Markup:
    problems = Markup("").join(
        Markup("<dt class=bad>{}</dt><dd class=bad>{}</dd>").format(each.kind.value, each.text)
        for each in turn.problems
    )
    found = ", ".join(f"{name}: {value}" for name, value in turn.entities)
    answers = " / ".join(f"{reply['response']}: {reply['screen']}" for reply in turn.replies)
    rows = [
        ("said", turn.said),
        ("heard" if turn.spoken else "typed", turn.heard),
        ("understood", f"{turn.intent} {turn.confidence:.0%}" + (f", {found}" if found else "")),
        ("answered", answers or turn.failure),
    ]
    facts = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*row) for row in rows if row[1])
    body = _heard(turn, sound) if turn.problems and sound is not None else Markup("")
    return Markup("<section class=turn><dl>{}{}</dl>{}{}</section>").format(
        problems, facts, body, _timeline(turn) if turn.problems else ""
    )


def _heard(turn: TurnResult, sound: Samples) -> Markup:
    seconds = max(len(sound) / SAMPLE_RATE, 0.001)
    words = Markup("").join(
        Markup('<span class="{}" style="left:{}%" title="{}">{}<small>{}</small></span>').format(
            "unsure" if confidence < _UNSURE else "",
            f"{100 * start / seconds:.2f}",
            f"{start:.2f} to {end:.2f} s",
            word,
            f"{confidence:.0%}",
        )
        for word, start, end, confidence in turn.words
    )
    return Markup("<audio controls preload=metadata src='{}'></audio>{}<div class=words>{}</div>").format(
        _embedded(sound), _wave(sound), words
    )


def _embedded(sound: Samples) -> str:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, sound, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return "data:audio/flac;base64," + base64.b64encode(file.getvalue()).decode()


def _wave(sound: Samples) -> Markup:
    parts = np.array_split(np.abs(sound.astype(np.int32)), min(_BARS, max(1, len(sound))))
    highest = max(int(np.abs(sound.astype(np.int32)).max(initial=0)), 1)
    bars = [
        f"M{place} {50 - 48 * part.max() / highest:.1f}h.8V{50 + 48 * part.max() / highest:.1f}h-.8z"
        for place, part in enumerate(parts)
        if len(part)
    ]
    return Markup(
        '<svg viewBox="0 0 {} 100" preserveAspectRatio="none" aria-hidden="true"><path d="{}"/></svg>'
    ).format(len(parts), "".join(bars))


def _timeline(turn: TurnResult) -> Markup:
    last = max((at for at, _, _ in turn.timeline), default=0) or 1
    rows = Markup("").join(
        Markup("<tr><td>{} ms</td><td><span class=bar style='width:{}rem'></span> {} {}</td></tr>").format(
            f"{at:,.0f}", f"{8 * at / last:.2f}", kind, what
        )
        for at, kind, what in turn.timeline
    )
    return Markup(
        "<details><summary>What happened when</summary><table class=times>{}</table></details>"
    ).format(rows)
