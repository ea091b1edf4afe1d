"""The smallest assistant that understands something: it trains in seconds."""

from __future__ import annotations

from pathlib import Path

CONFIG = """
recipe: default.v1
language: en
assistant_id: colours
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- name: LogisticRegressionClassifier
policies:
- name: RulePolicy
"""
DOMAIN = """
intents: [red, colour]
slots:
  colour:
    type: text
    influence_conversation: false
    mappings:
    - {type: from_intent, intent: red, value: red}
responses:
  utter_noted:
  - text: Noted.
  utter_colour:
  - text: The colour is {colour}.
"""
NLU = """
nlu:
- intent: red
  examples: |
    - make it red
    - i want red
- intent: colour
  examples: |
    - what colour is it
    - tell me the colour
"""
RULES = """
rules:
- rule: red
  steps: [{intent: red}, {action: utter_noted}]
- rule: colour
  steps: [{intent: colour}, {action: utter_colour}]
"""
HUE = """
- intent: hue
  examples: |
    - which hue did we choose
    - the hue please
"""


def write(data: Path, *, hue: bool) -> None:
    folder = data / "nlu_data" / "en"
    for name in ("nlu", "domain"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    more = "  utter_hue:\n  - text: The hue is {colour}.\n" if hue else ""
    rule = "- rule: hue\n  steps: [{intent: hue}, {action: utter_hue}]\n" if hue else ""
    (data / "config.yml").write_text(CONFIG, "utf-8")
    domain = DOMAIN.replace("colour]", "colour, hue]") if hue else DOMAIN
    (folder / "domain" / "domain.yml").write_text(domain + more, "utf-8")
    (folder / "nlu" / "nlu.yml").write_text(NLU + (HUE if hue else ""), "utf-8")
    (folder / "rules.yml").write_text(RULES + rule, "utf-8")
    (folder / "stories.yml").write_text("stories: []\n", "utf-8")
