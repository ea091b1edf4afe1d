"""What trainers edit is in order: by Rasa's own validation, and by what the actions can use."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.validator import Validator

from assistant.replay.reading import read_scenarios
from tests.conftest import ROOT

DATA = ROOT / "nlu_data" / "en"
FREQUENT = frozenset(
    [
        "check_balance",
        "list_accounts",
        "list_transactions",
        "search_transactions",
        "spending",
        "income",
        "compare_spending",
        "card_usage",
        "account_details",
        "upcoming_payments",
        "recurring_payments",
        "refine",
        "pay",
        "change_payment",
        "finished",
        "payment_news",
    ]
)


@pytest.fixture(scope="module")
def importer() -> TrainingDataImporter:
    return TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"),
        str(DATA / "domain"),
        [str(DATA / "nlu"), str(DATA / "rules.yml"), str(DATA / "stories.yml")],
    )


@pytest.mark.filterwarnings("ignore:The utterance .* is not used")  # the actions use them
def test_rasa_finds_nothing_wrong(importer: TrainingDataImporter) -> None:
    validator = Validator.from_importer(importer)
    assert validator.verify_domain_validity()
    assert validator.verify_intents(ignore_warnings=False)
    assert validator.verify_example_repetition_in_intents(ignore_warnings=False)
    assert validator.verify_utterances_in_stories(ignore_warnings=False)
    assert validator.verify_actions_in_stories_rules()
    assert validator.verify_story_structure(ignore_warnings=False)


def _by_hand() -> Counter[str]:
    importer = TrainingDataImporter.load_nlu_importer_from_config(
        str(ROOT / "config.yml"),
        None,
        [
            str(path)
            for path in sorted((DATA / "nlu").glob("*.yml"))
            if path.name not in ("variations.yml", "speakers.yml", "outside.yml")
        ],
    )
    return Counter(
        str(example.get("intent"))
        for example in {
            each.get("text").lower(): each for each in importer.get_nlu_data().intent_examples
        }.values()
    )


def test_there_are_enough_examples_written_by_hand() -> None:
    counts = _by_hand()
    assert {intent: count for intent, count in counts.items() if intent in FREQUENT and count < 40} == {}
    assert {intent: count for intent, count in counts.items() if count < 15} == {}
    assert counts["out_of_scope"] >= 120


def test_every_entity_that_is_learnt_is_seen_often(importer: TrainingDataImporter) -> None:
    entities = Counter(
        entity["entity"]
        for example in importer.get_nlu_data().training_examples
        for entity in example.get("entities") or ()
    )
    assert set(entities) == {
        *("account", "bank", "merchant", "category", "place", "direction"),
        *("payee", "remittance", "instant", "standing", "whole"),
    }
    assert min(entities.values()) >= 40


def test_every_category_has_the_name_that_the_actions_know(importer: TrainingDataImporter) -> None:
    from assistant.actions.categories import CATEGORIES

    data = importer.get_nlu_data()
    said = {
        data.entity_synonyms.get(str(entity["value"]), entity["value"])
        for example in data.training_examples
        for entity in example.get("entities") or ()
        if entity["entity"] == "category"
    }
    assert said - set(CATEGORIES) == set()
    assert set(CATEGORIES) <= said | set(data.entity_synonyms.values())


def test_nothing_of_the_recorded_set_is_trained_on(importer: TrainingDataImporter) -> None:
    recorded = read_scenarios(ROOT / "tests" / "audio" / "commands.scenario.yml")
    held_out = {_plain(scenario.turns[-1].say) for scenario in recorded}
    trained = {_plain(each.get("text")) for each in importer.get_nlu_data().intent_examples}
    # Everybody says "yes", "stop" and "what's my balance" in these words; longer ones may not coincide.
    assert sum(len(text.split()) > 3 for text in held_out & trained) == 0


def _plain(text: str) -> str:
    return " ".join("".join(sign for sign in text.lower() if sign.isalnum() or sign in " '").split())


def test_stories_and_rules_name_every_intent() -> None:
    rules = (DATA / "rules.yml").read_text(encoding="utf-8")
    domain = Path(DATA / "domain" / "core.yml").read_text(encoding="utf-8")
    intents = {line.split(":")[0].strip(" -") for line in domain.splitlines() if "use_entities" in line}
    assert {intent for intent in intents if f"intent: {intent}\n" not in rules} == set()
