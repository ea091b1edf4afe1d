import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.matching import MARGIN, MINIMUM, candidates, ranked

NAMES = [
    *("Tesco Express", "Lidl", "Aldi", "Starbucks", "Costa Coffee", "Spotify", "Netflix", "Amazon", "IKEA"),
    *("Shell", "Uber", "Ryanair", "Boots", "Zara", "McDonald's", "The Corner Bakery", "Vodafone", "City Gym"),
    *("Green Garden Restaurant", "Dublin Bus", "Marie Dubois", "Tom Baker", "Liffey Homes", "Café des Arts"),
    *("Brightwater Design", "Electric Ireland", "Harbour Visa", "Everyday account", "Rainy day savings"),
    *("Joint account", "Sterling account"),
]


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("star bucks", "Starbucks"),
        ("starbuck", "Starbucks"),
        ("little", "Lidl"),
        ("lidle", "Lidl"),
        ("all d", "Aldi"),
        ("sara", "Zara"),
        ("costa", "Costa Coffee"),
        ("rain air", "Ryanair"),
        ("ry an air", "Ryanair"),
        ("spot if i", "Spotify"),
        ("net flicks", "Netflix"),
        ("i kea", "IKEA"),
        ("macdonalds", "McDonald's"),
        ("mc donalds", "McDonald's"),
        ("liffy", "Liffey Homes"),
        ("the corner bakerie", "The Corner Bakery"),
        ("green garden", "Green Garden Restaurant"),
        ("voda phone", "Vodafone"),
        ("mary dubois", "Marie Dubois"),
        ("tom barker", "Tom Baker"),
        ("amazing", "Amazon"),
        ("boats", "Boots"),
        ("cafe des arts", "Café des Arts"),
        ("joined account", "Joint account"),
        ("every day account", "Everyday account"),
        ("rainy day", "Rainy day savings"),
    ],
)
def test_what_a_recogniser_writes_is_found(heard: str, meant: str) -> None:
    assert candidates(heard, NAMES) == [meant]


@pytest.mark.parametrize(
    "heard",
    [
        *("harrods", "xylophone shop", "?!", "", "marks and spencer", "nando's", "nike", "primark", "apple"),
        *(
            "pension account",
            "business account",
            "harvey nichols",
            "the pharmacy",
            "peter baker",
            "sainsburys",
        ),
    ],
)
def test_nobody_is_guessed(heard: str) -> None:
    assert candidates(heard, NAMES) == []


def test_names_that_sound_alike_are_both_told() -> None:
    people = ["Martin Durand", "Martine Durand", "Tom Baker"]
    assert candidates("martine", people) == ["Martine Durand", "Martin Durand"]
    assert candidates("martin", people) == ["Martin Durand", "Martine Durand"]


def test_spelling_and_sound_both_count() -> None:
    same_sound, same_letters = ranked("zarah", ["Zara", "Zahra"])
    assert same_sound.name == "Zara"
    assert MINIMUM < same_letters.score < same_sound.score < 1


def test_the_margin_decides_who_is_too_close_to_tell() -> None:
    order = ranked("martine", ["Martine Durand", "Martin Durand"])
    gap = order[0].score - order[1].score
    assert 0 < gap < MARGIN
    assert candidates("martine", ["Martine Durand", "Martin Durand"], margin=gap / 2) == ["Martine Durand"]


@given(st.text(max_size=30), st.lists(st.text(max_size=20), max_size=5))
def test_any_text_is_ranked(said: str, names: list[str]) -> None:
    order = ranked(said, names)
    assert {each.name for each in order} == set(names)
    assert all(0 <= each.score <= 1 for each in order)
    assert [each.score for each in order] == sorted((each.score for each in order), reverse=True)
    assert set(candidates(said, names)) <= set(names)


@given(st.text("abcdefgh", min_size=1, max_size=12))
def test_a_name_is_itself(name: str) -> None:
    assert ranked(name, [name])[0].score == 1
    assert ranked(name.upper(), [name])[0].score == 1
