"""Reading a bank's JSON strictly: the right type or no answer at all.

Every function takes the object and the name of a member. `UnreadableError` names the member and
never its value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.money import Money

Json = Mapping[str, Any]


class UnreadableError(ValueError):
    """The answer is JSON, but not what the protocol promises."""


def text(source: Json, name: str) -> str:
    """A member that must be there. Raises UnreadableError when it is missing, empty or no text."""
    value = optional_text(source, name)
    if not value:
        raise UnreadableError(f"{name} is missing")
    return value


def optional_text(source: Json, name: str) -> str:
    """Empty when the member is missing or null; without space around it."""
    value = source.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadableError(f"{name} is no text")
    return value.strip()


def flag(source: Json, name: str) -> bool | None:
    """True or false, also from banks that write them as texts; None when the member is missing."""
    value = source.get(name)
    if value is None or isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise UnreadableError(f"{name} is neither true nor false")


def day(source: Json, name: str) -> date | None:
    """None when the member is missing."""
    value = optional_text(source, name)
    if not value:
        return None
    # Python 3.11 reads week dates and dates without dashes too; the protocol knows neither.
    if len(value) != 10 or value[4] != "-" or value[7] != "-":
        raise UnreadableError(f"{name} is no date")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise UnreadableError(f"{name} is no date") from error


def money(source: Json, name: str) -> Money:
    """An `Amount` object that must be there."""
    amount = member(source, name)
    try:
        return Money.parse(amount.get("amount"), amount.get("currency"))
    except ValueError:
        # Not chained: the reason holds the amount.
        raise UnreadableError(f"{name} is no amount") from None


def member(source: Json, name: str) -> Json:
    """An object that must be there."""
    value = source.get(name)
    if not isinstance(value, dict):
        raise UnreadableError(f"{name} is no object")
    return value


def optional_member(source: Json, name: str) -> Json:
    """Empty when the object is missing or null."""
    return {} if source.get(name) is None else member(source, name)


def objects(source: Json, name: str) -> Sequence[Json]:
    """A list of objects that must be there."""
    values = source.get(name)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise UnreadableError(f"{name} is no list of objects")
    return values


def optional_objects(source: Json, name: str) -> Sequence[Json]:
    """Empty when the list is missing or null."""
    return () if source.get(name) is None else objects(source, name)


def links(source: Json) -> dict[str, str]:
    """`_links` as address by name; whatever else a bank puts there is left out."""
    found: dict[str, str] = {}
    for name, value in optional_member(source, "_links").items():
        href = value.get("href") if isinstance(value, dict) else value
        if isinstance(href, str) and href:
            found[name] = href
    return found
