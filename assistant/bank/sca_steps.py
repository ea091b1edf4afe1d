"""What one answer of the bank's says about an authorisation. Pure functions over XS2A's objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from assistant.bank.reading import (
    Json,
    UnreadableError,
    links,
    optional_member,
    optional_objects,
    optional_text,
    text,
)


class ScaStatus(str, Enum):
    """XS2A `scaStatus`."""

    RECEIVED = "received"
    IDENTIFIED = "psuIdentified"
    AUTHENTICATED = "psuAuthenticated"
    METHOD_SELECTED = "scaMethodSelected"
    STARTED = "started"
    UNCONFIRMED = "unconfirmed"
    FINALISED = "finalised"
    FAILED = "failed"
    EXEMPTED = "exempted"


DONE = frozenset({ScaStatus.FINALISED, ScaStatus.EXEMPTED})


@dataclass(frozen=True, slots=True)
class ScaMethod:
    id: str
    kind: str
    """XS2A `authenticationType`: SMS_OTP, CHIP_OTP, PHOTO_OTP, PUSH_OTP, SMTP_OTP."""
    name: str
    """The bank's words for it; its kind when it has none."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a one-time code is asked for with."""

    longest: int | None = None
    """Characters of the code at most."""
    digits_only: bool = False
    data: tuple[str, ...] = field(default=(), repr=False)
    """What is typed into a card reader."""
    instructions: str = ""
    """The bank's own words, which the person must be shown."""

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Challenge:
        """What `dataclasses.asdict` made of one, after its way through JSON."""
        return cls(**{**facts, "data": tuple(facts["data"])})


@dataclass(frozen=True, slots=True)
class Step:
    """One answer of the bank's about an authorisation."""

    status: ScaStatus | None
    links: Mapping[str, str]
    methods: tuple[ScaMethod, ...]
    challenge: Challenge
    message: str

    @classmethod
    def read(cls, body: Json) -> Step:
        """Raises UnreadableError."""
        said = optional_text(body, "scaStatus")
        if said and said not in set(ScaStatus):
            raise UnreadableError("scaStatus is unknown")
        return cls(
            status=ScaStatus(said) if said else None,
            links=links(body),
            methods=tuple(map(_method, optional_objects(body, "scaMethods"))),
            challenge=_challenge(optional_member(body, "challengeData")),
            message=optional_text(body, "psuMessage"),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "status": self.status.value if self.status else None,
            "links": dict(self.links),
            "methods": [asdict(method) for method in self.methods],
            "challenge": asdict(self.challenge),
            "message": self.message,
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Step:
        """What `to_json` wrote."""
        return cls(
            ScaStatus(facts["status"]) if facts["status"] else None,
            facts["links"],
            tuple(ScaMethod(**method) for method in facts["methods"]),
            Challenge.from_json(facts["challenge"]),
            facts["message"],
        )

    @property
    def is_over(self) -> bool:
        return self.status in DONE or self.status is ScaStatus.FAILED


def _method(entry: Json) -> ScaMethod:
    kind = text(entry, "authenticationType")
    return ScaMethod(text(entry, "authenticationMethodId"), kind, optional_text(entry, "name") or kind)


def _challenge(entry: Json) -> Challenge:
    longest = entry.get("otpMaxLength")
    if longest is not None and (not isinstance(longest, int) or isinstance(longest, bool) or longest < 1):
        raise UnreadableError("otpMaxLength is no number")
    data = entry.get("data")
    given = [data] if isinstance(data, str) else data or []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise UnreadableError("challengeData.data is no list of texts")
    return Challenge(
        longest=longest,
        digits_only=optional_text(entry, "otpFormat") == "integer",
        data=tuple(given),
        instructions=optional_text(entry, "additionalInformation"),
    )
