"""Strict reading: the right type or no answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assistant.bank import reading
from assistant.bank.reading import UnreadableError
from assistant.money import Money

SECRET = "IE29AIBK93115212345678"


def test_texts() -> None:
    assert reading.text({"name": " Anna "}, "name") == "Anna"
    assert reading.optional_text({}, "name") == ""
    assert reading.optional_text({"name": None}, "name") == ""
    values: list[Any] = [7, 7.5, True, [], {}, [SECRET]]
    for wrong in values:
        with pytest.raises(UnreadableError):
            reading.optional_text({"name": wrong}, "name")
    with pytest.raises(UnreadableError):
        reading.text({"name": "  "}, "name")


@pytest.mark.parametrize(
    ("value", "flag"), [(True, True), (False, False), ("true", True), ("false", False), (None, None)]
)
def test_flags_also_as_texts(value: Any, flag: bool | None) -> None:
    assert reading.flag({"flag": value}, "flag") is flag


@pytest.mark.parametrize("value", ["TRUE", "yes", 1, 0, "", []])
def test_what_is_no_flag(value: Any) -> None:
    with pytest.raises(UnreadableError):
        reading.flag({"flag": value}, "flag")


def test_days() -> None:
    assert reading.day({"on": "2026-03-18"}, "on") == date(2026, 3, 18)
    assert reading.day({}, "on") is None
    for wrong in (
        "20260318",
        "2026-W12-3",
        "2026-02-30",
        "18.03.2026",
        "2026-3-18",
        "2026-03-18T00:00",
        20260318,
    ):
        with pytest.raises(UnreadableError):
            reading.day({"on": wrong}, "on")


def test_money() -> None:
    assert reading.money({"a": {"amount": "-12.50", "currency": "EUR"}}, "a") == Money(
        Decimal("-12.50"), "EUR"
    )


@pytest.mark.parametrize(
    "amount",
    [
        {"amount": 12.5, "currency": "EUR"},
        {"amount": 12, "currency": "EUR"},
        {"amount": "12,50", "currency": "EUR"},
        {"amount": "1e3", "currency": "EUR"},
        {"amount": "NaN", "currency": "EUR"},
        {"amount": "12.50", "currency": "euro"},
        {"amount": "12.50"},
        {"currency": "EUR"},
        "12.50",
        [],
        None,
    ],
)
def test_what_is_no_money(amount: Any) -> None:
    with pytest.raises(UnreadableError) as error:
        reading.money({"a": amount}, "a")
    assert "12" not in str(error.value)
    assert error.value.__cause__ is None


def test_lists_and_objects() -> None:
    assert reading.objects({"all": [{}]}, "all") == [{}]
    assert reading.optional_objects({}, "all") == ()
    assert reading.optional_member({"one": None}, "one") == {}
    no_lists: list[Any] = [None, {}, "x", [1], [{}, None]]
    for wrong in no_lists:
        with pytest.raises(UnreadableError):
            reading.objects({"all": wrong}, "all")
    no_objects: list[Any] = [[], "x", 1]
    for wrong in no_objects:
        with pytest.raises(UnreadableError):
            reading.optional_member({"one": wrong}, "one")


def test_links_in_both_spellings() -> None:
    source = {"_links": {"next": {"href": "/a"}, "self": "/b", "odd": 7, "empty": {"href": ""}}}
    assert reading.links(source) == {"next": "/a", "self": "/b"}
    assert reading.links({}) == {}


def test_errors_name_the_member_and_not_its_value() -> None:
    with pytest.raises(UnreadableError, match="iban is no text") as error:
        reading.optional_text({"iban": [SECRET]}, "iban")
    assert SECRET not in str(error.value)
