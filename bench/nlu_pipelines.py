"""Pipelines compared on the project's own utterances: `python -m bench.nlu_pipelines [--folds N]`.

Stratified folds of the hand-written examples in `nlu_data/en/nlu`; those of `variations.yml`,
`speakers.yml` and `outside.yml` are always trained on and never asked, or with `--alone` left out, which
takes minutes instead of an hour. Each fold trains and loads in a
process of its own, so that load time and memory are those of a fresh start.
With `--outside FOLDER` (banking77 and clinc, see
docs/nlu.md) it also counts how many questions that belong to nobody here are answered all the same.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from assistant.nlu import quiet
from assistant.nlu.child import run_child
from bench.measure import percentile

ROOT = Path(__file__).resolve().parent.parent
OWN = "assistant.nlu.components"
ADDED = ("variations.yml", "speakers.yml", "outside.yml")
TRAINED_ENTITIES = frozenset({"account", "bank", "merchant", "category", "place", "direction"})
NOT_ANSWERED = frozenset({"out_of_scope", "nlu_fallback"})
THRESHOLDS = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)

_FRONT: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer", "case_sensitive": False},
]
_SPARSE: list[dict[str, Any]] = [
    {"name": "CountVectorsFeaturizer", "min_ngram": 1, "max_ngram": 2},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 2, "max_ngram": 5},
]
_BACK: list[dict[str, Any]] = [{"name": "EntitySynonymMapper"}]


def pipelines() -> dict[str, list[dict[str, Any]]]:
    """By name: ours as it stands in `config.yml`, parts of it exchanged, and DIET."""
    ours = YAML(typ="safe").load(ROOT / "config.yml")["pipeline"]
    kept = [each for each in ours if each["name"] != "FallbackClassifier"]
    values = {"name": f"{OWN}.values.ValueFeaturizer"}
    return {
        "shapes + SVM + CRF (ours)": kept,
        "ours + meaning": _exchanged(
            kept, "MarginClassifier", {"name": f"{OWN}.meaning.MeaningFeaturizer"}, keep=True
        ),
        "shapes + LR + CRF": _exchanged(
            kept, "MarginClassifier", {"name": "LogisticRegressionClassifier", "max_iter": 100}
        ),
        "words + SVM + CRF": _exchanged(kept, "ShapeFeaturizer", _SPARSE[0]),
        "DIET": [
            *_FRONT,
            values,
            {"name": "LexicalSyntacticFeaturizer"},
            *_SPARSE,
            {"name": "DIETClassifier", "epochs": 60, "random_seed": 1, "constrain_similarities": True},
            *_BACK,
        ],
    }


def _exchanged(
    pipeline: Sequence[dict[str, Any]], part: str, other: dict[str, Any], *, keep: bool = False
) -> list[dict[str, Any]]:
    """The same with another component in the place of one, or before it."""
    return [
        new
        for each in pipeline
        for new in (([other, each] if keep else [other]) if each["name"].endswith(part) else [each])
    ]


# --- one fold, in a process of its own ---------------------------------------------------------


def fold(job: Mapping[str, Any]) -> dict[str, Any]:
    """Train, load and ask. Times in seconds, memory in MiB, latencies in milliseconds."""
    quiet.hush()
    folder = Path(job["folder"])
    if job["step"] == "train":
        from rasa.model_training import train_nlu

        started = time.perf_counter()
        train_nlu(
            config=job["config"],
            nlu_data=job["train"],
            output=str(folder),
            fixed_model_name="model",
            domain=str(ROOT / "nlu_data" / "en" / "domain"),
        )
        return {"train_s": time.perf_counter() - started}
    import asyncio

    started = time.perf_counter()
    from rasa.core.agent import Agent

    agent = Agent.load(folder / "model.tar.gz")
    loaded = time.perf_counter() - started

    async def ask() -> tuple[list[dict[str, Any]], list[float]]:
        answers, times = [], []
        await agent.parse_message("warm up")
        for text in job["texts"]:
            asked = time.perf_counter()
            parsed = await agent.parse_message(text)
            times.append((time.perf_counter() - asked) * 1000)
            answers.append(
                {
                    "intent": parsed["intent"]["name"],
                    "confidence": parsed["intent"]["confidence"],
                    "entities": [(each["entity"], each["start"], each["end"]) for each in parsed["entities"]],
                }
            )
        return answers, times

    answers, times = asyncio.run(ask())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"load_s": loaded, "memory_mib": memory, "answers": answers, "times": times}


def _child(job: dict[str, Any]) -> dict[str, Any]:
    done = run_child("bench.nlu_pipelines", Path(job["folder"]), job, "result.json")
    result: dict[str, Any] | None = done.outcome
    if result is None:
        raise RuntimeError(done.printed[-2000:])
    return result


# --- all folds ---------------------------------------------------------------------------------


def compare(folds: int, run: int, outside: Path | None, output: Path, *, alone: bool) -> None:
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.shared.nlu.training_data.training_data import TrainingData
    from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]

    def read(paths: Iterable[Path]) -> Any:
        importer = TrainingDataImporter.load_nlu_importer_from_config(
            str(ROOT / "config.yml"), None, [str(path) for path in paths]
        )
        return importer.get_nlu_data()

    folder = ROOT / "nlu_data" / "en" / "nlu"
    added = [folder / name for name in ADDED]
    data = read(path for path in sorted(folder.glob("*.yml")) if path not in added)
    always = [] if alone else list(read(added).intent_examples)
    examples = list(data.intent_examples)
    splits = list(
        StratifiedKFold(folds, shuffle=True, random_state=1).split(
            examples, [each.get("intent") for each in examples]
        )
    )[:run]
    foreign = _outside(outside)
    results: dict[str, Any] = {}
    for name, pipeline in pipelines().items():
        rows: list[dict[str, Any]] = []
        costs: list[dict[str, float]] = []
        strangers: list[dict[str, Any]] = []
        for train, test in splits:
            with tempfile.TemporaryDirectory() as place:
                _write_config(Path(place), pipeline)
                asked = {_plain(examples[index]) for index in test}
                part = TrainingData(
                    [
                        each
                        for each in [*(examples[index] for index in train), *always]
                        if _plain(each) not in asked
                    ],
                    entity_synonyms=data.entity_synonyms,
                    lookup_tables=data.lookup_tables,
                )
                nlu = Path(place) / "nlu.yml"
                nlu.write_text(part.nlu_as_yaml(), encoding="utf-8")
                job = {"folder": place, "config": str(Path(place) / "config.yml"), "train": str(nlu)}
                trained = _child({**job, "step": "train"})
                texts = [examples[index].get("text") for index in test]
                result = _child({**job, "step": "ask", "texts": [*texts, *foreign]})
            answers = result.pop("answers")
            rows += [
                _row(examples[index], answer)
                for index, answer in zip(test, answers[: len(test)], strict=True)
            ]
            strangers += answers[len(test) :]
            costs.append(
                {
                    "train_s": trained["train_s"],
                    "load_s": result["load_s"],
                    "memory_mib": result["memory_mib"],
                    "p50_ms": percentile(result["times"], 50),
                    "p95_ms": percentile(result["times"], 95),
                }
            )
        results[name] = _summary(rows, costs, strangers)
        print(
            json.dumps(
                {name: {key: value for key, value in results[name].items() if not key.startswith("wrong")}},
                indent=1,
            )
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"written to {output}")


def _plain(example: Any) -> str:
    return str(example.get("text")).lower().strip("?. ")


def _write_config(folder: Path, pipeline: list[dict[str, Any]]) -> None:
    config = {
        "recipe": "default.v1",
        "language": "en",
        "assistant_id": "bench",
        "pipeline": pipeline,
        "policies": [],
    }
    with (folder / "config.yml").open("w", encoding="utf-8") as file:
        YAML().dump(config, file)


def _row(example: Any, answer: Mapping[str, Any]) -> dict[str, Any]:
    # Nobody reads the names in a question that is not answered, so they are not annotated either.
    counts = TRAINED_ENTITIES if example.get("intent") != "out_of_scope" else frozenset()
    expected = {(each["entity"], each["start"], each["end"]) for each in example.get("entities") or ()}
    return {
        "text": example.get("text"),
        "expected": example.get("intent"),
        "intent": answer["intent"],
        "confidence": answer["confidence"],
        "expected_entities": sorted(each for each in expected if each[0] in counts),
        "entities": sorted(tuple(each) for each in answer["entities"] if each[0] in counts),
    }


Rows = Sequence[Mapping[str, Any]]


def _summary(rows: Rows, costs: Sequence[Mapping[str, float]], strangers: Rows) -> dict[str, Any]:
    right = sum(row["intent"] == row["expected"] for row in rows)
    found = sum(len(row["entities"]) for row in rows)
    expected = sum(len(row["expected_entities"]) for row in rows)
    hits = sum(len(set(row["entities"]) & set(row["expected_entities"])) for row in rows)
    return {
        "utterances": len(rows),
        "intent_accuracy": right / len(rows),
        "entity_precision": hits / max(found, 1),
        "entity_recall": hits / max(expected, 1),
        "entity_f1": 2 * hits / max(found + expected, 1),
        **{key: statistics.mean(cost[key] for cost in costs) for key in costs[0]},
        "by_threshold": [_at(threshold, rows, strangers) for threshold in THRESHOLDS],
        "wrong": [
            {key: row[key] for key in ("text", "expected", "intent", "confidence")}
            for row in rows
            if row["intent"] != row["expected"]
        ],
        "wrong_entities": [
            {key: row[key] for key in ("text", "expected_entities", "entities")}
            for row in rows
            if row["entities"] != row["expected_entities"]
        ],
    }


def _at(threshold: float, rows: Rows, strangers: Rows) -> dict[str, float]:
    """Shares of all utterances: understood, asked again though meant for us, answered wrongly."""

    def answered(row: Mapping[str, Any]) -> bool:
        return row["confidence"] >= threshold and row["intent"] not in NOT_ANSWERED

    ours = [row for row in rows if row["expected"] not in NOT_ANSWERED]
    return {
        "threshold": threshold,
        "understood": _share(
            row["intent"] == row["expected"] and row["confidence"] >= threshold for row in ours
        ),
        "asked_again": _share(not answered(row) for row in ours),
        "answered_wrongly": _share(answered(row) and row["intent"] != row["expected"] for row in rows),
        "strangers_answered": _share(answered(row) for row in strangers),
    }


def _share(facts: Iterable[bool]) -> float:
    known = list(facts)
    return sum(known) / len(known) if known else 0.0


def _outside(folder: Path | None) -> list[str]:
    """Out-of-scope questions of CLINC150 (`oos`); nothing of them is ever trained on."""
    if folder is None:
        return []
    lines = (folder / "clinc" / "train.tsv").read_text(encoding="utf-8").splitlines()
    return [text for text, intent, _ in (line.split("\t") for line in lines) if intent == "oos"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--run", type=int, default=None, help="how many of the folds to run")
    parser.add_argument("--alone", action="store_true", help="train on hand-written examples alone")
    parser.add_argument("--outside", type=Path, default=None, help="folder with others' utterances")
    parser.add_argument("--output", type=Path, default=ROOT / "out" / "bench-nlu.json")
    parser.add_argument("job", nargs="?", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.job is not None:
        job = json.loads(arguments.job.read_text(encoding="utf-8"))
        (arguments.job.parent / "result.json").write_text(json.dumps(fold(job)), encoding="utf-8")
        return
    quiet.hush()
    run = arguments.run or arguments.folds
    compare(arguments.folds, run, arguments.outside, arguments.output, alone=arguments.alone)


if __name__ == "__main__":
    main()
