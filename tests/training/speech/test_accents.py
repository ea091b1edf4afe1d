from pathlib import Path

import pytest

from assistant.asr.graph_lexicon import read_lexicon
from assistant.asr.graph_sounds import Sounds
from assistant.training.speech.accents import british, with_british

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("word", "american", "way"),
    [
        ("four", "F AO R", "F AO"),
        ("card", "K AA R D", "K AA D"),
        ("order", "AO R D ER", "AO D AH"),
        ("last", "L AE S T", "L AA S T"),
        ("dollar", "D AA L ER", "D AO L AH"),
        ("year", "Y IH R", "Y IH AH"),
        ("there", "DH EH R", "DH EH"),
        ("arrived", "ER AY V D", "AH R AY V D"),
    ],
)
def test_what_british_speech_does_by_rule_is_done(word: str, american: str, way: str) -> None:
    assert british({word: [tuple(american.split())]}) == {word: tuple(way.split())}


@pytest.mark.parametrize(
    ("word", "american"),
    [("very", "V EH R IY"), ("three", "TH R IY"), ("first", "F ER S T"), ("man", "M AE N")],
)
def test_what_both_say_alike_has_no_way_of_its_own(word: str, american: str) -> None:
    assert not british({word: [tuple(american.split())]})


def test_a_word_that_the_two_say_as_different_words_stays_as_it_is() -> None:
    assert not british({"schedule": [("S", "K", "EH", "JH", "UH", "L")]})
    assert not british({"card": [("S", "EH", "V", "AH", "N")]})


def test_a_way_that_is_there_is_not_added_again() -> None:
    assert not british({"four": [("F", "AO", "R"), ("F", "AO")]})


def test_only_what_is_asked_for_is_added_and_comes_last() -> None:
    lexicon: dict[str, list[Sounds]] = {"four": [("F", "AO", "R")], "card": [("K", "AA", "R", "D")]}
    assert with_british(lexicon, ["four", "forty"]) == {
        "four": [("F", "AO", "R"), ("F", "AO")],
        "card": [("K", "AA", "R", "D")],
    }


def test_the_shipped_model_knows_numbers_both_ways() -> None:
    lexicon = read_lexicon(ROOT / "voices" / "en" / "speech-model" / "lexicon.txt")
    assert lexicon["four"] == [("F", "AO", "R"), ("F", "AO")]
    assert ("F", "AO", "T", "IY") in lexicon["forty"]
    assert lexicon["card"] == [("K", "AA", "R", "D")]
