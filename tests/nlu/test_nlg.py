import asyncio
from typing import Any

import pytest
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig, read_endpoint_config

from assistant.nlu.nlg import ScreenAndSpeech
from tests.conftest import ROOT

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
responses:
  utter_both:
    - text: "You have {amount}.\\n{table}"
    - text: "You have {amount}: {items}."
      channel: speech
  utter_one:
    - text: "Goodbye {name}."
"""
)
TRACKER = DialogueStateTracker.from_events("someone", [])


def generate(response: str, **values: Any) -> dict[str, Any] | None:
    return asyncio.run(ScreenAndSpeech(domain=DOMAIN).generate(response, TRACKER, "rest", **values))


def test_both_forms_at_once() -> None:
    message = generate("utter_both", amount="€12.50", table="savings: €12.50", items="savings €12.50")
    assert message is not None
    assert message["text"] == "You have €12.50.\nsavings: €12.50"
    assert message["speech"] == "You have €12.50: savings €12.50."
    assert message["response"] == "utter_both"
    assert message["values"] == {"amount": "€12.50", "table": "savings: €12.50", "items": "savings €12.50"}


def test_one_form_serves_both() -> None:
    message = generate("utter_one", name="Anna")
    assert message is not None
    assert message["text"] == message["speech"] == "Goodbye Anna."


def test_what_the_action_server_adds_is_no_value() -> None:
    message = generate(
        "utter_one", name="Anna", template="utter_one", buttons=[], custom={}, image=None, text=None
    )
    assert message is not None
    assert message["values"] == {"name": "Anna"}


@pytest.mark.parametrize("name", ["{other}", "{{}}", "{0}", "%s", "{speech}"])
def test_a_value_with_braces_stays_as_it_is(name: str) -> None:
    message = generate("utter_one", name=name, other="secret")
    assert message is not None
    assert message["text"] == f"Goodbye {name}."


def test_a_template_that_is_not_there() -> None:
    assert generate("utter_none") is None


def test_rasa_makes_it_from_the_endpoints_file() -> None:
    config = read_endpoint_config(str(ROOT / "endpoints.yml"), "nlg")
    assert isinstance(config, EndpointConfig)
    made = NaturalLanguageGenerator.create(config, DOMAIN)
    assert isinstance(made, ScreenAndSpeech)
    assert set(made.responses) == {"utter_both", "utter_one"}
