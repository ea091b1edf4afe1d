"""What `assistant train --check` finds, on a small assistant in which nothing is wrong at first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.nlu.examples import Example
from assistant.nlu.finding import Finding, Severity
from assistant.nlu.training import training_files
from assistant.nlu.training_check import findings
from assistant.settings import Settings
from assistant.training.checks import hearing, neighbours, rules, variety
from tests.conftest import ROOT

DOMAIN = """
intents: [greet, ask, bye]
entities: [account]
slots:
  account:
    type: text
    mappings:
    - {type: from_entity, entity: account}
forms:
  ask_form:
    required_slots: [account]
actions: [action_answer, action_other, action_not_understood]
responses:
  utter_greet:
  - text: Hello.
"""
NLU = """
nlu:
- intent: greet
  examples: |
    - hello
- synonym: savings
  examples: |
    - pot
"""


def assistant(
    folder: Path, *, domain: str = DOMAIN, nlu: str = NLU, rules: str = "", stories: str = ""
) -> Settings:
    data = folder / "nlu_data" / "en"
    (data / "nlu").mkdir(parents=True)
    (data / "domain").mkdir()
    shutil.copy(ROOT / "config.yml", folder)
    (folder / "voices").symlink_to(ROOT / "voices")
    (data / "domain" / "core.yml").write_text(domain, "utf-8")
    (data / "nlu" / "nlu.yml").write_text(nlu, "utf-8")
    (data / "rules.yml").write_text(f"rules:\n{rules}", "utf-8")
    (data / "stories.yml").write_text(f"stories:\n{stories}", "utf-8")
    return Settings(data=folder, home=folder / "home")


def told(settings: Settings) -> list[str]:
    return [str(each) for each in findings(settings.data, training_files(settings))]


def example(text: str, intent: str, line: int) -> Example:
    return Example("nlu.yml", line, intent, text)


def test_nothing_to_say(tmp_path: Path) -> None:
    assert told(assistant(tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"domain": DOMAIN.replace("slots: [account]", "slots: [purse]")},
            "core.yml:10: the form `ask_form`",
        ),
        ({"domain": DOMAIN.replace("entity: account", "entity: purse")}, "core.yml:5: the slot `account` is"),
        (
            {"nlu": NLU.replace("hello", '[a]{"entity": "account", "value": "purse"}')},
            "nlu.yml:5: `a` stands",
        ),
        (
            {"nlu": NLU + "- lookup: purse\n  examples: |\n    - a\n"},
            "nlu.yml:9: the domain has no entity `purse`",
        ),
        (
            {"rules": "- rule: a\n  steps:\n  - slot_was_set:\n    - purse: a\n"},
            "rules.yml:4: the domain has no slot",
        ),
        (
            {
                "rules": "- rule: a\n  condition:\n  - slot_was_set:\n    - purse: a\n"
                "  steps:\n  - intent: ask\n"
            },
            "rules.yml:4: the domain has no slot",
        ),
        (
            {"stories": "- story: a\n  steps:\n  - intent: ask\n    entities:\n    - purse: a\n"},
            "stories.yml:5: the domain has no entity `purse`",
        ),
    ],
)
def test_unknown_names_have_file_and_line(tmp_path: Path, change: dict[str, str], expected: str) -> None:
    (found,) = told(assistant(tmp_path, **change))
    assert expected in found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    nlu = NLU + "- intent: nosuch\n  examples: |\n    - [a](none)\n    - [b\n"
    assert len(told(assistant(tmp_path, nlu=nlu))) == 3


def test_the_same_words_in_two_intents_are_a_mistake_and_twice_in_one_is_idle() -> None:
    found = list(
        neighbours.repeated(
            [
                example("what is in [savings](account)", "ask", 1),
                example("What is in savings?", "greet", 2),
                example("what is in [savings](account)", "ask", 3),
            ]
        )
    )
    assert [(each.line, each.severity) for each in found] == [(2, Severity.ERROR), (3, Severity.WARNING)]
    assert "`ask` at nlu.yml:1" in found[0].text


@pytest.mark.parametrize(
    ("one", "two", "reason"),
    [
        ("pay [tesco](merchant)", "pay [aldi](merchant)", "only the name"),
        ("what did i spend", "what did i spent", "looks like"),
        ("is my balance right", "is my balance write", "sounds like"),
        ("show me the bills", "show me bills", "small word “the”"),
    ],
)
def test_confusable_neighbours(one: str, two: str, reason: str) -> None:
    far = example("something quite different", "bye", 9)
    (found,) = neighbours.confusable([example(one, "ask", 1), far, example(two, "greet", 2)])
    assert reason in found.text
    assert found.severity is Severity.NOTE
    assert not list(neighbours.confusable([example(one, "ask", 1), far, example(two, "ask", 2)]))


@pytest.mark.parametrize(
    ("one", "two"),
    [("that is right", "that is not right"), ("pay tom", "pay ann"), ("more", "more money now")],
)
def test_what_is_told_apart_well_is_not_told(one: str, two: str) -> None:
    assert not list(neighbours.confusable([example(one, "ask", 1), example(two, "greet", 2)]))


def test_too_few_and_too_uniform() -> None:
    few = [example(f"{word} hello", "greet", 1) for word in ("oh", "ah")]
    names = [example(f"pay [shop{n}](merchant)", "ask", n) for n in range(20)]
    starts = [example(f"i want {'very ' * n}much", "bye", n) for n in range(20)]
    good = [example(f"way{n} of saying it", "good", n) for n in range(20)]
    found = list(variety.too_little([*few, *names, *starts, *good]))
    assert [each.text.split("`")[1] for each in found] == ["greet", "ask", "bye"]
    assert "only 1 sentences" in found[1].text
    assert "begin with “i want”" in found[2].text


def test_a_word_that_cannot_be_heard_is_told_with_what_is_heard_instead(tmp_path: Path) -> None:
    settings = assistant(tmp_path)
    lines = [example("hello", "greet", 1), example("is the quibblewick in", "ask", 7)]
    (found,) = hearing.unheard(settings, lines)
    assert (found.line, found.severity) == (7, Severity.NOTE)  # our model learns it
    assert "“quibblewick” is new" in found.text
    assert "it hears “" in found.text


RULES = """
- rule: the first
  steps:
  - intent: ask
  - action: action_answer
