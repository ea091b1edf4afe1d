"""The measurements: cross-validation, sentences held out, recordings, and sets of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from assistant.asr.graph_text import normalise
from assistant.asr.recogniser import Recogniser
from assistant.asr.taught import teach
from assistant.audio.recordings import RecordingSource
from assistant.errors import TrainingDataError
from assistant.nlu.examples import (
    Example,
    blocks,
    marked_entities,
    read_examples,
    read_yaml,
    same,
)
from assistant.nlu.training import train
from assistant.replay.reading import read_scenarios
from assistant.replay.words import word_errors
from assistant.settings import Settings
from assistant.training.evaluation.folds import Progress, ask_model, in_folds, in_one_fold
from assistant.training.evaluation.scores import Result, Sentence, Share


def cross_validate(settings: Settings, folds: int, progress: Progress) -> Result:
    """Every utterance of the training data, asked of a model that was trained without it.

    The folds are the same each time: stratified by intent, and drawn by the words alone, so that an added
    utterance changes few others. Raises TrainingDataError or UnderstandingError.
    """
    examples = _distinct(read_examples(settings.nlu_data, settings.data))
    others = [
        item
        for path in sorted(settings.nlu_data.rglob("*.yml"))
        for item in _items(path)
        if "intent" not in item
    ]
    result = in_folds(
        settings, [(each.intent, each.text) for each in examples], others, folds, progress, domain=True
    )
    about = (("measured by", f"cross-validation, {folds} folds"), ("utterances", str(len(examples))))
    return Result("cross-validation", tuple(result), about)


def held_out(settings: Settings, file: Path, progress: Progress) -> Result:
    """Sentences in Rasa's YAML that nothing was trained on, asked of the model of the present data."""
    asked = [
        (block.name, text)
        for block in blocks(read_yaml(file, file.name))
        if block.kind == "intent"
        for _, text in block.lines
    ]
    if not asked:
        raise TrainingDataError(
            f"{file.name}:1: no intent with examples", remedy="Name a file in Rasa's YAML."
        )
    examples = read_examples(settings.nlu_data, settings.data)
    trained = {same(each.text) for each in examples}
    seen = sum(same(text) in trained for _, text in asked)
    model = train(settings, progress)
    progress(f"Asking {len(asked)} sentences.")
    sentences = ask_model(model, asked, marked_entities(examples))
    about = (
        ("measured by", f"sentences held out ({file.name})"),
        ("of them in the training data", str(seen)),
    )
    return Result(file.stem, tuple(sentences), about)


def recordings(settings: Settings, file: Path, progress: Progress) -> tuple[Result, Result]:
    """The recordings of a scenario file (`*.scenario.yml`): as text, and as heard.

    What the first has right and the second has not is what recognition costs. Names count where they are in
    the text word by word. Raises AudioError.
    """
    commands = [
        (turn.audio, turn.say, turn.understood)
        for scenario in read_scenarios(file)
        for turn in scenario.turns
        if turn.audio is not None and turn.say and turn.understood is not None and turn.understood.intents
    ]
    if not commands:
        raise TrainingDataError(
            f"{file.name}:1: no turn with `say`, `audio` and an intent",
            remedy="Name the scenarios of recordings.",
        )
    model = train(settings, progress)
    progress("Teaching the speech model.")
    recogniser = Recogniser(teach(settings).model)
    heard: list[str] = []
    for number, (audio, *_) in enumerate(commands, start=1):
        if number % 10 == 1:
            progress(f"Listening, {number} of {len(commands)}.")
        heard.append(recogniser.transcribe(RecordingSource(audio)).text)
    progress("Understanding what was heard.")
    texts = [normalise(say) for _, say, _ in commands]
    meant = [understood.intents[0] for *_, understood in commands]
    slots = [understood.entities or {} for *_, understood in commands]
    learnt = marked_entities(read_examples(settings.nlu_data, settings.data))
    read = ask_model(model, list(zip(meant, texts, strict=True)), learnt)
    as_text = [_with_slots(each, wanted, learnt) for each, wanted in zip(read, slots, strict=True)]
    asked = ask_model(model, list(zip(meant, heard, strict=True)), learnt)
    as_heard = [
        replace(_with_slots(sentence, wanted, learnt), text=text, heard=sentence.text)
        for sentence, text, wanted in zip(asked, texts, slots, strict=True)
    ]
    counts = [word_errors(text, words) for text, words in zip(texts, heard, strict=True)]
    words = Share(sum(each.errors for each in counts), sum(each.words for each in counts))
    about = (("measured by", f"recordings ({file.name})"), ("words wrong", f"{words.value:.1%}"))
    return (
        Result(f"{file.stem}-text", tuple(as_text), (("measured by", f"the texts of {file.name}"),)),
        Result(file.stem, tuple(as_heard), about),
    )


