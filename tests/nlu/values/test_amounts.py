from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from assistant.nlu.values import amounts

Amount = tuple[str, str | None, str | None, str | None]


def read(text: str) -> list[Amount]:
    return [
        (each.value["value"], each.value["currency"], each.value["comparison"], each.value["upper"])
        for each in amounts.find(text)
    ]


def one(value: str, currency: str | None = None, comparison: str | None = None) -> list[Amount]:
    return [(value, currency, comparison, None)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a payment of twenty five pounds fifty", one("25.50", "GBP")),
        ("a hundred and twenty five pounds fifty", one("125.50", "GBP")),
        ("fifty euros and thirty cents", one("50.30", "EUR")),
        ("fifty euros thirty", one("50.30", "EUR")),
        ("fifty euros and nothing else", one("50", "EUR")),
        ("two euro", one("2", "EUR")),
        ("fifty quid", one("50", "GBP")),
        ("fifty pence", one("0.50", "GBP")),
        ("thirty cents", one("0.30")),
        ("50p", one("0.50", "GBP")),
        ("a fiver", one("5")),
        ("two grand", one("2000")),
        ("fifty bucks", one("50")),
        ("€50", one("50", "EUR")),
        ("£1,200.50", one("1200.50", "GBP")),
        ("EUR 50", one("50", "EUR")),
        ("50 eur", one("50", "EUR")),
        ("50.20", one("50.20")),
    ],
)
def test_amounts_as_they_are_said_and_typed(text: str, found: list[Amount]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("two forty five", one("2.45")),
        ("nine ninety nine", one("9.99")),
        ("thirty eight fifty", one("38.50")),
        ("one oh five", one("1.05")),
        ("two forty five euros", one("245", "EUR")),
        ("nine ninety nine euros", one("9.99", "EUR")),
        ("thirty eight fifty euros", one("38.50", "EUR")),
        ("above two fifty", one("250", None, "above")),
        ("above two forty five", one("2.45", None, "above")),
    ],
)
def test_prices_without_their_unit_in_the_middle(text: str, found: list[Amount]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("only the ones above fifty", one("50", None, "above")),
        ("over a hundred euros", one("100", "EUR", "above")),
        ("more than €500", one("500", "EUR", "above")),
        ("at least a thousand", one("1000", None, "above")),
        ("below ten pounds", one("10", "GBP", "below")),
        ("no more than twenty", one("20", None, "below")),
        ("up to fifty euros", one("50", "EUR", "below")),
        ("not under fifty", one("50", None, "above")),
        ("about thirty euros", one("30", "EUR", "about")),
        ("exactly ten euros", one("10", "EUR", "exactly")),
        ("fifty euros or more", one("50", "EUR", "above")),
        ("fifty or less", one("50", None, "below")),
        ("fifty euros and above", one("50", "EUR", "above")),
        ("fifty euros and above twenty dollars", one("50", "EUR") + one("20", "USD", "above")),
        ("fifty euros and up to the twenty dollars", one("50", "EUR") + one("20", "USD", "below")),
        ("between twenty and thirty euros", [("20", "EUR", "between", "30")]),
        ("between £20 and £30.50", [("20", "GBP", "between", "30.50")]),
        ("from ten to twenty", [("10", None, "between", "20")]),
        ("twenty to thirty pounds", [("20", "GBP", "between", "30")]),
    ],
)
def test_comparisons(text: str, found: list[Amount]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        *(
            "the last five transactions",
            "the last two weeks",
            "five times",
            "the first one",
            "the second one",
        ),
        *(
            "three",
            "more than last month",
            "what about tesco",
            "five percent",
            "one of them",
            "over the weekend",
        ),
        *("at two o'clock", "my five accounts", ""),
    ],
)
def test_what_is_no_amount(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("was i charged ninety nine", one("99")),
        ("i paid fifty", one("50")),
        ("a payment of one hundred and twenty", one("120")),
        ("something for sixty", one("60")),
        ("i went there for sixty", []),
        ("one of fifty reasons", one("50")),
    ],
)
def test_a_bare_figure_needs_a_word_of_paying(text: str, found: list[Amount]) -> None:
    assert read(text) == found


def test_several_amounts_and_their_places() -> None:
    text = "above fifty euros or a payment of twenty pounds"
    found = amounts.find(text)
    assert [text[each.start : each.end] for each in found] == ["above fifty euros", "twenty pounds"]


def test_what_is_taken_is_not_taken_again() -> None:
    text = "above fifty"
    assert amounts.find(text, [(6, 11)]) == []


@given(st.integers(1, 9_999), st.integers(10, 99))
def test_every_spoken_amount_with_cents(whole: int, cents: int) -> None:
    said = f"{num2words(whole, lang='en')} pounds {num2words(cents, lang='en')}".replace(",", "")
    assert read(said) == one(_written(Decimal(whole) + Decimal(cents) / 100), "GBP")


@given(st.decimals("0.01", 99_999, places=2, allow_nan=False), st.sampled_from(["€", "£", "$"]))
def test_every_typed_amount(value: Decimal, sign: str) -> None:
    currency = {"€": "EUR", "£": "GBP", "$": "USD"}[sign]
    assert read(f"payments above {sign}{value:,}") == one(_written(value), currency, "above")


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    for each in amounts.find(text):
        assert 0 <= each.start < each.end <= len(text)
        assert Decimal(each.value["value"]) >= 0
        assert each.value["upper"] is None or each.value["comparison"] == "between"


def _written(value: Decimal) -> str:
    return f"{value:f}".removesuffix(".00") if value == int(value) else f"{value:.2f}"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("send fifty to tom", ["50"]),
        ("two fifty", ["2.50", "250"]),
        ("send two forty five euros to anna", ["245", "2.45"]),
        ("nine ninety nine", ["9.99", "999"]),
        ("twenty five fifty", ["25.50"]),
        ("no fifteen no wait sixteen", ["16"]),
        ("one three euros", ["13"]),
        ("fifteen one five euros", ["15"]),
        ("fifteen, one five, euros and fifty, five zero, cents", ["15.50"]),
        ("two five point five zero euros", ["25.50"]),
        ("one oh oh", ["100"]),
        ("five five euros", ["55", "5"]),
        ("five five euros fifty", ["55.50", "5.50"]),
        ("two oh five", ["2.05"]),
        ("pay fifty euros for table twelve", ["50"]),
        ("send it to tom", []),
    ],
)
def test_what_the_last_amount_may_mean(text: str, values: list[str]) -> None:
    assert [f"{value:f}" for value, _ in amounts.meanings(text)] == values
