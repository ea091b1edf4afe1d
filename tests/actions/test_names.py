import pytest

from assistant.actions.names import Payee, Payees, Unclear, pick, resolve
from assistant.actions.question import Choice
from tests.actions.ledger import paid, transfer

ORDINALS = ("first", "second", "third")
PAYEES = Payees.of(
    [
        paid("-5", "Tesco"),
        paid("-5", "Tesco Express"),
        paid("-5", "Tesco Metro"),
        paid("-5", "McDonald's"),
        paid("-5", "Café des Arts"),
        paid("-5", "Starbucks"),
        transfer("-5", "Martin Durand"),
        transfer("-5", "Martine Durand"),
        transfer("-5", "Tom Baker"),
        transfer("-5", "Liffey Homes"),
    ]
)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("mcdonalds", "McDonald's"),
        ("cafe des arts", "Café des Arts"),
        ("tom", "Tom Baker"),
        ("martine durand", "Martine Durand"),
        ("Martin Durand", "Martin Durand"),
        ("star bucks", "Starbucks"),
        ("starbuck", "Starbucks"),
        ("liffy homes", "Liffey Homes"),
    ],
)
def test_names_are_found_as_they_are_said_and_heard(said: str, name: str) -> None:
    payee = PAYEES.named(said)
    assert (payee.display, payee.names) == (name, frozenset({name.casefold()}))


def test_people_are_told_from_shops() -> None:
    assert PAYEES.named("tom baker").is_person
    assert not PAYEES.named("starbucks").is_person


def test_a_name_from_another_month_keeps_a_similar_one_from_being_taken() -> None:
    payees = Payees.of([paid("-5", "Costa"), transfer("-5", "Martin Durand")], ["Costco", "Martine Durand"])
    assert payees.named("costco") == Payee("Costco", frozenset({"costco"}))
    assert Payees.of([paid("-5", "Costa")]).named("costco").display == "Costa"
    assert payees.named("durand").display == "Martin Durand"


def test_branches_are_one_shop() -> None:
    tesco = PAYEES.named("tesco")
    assert (tesco.display, tesco.names) == ("Tesco", frozenset({"tesco", "tesco express", "tesco metro"}))


def test_people_who_share_a_name_are_asked_about() -> None:
    for said in ("durand", "martin"):
        with pytest.raises(Unclear) as unclear:
            PAYEES.named(said)
        assert unclear.value.choice == Choice("merchant", ("Martin Durand", "Martine Durand"))


@pytest.mark.parametrize("said", ["harrods", "xylophone shop", "?!", "ikea"])
def test_nobody_is_guessed(said: str) -> None:
    payee = PAYEES.named(said)
    assert payee.names == {said}


def test_an_unknown_name_is_written_like_a_name() -> None:
    assert PAYEES.named("harvey nichols").display == "Harvey Nichols"


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("martine durand", "Martine Durand"),
        ("the first one please", "Martin Durand"),
        ("the second", "Martine Durand"),
        ("I meant Martin Durand", "Martin Durand"),
        ("martine", "Martine Durand"),
        ("martin", "Martin Durand"),
        ("martine please", "Martine Durand"),
        ("durand", None),
        ("", None),
        ("how much did I spend at the first restaurant in Paris last month", None),
        ("tom", None),
    ],
)
def test_answering_the_open_question(text: str, option: str | None) -> None:
    assert pick(text, ("Martin Durand", "Martine Durand"), ORDINALS, 3) == option


def test_resolving_nothing() -> None:
    assert resolve("", ["Tesco"]) == []
    assert resolve("tesco", []) == []


def test_another_question_is_no_answer() -> None:
    options = ("Everyday account", "Rainy day savings")
    assert pick("what is in my savings", options, ORDINALS, 0) is None
    assert pick("my savings", options, ORDINALS, 0) == "Rainy day savings"