def dataset(
    settings: Settings, name: str, folder: Path, folds: int, progress: Progress, *, meaning: bool = False
) -> Result:
    """The pipeline of `config.yml` trained and asked on another set: `banking77` or `clinc`.

    With a test part beside the training part that is asked, else the training part is cross-validated. With
    `meaning`, the extra of that name stands before the classifier; without it installed, this raises
    UnderstandingError.
    """
    train_rows = _rows(folder / f"train.{_ENDING[name]}")
    test = folder / f"test.{_ENDING[name]}"
    if test.is_file():
        progress(f"Training on {len(train_rows)} utterances of {name}.")
        rows = _rows(test)
        sentences = in_one_fold(settings, train_rows, rows, [], domain=False, meaning=meaning)
        how = f"the standard split: {len(train_rows)} to train, {len(rows)} to ask"
    else:
        sentences = in_folds(settings, train_rows, [], folds, progress, domain=False, meaning=meaning)
        how = f"cross-validation of the training part, {folds} folds; its test part was not there"
    pipeline = "config.yml, with the extra `meaning`" if meaning else "config.yml"
    about = (("measured by", how), ("set", name), ("pipeline", pipeline))
    return Result(f"{name}-meaning" if meaning else name, tuple(sentences), about)


_ENDING = {"banking77": "csv", "clinc": "tsv"}
DATASETS = tuple(_ENDING)


def _rows(path: Path) -> list[tuple[str, str]]:
    from assistant.training.utterances.files import read_rows

    rows = read_rows(path)
    if not rows:
        raise TrainingDataError(f"{path.name}:1: no utterances", remedy="Name the folder of the data set.")
    return [
        (row.intent.replace("/", " "), " ".join(row.text.replace("[", "(").replace("]", ")").split()))
        for row in rows
    ]


def _with_slots(sentence: Sentence, slots: Mapping[str, Any], learnt: frozenset[str]) -> Sentence:
    """Recordings list names as values, looked for among the words; one that is not there is missed."""
    wanted: list[tuple[str, int, int]] = []
    for entity, value in slots.items():
        if entity not in learnt:
            continue
        words = normalise(str(value))
        start = sentence.text.find(words)
        wanted.append((entity, start, start + len(words)))
    found = tuple(mark for mark in sentence.found if any(mark[0] == each[0] for each in wanted))
    return replace(sentence, wanted=_loosely(wanted, found), found=found)


def _loosely(
    wanted: Sequence[tuple[str, int, int]], found: Sequence[tuple[str, int, int]]
) -> tuple[tuple[str, int, int], ...]:
    """A name that overlaps the wanted one is that one: the actions look names up by sound."""
    return tuple(
        sorted(
            next(
                (f for f in found if f[0] == each[0] and f[1] < each[2] and each[1] < f[2]),
                each,
            )
            for each in wanted
        )
    )


def _distinct(examples: Sequence[Example]) -> list[Example]:
    """Each utterance once: its twin in training would be the answer."""
    kept: dict[str, Example] = {}
    for each in examples:
        kept.setdefault(same(each.text), each)
    return list(kept.values())


def _items(path: Path) -> Iterator[Any]:
    document = YAML(typ="safe").load(path.read_text("utf-8"))
    yield from (document or {}).get("nlu") or () if isinstance(document, dict) else ()
