"""How well the speech model hears: word errors, digits, sums, noise, speed; `make bench-speech`.

Recordings of `tests/audio` are always measured. The recipe's held-out voices (`--work`) and held-out
people (`--data`) are where they exist, and pocketsphinx is measured beside us where it is installed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.asr.adaptation import adapt
from assistant.asr.adaptation_confidence import Calibration
from assistant.asr.adaptation_sentences import utterances
from assistant.asr.grammar import Grammar
from assistant.asr.graph_text import DIGITS
from assistant.asr.hearing import Hearing
from assistant.asr.recogniser import Recogniser
from assistant.training.speech.card import FIGURES
from assistant.training.speech.listen import Heard, hear
from assistant.training.speech.recordings import RATE, Samples, over_a_telephone
from bench.measure import Row, found_of, report
from bench.speech_prototype import prototype_folder, prototype_test
from bench.speech_scores import SURE, Score, percent
from bench.speech_sets import (
    TestSet,
    cut_digits,
    held_out_people,
    held_out_voices,
    prompted_numbers,
    single_digits,
    spoken_commands,
)
from bench.speech_sphinx import sphinx_ear

ROOT = Path(__file__).resolve().parents[1]
NOISES = (24.0, 18.0, 12.0, 6.0)
"""Decibels of speech above noise."""
_TIMED, _HEARINGS = 4, 3
"""One in four recordings is heard three times to tell the speed."""

# Names that no dictionary holds: 10 x 5 x 4 of them.
_ONSETS = ["zor", "quil", "bren", "thav", "mol", "pesk", "drun", "vash", "gwil", "hox"]
_MIDDLES = ["ba", "li", "tro", "men", "du"]
_ENDS = ["ton", "vik", "lo", "sen"]

Ear = Callable[[Samples], Heard]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.speech", description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "voices" / "en" / "speech-model")
    parser.add_argument("--lexicon", type=Path, default=ROOT / "voices" / "en" / "lexicon")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "speech")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--prototype", type=prototype_folder, help="folder of the first prototype's scripts")
    parser.add_argument("--every", type=int, default=1, help="measure only every n-th recording")
    parser.add_argument("--output", type=Path, default=ROOT / "out" / "bench-speech.json")
    options = parser.parse_args(arguments)
    sets = [spoken_commands(ROOT / "tests" / "audio"), held_out_voices(options.work)]
    sets += held_out_people(options.data)
    if options.prototype:
        sets.append(prototype_test(options.prototype, options.work / "prototype"))
    rows = _load_rows(options.model)
    with tempfile.TemporaryDirectory() as folder:
        rows += _adaptation_rows(options.model, options.lexicon, Path(folder))
        for number, test in enumerate(one for one in sets if one.items):
            rows += _measure(test, options, Path(folder) / str(number))
        rows += _digit_rows(options, Path(folder) / "cut")
    report("Hearing", rows, options.output)
    if options.work.is_dir():
        (options.work / FIGURES).write_text(_markdown(rows, options.every), "utf-8")


def _measure(test: TestSet, options: argparse.Namespace, folder: Path) -> list[Row]:
    model, every = options.model, 1 if test.sentences else options.every
    if test.covered:
        words = sorted({word for item in test.items for word in item.text.split()})
        model = adapt(options.model, folder, lexicon=options.lexicon, names=words).model
    elif test.sentences:
        model = adapt(options.model, folder, lexicon=options.lexicon, sentences=test.sentences).model
    calibration = Calibration.of_model(model)
    recogniser = Recogniser(model)

    def ours(samples: Samples) -> Heard:
        return hear(recogniser, samples)

    score = _run(test, ours, every, calibration)
    other = None
    ear = sphinx_ear(model, folder.with_suffix(".sphinx"))
    if ear is not None:
        other = _run(test, ear, every, Calibration())
    rows = _rows(test, score, other)
    if test.banking:
        rows.append(_speed_for_people(test, model, options.lexicon, 2 * every))
        for noise in NOISES:
            noisy = _run(test, ours, 2 * every, calibration, noise)
            target = 0.03 if noise == 12 else None
            rows.append(_word_errors(f"{test.name}, noise {noise:.0f} dB below", noisy, None, target))
    return rows


def _digit_rows(options: argparse.Namespace, folder: Path) -> list[Row]:
    """One digit at a time, when digits are asked for and when they are not."""
    recogniser = Recogniser(options.model)
    rows = []
    for whose, items in (
        ("synthetic", single_digits(options.work)[:: options.every]),
        ("cut out of people's readings", cut_digits(options.data, options.model, folder)),
    ):
        said = [item.text for item in items]
        sounds = [item.samples(None) for item in items]
        rows += _digits(f"one digit ({whose})", recogniser, said, sounds)
        narrow = [over_a_telephone(sound) for sound in sounds]
        rows += _digits(f"one digit ({whose}) over a telephone", recogniser, said, narrow)
    return rows + _prompt_rows(recogniser)


def _prompt_rows(recogniser: Recogniser) -> list[Row]:
    items = prompted_numbers()
    said, sounds = [item.text for item in items], [item.samples(None) for item in items]
    digits = len(set(said) & set(DIGITS))  # they come first
    whose = "a person's, recorded at 8 kHz"
    return [
        *_digits(f"one digit ({whose})", recogniser, said[:digits], sounds[:digits]),
        *_alone(f"one number up to ninety ({whose})", recogniser, said, sounds, said),
    ]


def _digits(what: str, recogniser: Recogniser, said: list[str], sounds: list[Samples]) -> list[Row]:
    return _alone(what, recogniser, said, sounds, [*DIGITS, "oh"])


def _alone(
    what: str, recogniser: Recogniser, said: list[str], sounds: list[Samples], answers: list[str]
) -> list[Row]:
    """One word at a time, when such `answers` are asked for and when they are not."""
    if not said:
        return []

    def right(grammar: Grammar | None) -> int:
        heard = (hear(recogniser, sound, grammar).text for sound in sounds)
        return sum(text == digit for text, digit in zip(heard, said, strict=True))

    asked = right(Grammar(answers))
    return [
        found_of(f"{what}, asked for, right", asked, len(said), 0.97),
        Row(f"{what}, right ({len(said)})", percent(right(None), len(said))),
    ]


def _run(test: TestSet, ear: Ear, every: int, calibration: Calibration, noise: float | None = None) -> Score:
    """Speed is that of the fastest of a few hearings, of some recordings: others use the machine as well."""
    score = Score()
    for number, item in enumerate(test.items[::every]):
        samples = item.samples(noise)
        timed = noise is None and number % _TIMED == 0
        spent = []
        for _ in range(_HEARINGS if timed else 1):
            started = time.process_time()
            heard = ear(samples)
            spent.append(time.process_time() - started)
        if timed:
            score.busy += min(spent)
            score.seconds += len(samples) / RATE
        score.add(item.text, heard, calibration.utterance(heard.confidences), item.group)
    return score


def _rows(test: TestSet, score: Score, other: Score | None) -> list[Row]:
    rows = [_word_errors(test.name, score, other, 0.005 if test.banking else None)]
    worst = max(score.groups.items(), key=lambda pair: pair[1][0] / max(pair[1][1], 1))
    rows.append(Row(f"{test.name}, hardest voice: {worst[0]}", percent(*worst[1])))
    rows.append(Row(f"{test.name}, sentences wholly right", _right(score), _right(other)))
    if score.digits:
        right = percent(score.digits - score.wrong_digits, score.digits)
        bare = percent(other.digits - other.wrong_digits, other.digits) if other else ""
        met = 1 - score.wrong_digits / score.digits >= 0.97
        rows.append(Row(f"{test.name}, digits right ({score.digits})", right, bare, None, "≥ 97 %", met))
    if score.amounts:
        wrong = score.wrong_amounts / score.amounts
        bare = percent(other.wrong_amounts, other.amounts) if other else ""
        name = f"{test.name}, sums wrong ({score.amounts})"
        rows.append(
            Row(name, percent(score.wrong_amounts, score.amounts), bare, None, "≤ 0.3 %", wrong <= 0.003)
        )
        silent = percent(score.silent_amounts, score.amounts)
        rows.append(Row(f"{test.name}, sums wrong and yet surer than {SURE:.0%}", silent))
    rows.append(_speed(f"{test.name}, real-time factor", score, other))
    return rows


def _speed_for_people(test: TestSet, model: Path, lexicon: Path, every: int) -> Row:
    """Somebody who waits is heard in smaller pieces than a recording is, which cost more."""
    hearing = Hearing(model, lexicon)
    recogniser = Recogniser(hearing.plain())
    hearing.close()
    score = _run(test, lambda samples: hear(recogniser, samples), every, Calibration())
    return _speed(f"{test.name}, real-time factor at a microphone", score, None)


def _speed(name: str, score: Score, other: Score | None) -> Row:
    speed = score.busy / score.seconds
    bare = f"{other.busy / other.seconds:.3f}" if other else ""
    ratio = speed / (other.busy / other.seconds) if other else None
    return Row(name, f"{speed:.3f}", bare, ratio, "≤ 0.05", speed <= 0.05)


def _word_errors(name: str, score: Score, other: Score | None, target: float | None) -> Row:
    bare = percent(other.errors, other.words) if other else ""
    ratio = score.word_errors / other.word_errors if other and other.errors else None
    aim = "" if target is None else f"≤ {100 * target:g} %"
    met = None if target is None else score.word_errors <= target
    return Row(
        f"{name}, words wrong ({score.words})", percent(score.errors, score.words), bare, ratio, aim, met
    )


def _right(score: Score | None) -> str:
    return percent(score.sentences - score.wrong_sentences, score.sentences) if score else ""


def _load_rows(model: Path) -> list[Row]:
    """Time to load, measured in this process before anything else has warmed the library up."""
    started = time.perf_counter()
    Recogniser(model)
    spent = time.perf_counter() - started
    size = sum(path.stat().st_size for path in model.rglob("*") if path.is_file()) / 1e6
    return [
        Row("load", f"{spent:.2f} s", "", None, "≤ 0.3 s", spent <= 0.3),
        Row("size", f"{size:.1f} MB", "", None, "≤ 15 MB", size <= 15),
    ]


def _adaptation_rows(model: Path, lexicon: Path, folder: Path) -> list[Row]:
    names = [f"{first}{middle}{last}" for first in _ONSETS for middle in _MIDDLES for last in _ENDS]
    sentences = list(utterances(ROOT / "nlu_data" / "en"))
    rows = []
    for what, target, new, said in (
        (f"learning {len(names)} names", 2.0, names, []),
        (f"language model from {len(sentences)} sentences", 5.0, [], sentences),
    ):
        started = time.perf_counter()
        adapt(model, folder / "adapted", lexicon=lexicon, names=new, sentences=said)
        spent = time.perf_counter() - started
        rows.append(Row(what, f"{spent:.2f} s", "", None, f"≤ {target:g} s", spent <= target))
    return rows


def _markdown(rows: list[Row], every: int) -> str:
    scope = "all recordings" if every == 1 else f"one recording in {every}"
    lines = [
        f"Measured on {scope}, in noise on half of those.",
        "",
        "| what | this model | pocketsphinx | target |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows:
        target = row.target + ("" if row.met is None else " (met)" if row.met else " (not met)")
        lines.append(f"| {row.what} | {row.ours} | {row.bare} | {target} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
