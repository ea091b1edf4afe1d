"""Mistakes in training data are named with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import TrainingDataError
from assistant.nlu.training import training_files
from assistant.nlu.training_check import check
from assistant.settings import Settings
from tests.conftest import ROOT

GOOD = {
    "config.yml": """
language: en
pipeline:
- name: WhitespaceTokenizer
""",
    "nlu_data/en/domain.yml": """
intents:
- greet
- ask:
    use_entities: [account]
entities:
- account
actions:
- action_answer
responses:
  utter_greet:
  - text: Hello.
""",
    "nlu_data/en/nlu.yml": """
nlu:
- intent: greet
  examples: |
    - hello
- intent: ask
  examples: |
    - my [savings](account)
    - my [pot]{"entity": "account", "value": "savings"}
- synonym: savings
  examples: |
    - pot
""",
    "nlu_data/en/rules.yml": """
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
stories:
- story: ask
  steps:
  - or:
    - intent: ask
    - intent: greet
  - action: action_answer
""",
}

MISTAKES = [
    ("rules.yml", "rules:\n- rule: a\n  steps:\n  - intent: no\n", "4: the domain has no intent `no`"),
    ("rules.yml", "rules:\n- rule: a\n  steps:\n  - action: no\n", "4: the domain has no action `no`"),
    (
        "rules.yml",
        "stories:\n- story: a\n  steps:\n  - or:\n    - intent: no\n",
        "5: the domain has no intent",
    ),
    ("rules.yml", "rules:\n- rule: a\n  steps:\n  - intent: [greet]\n", "4: the domain has no intent"),
    ("rules.yml", "rules:\n- rule: a\n  steps:\n  - intend: greet\n", "4: a step is a mapping such as"),
    ("rules.yml", "rules:\n- rule: a\n  steps:\n  - greet\n", "4: a step is a mapping such as"),
    ("rules.yml", "rules:\n- rule: a\n  steps: greet\n", "2: a rule or story needs `steps`"),
    ("rules.yml", "rules:\n- rule: [a\n", "3: expected ',' or ']'"),
    ("rules.yml", "rules:\n\t- rule: a\n", "2: found character '\\t'"),
    ("rules.yml", "version: '3.1'\nrules: 5\n", "2: `rules` must be a list"),
    ("rules.yml", "version: '3.1'\n\nrules: \x07\n", "3: a control character"),
    ("rules.yml", "- rule: a\n", "1: this file is empty or not a mapping"),
    ("rules.yml", "", "1: this file is empty or not a mapping"),
    ("nlu.yml", "nlu:\n- intent: greet\n  examples: |\n    - hello\n    bye\n", "5: an example begins with"),
    ("nlu.yml", "nlu:\n- intent: ask\n  examples: |\n    - [a](no)\n", "4: the domain has no entity `no`"),
    ("nlu.yml", "nlu:\n- intent: ask\n  examples: |\n    - [a]\n", "4: `[a]` has no entity behind it"),
    ("nlu.yml", "nlu:\n- intent: ask\n  examples: |\n    - [a\n", "4: a bracket is not closed"),
    ("nlu.yml", "nlu:\n- intent: 5\n  examples: |\n    - hello\n", "2: the domain has no intent `5`"),
    ("nlu.yml", "nlu:\n- intent: greet\n  examples: [hello]\n", "3: `examples` must be a text"),
    ("nlu.yml", "nlu:\n- intend: greet\n", "2: expected one of intent"),
    ("nlu.yml", "nlu:\n- greet\n", "2: expected one of intent"),
    ("domain.yml", "intents: greet\n", "1: `intents` must be a list"),
    ("domain.yml", "responses:\n- utter_greet\n", "1: `responses` must be a mapping"),
    ("domain.yml", "responses:\n  utter_greet: Hello.\n", "2: `utter_greet` must be a list"),
    ("domain.yml", "responses:\n  utter_greet:\n  - txt: Hello.\n", "2: `utter_greet` must be a list"),
    ("domain.yml", "intents:\n- greet\nintents:\n- ask\n", "3: found duplicate key"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a small assistant in which nothing is wrong."""
    for name, content in GOOD.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return Settings(data=tmp_path, home=tmp_path)


def test_what_is_in_order_passes(settings: Settings) -> None:
    check(settings.data, training_files(settings))
    ours = Settings(data=ROOT, home=ROOT)
    check(ours.data, training_files(ours))


@pytest.mark.parametrize(("file", "content", "told"), MISTAKES)
def test_a_mistake_is_named_with_file_and_line(
    settings: Settings, file: str, content: str, told: str
) -> None:
    (settings.nlu_data / file).write_text(content, "utf-8")
    with pytest.raises(TrainingDataError) as caught:
        check(settings.data, training_files(settings))
    assert caught.value.detail.startswith(f"nlu_data/en/{file}:{told}")


def test_a_pipeline_that_is_no_list(settings: Settings) -> None:
    settings.nlu_config.write_text("language: en\npipeline: fast\n", "utf-8")
    with pytest.raises(TrainingDataError, match=r"^config\.yml:2: `pipeline` must be a list"):
        check(settings.data, training_files(settings))


def test_text_of_another_encoding(settings: Settings) -> None:
    (settings.nlu_data / "rules.yml").write_bytes("rules: # café\n".encode("latin-1"))
    with pytest.raises(TrainingDataError, match=r"rules\.yml:1: .*UTF-8"):
        check(settings.data, training_files(settings))
