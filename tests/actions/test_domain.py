"""What the trainers edit and what the actions do must agree."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from rasa_sdk.executor import ActionExecutor
from ruamel.yaml import YAML

NLU_DATA = Path(__file__).parents[2] / "nlu_data" / "en"
ACTIONS = Path(__file__).parents[2] / "assistant" / "actions"


def read(path: Path) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(path))


def domain() -> dict[str, Any]:
    """The files of the folder, put together as Rasa does it."""
    together: dict[str, Any] = {"intents": [], "actions": [], "responses": {}}
    for path in sorted((NLU_DATA / "domain").glob("*.yml")):
        part = read(path)
        together["intents"] += [next(iter(intent)) for intent in part.get("intents", [])]
        together["actions"] += part.get("actions", [])
        together["responses"] |= part.get("responses", {})
    return together


def pairs(conversation: dict[str, Any]) -> list[tuple[str, str]]:
    steps = [step for step in conversation["steps"] if "active_loop" not in step]
    return [
        (intent["intent"], action["action"]) for intent, action in zip(steps[::2], steps[1::2], strict=True)
    ]


def test_the_domain_names_the_actions_that_there_are(executor: ActionExecutor) -> None:
    assert sorted(domain()["actions"]) == sorted(executor.actions)


def test_every_intent_has_one_rule() -> None:
    rules = [pairs(rule) for rule in read(NLU_DATA / "rules.yml")["rules"] if "condition" not in rule]
    assert all(len(rule) == 1 for rule in rules)
    assert sorted(intent for ((intent, _),) in rules) == sorted(domain()["intents"])


def test_stories_agree_with_the_rules() -> None:
    rules = dict(pairs(rule)[0] for rule in read(NLU_DATA / "rules.yml")["rules"] if "condition" not in rule)
    stories = read(NLU_DATA / "stories.yml")["stories"]
    assert stories
    for story in stories:
        for intent, action in pairs(story):
            assert rules[intent] == action, story["story"]


def test_every_response_is_used_and_every_one_used_exists() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in ACTIONS.rglob("*.py"))
    used = set(re.findall(r"utter_[a-z_]*[a-z]", source))
    # Put together from a topic of help or from the kind of a name.
    topics = read(NLU_DATA / "phrases.yml")["help_topics"]
    used |= {f"utter_help_{topic}" for topic in topics} | {"utter_unknown_account", "utter_unknown_bank"}
    used -= {"utter_unknown", "utter_message"}
    # Rasa itself says `utter_default`.
    assert used == set(domain()["responses"]) - {"utter_default"}


def test_every_response_has_one_form_for_the_screen_and_at_most_one_for_speech() -> None:
    for name, variations in domain()["responses"].items():
        channels = [variation.get("channel", "screen") for variation in variations]
        assert channels in (["screen"], ["screen", "speech"]), name


def test_speech_has_no_typographic_helpers() -> None:
    """A table, a bullet, a quotation mark or a bracket cannot be heard."""
    for name, variations in domain()["responses"].items():
        for variation in variations:
            if variation.get("channel") == "speech":
                assert not re.search(r"[•\"()\[\]\n]|\{table\}", variation["text"]), name


def test_loading_the_actions_loads_no_rasa() -> None:
    """`rasa run actions` and a program that only describes a conversation start without TensorFlow."""
    heavy = "{'rasa', 'tensorflow', 'sklearn', 'numpy'} & set(sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", f"import sys, assistant.actions; print({heavy} or 'light')"],
        cwd=NLU_DATA.parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "light"