- rule: the second
  steps:
  - intent: greet
  - action: utter_greet
"""


def test_rules_that_contradict_each_other_are_told_in_plain_words(tmp_path: Path) -> None:
    """One start of Rasa for all of them, since each takes seconds."""
    contrary = RULES + "- rule: the third\n  steps:\n  - intent: ask\n  - action: action_other\n"
    stories = "- story: a talk\n  steps:\n  - intent: greet\n  - action: action_other\n"
    found = rules.contradictions(assistant(tmp_path, rules=contrary, stories=stories))
    texts = [str(each) for each in found]
    assert any(
        text.startswith("nlu_data/en/rules.yml:11: the rule “the third” goes on with `action_other`")
        and "in the same place “the first” (nlu_data/en/rules.yml:3) with" in text
        for text in texts
    ), texts
    assert any(
        text.startswith("nlu_data/en/stories.yml:2: the story “a talk” goes on with `action_other`")
        for text in texts
    ), texts
    assert not [text for text in texts if "http" in text or "🚨" in text]


def test_messages_of_rasa_made_readable() -> None:
    places = {
        "a": ("rules.yml", 3),
        "b, c": ("rules.yml", 9),
        "s": ("stories.yml", 2),
        "t": ("stories.yml", 8),
    }

    def readable(text: str) -> list[Finding]:
        return list(rules.readable(text, places))

    (long,) = readable("Found rules 'b, c' that contain more than 1 user message. Rules are not meant to …")
    assert str(long).startswith("rules.yml:9: the rule “b, c” has more than 1 turn")
    conflict = "Story structure conflict after intent 'ask':\n  x predicted in 's'\n  y predicted in 't'\n"
    (between,) = readable(conflict)
    assert str(between).startswith(
        "stories.yml:2: “s” (stories.yml:2) and “t” (stories.yml:8) go on differently"
    )
    assert between.text.endswith("`x`, `y`")
    incomplete = (
        "\nIncomplete rules found🚨\n\n- the action 'x' in rule 'a' does not set some slots\nPlease note"
    )
    (missing,) = readable(incomplete)
    assert missing.line == 3
    assert "is incomplete: the action 'x' does not set some slots" in missing.text.replace("  ", " ")
    (unknown,) = readable("Something new about 'a'\nin two lines")
    assert str(unknown) == "rules.yml:3: Something new about 'a' in two lines"
