"""Failures that a tester orders for the next calls of a bank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

from assistant.sandbox.refusals import STATUS_OF

LONGEST_DELAY = 120.0
"""Seconds."""


class FaultKind(str, Enum):
    DELAY = "delay"
    """The right answer, `seconds` late."""
    ERROR = "error"
    """Message code `code`, with HTTP status `status` when that is given."""
    MALFORMED = "malformed"
    """Half of the right JSON."""
    TYPES = "types"
    """The right answer, but every `field` has a value of another type."""
    PAGE = "page"
    """A web page with status 200 in place of the answer."""
    RESET = "reset"
    """The connection is reset: before the work nothing is sent, after it half of the answer."""


class Moment(str, Enum):
    """When a fault strikes: before the bank has done what it was asked for, or after."""

    BEFORE = "before"
    AFTER = "after"


_USUALLY_BEFORE = frozenset({FaultKind.DELAY, FaultKind.ERROR})
_ALWAYS_AFTER = frozenset({FaultKind.MALFORMED, FaultKind.TYPES, FaultKind.PAGE})
"""Those that need the right answer, or that stand in its place."""


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    when: Moment
    path: str = "/*"
    """Shell pattern over method and path below the bank's prefix: `/accounts*`, `GET /consents/*`."""
    calls: int = 1
    """How many calls meet it."""
    seconds: float = 0.0
    code: str = "INTERNAL_SERVER_ERROR"
    status: int = 500
    field: str = "amount"

    @classmethod
    def read(cls, order: Mapping[str, Any]) -> Fault:
        """Raises ValueError that says what is wrong with the order."""
        named: dict[str, Any] = {
            name: str(order[name]) for name in ("path", "code", "field") if name in order
        }
        kind = FaultKind(order.get("kind"))
        usual = Moment.BEFORE if kind in _USUALLY_BEFORE else Moment.AFTER
        fault = cls(
            kind=kind,
            when=Moment(order.get("when", usual)),
            calls=int(order.get("calls", 1)),
            seconds=float(order.get("seconds", 0)),
            **named,
        )
        if fault.code not in STATUS_OF:
            raise ValueError(f"unknown code {fault.code!r}; known are {', '.join(STATUS_OF)}")
        if fault.calls < 1 or not 0 <= fault.seconds <= LONGEST_DELAY:
            raise ValueError(f"calls must be 1 or more, seconds from 0 to {LONGEST_DELAY:g}")
        if fault.kind in _ALWAYS_AFTER and fault.when is Moment.BEFORE:
            raise ValueError(f"{fault.kind.value} is possible only after the work")
        return replace(fault, status=int(order.get("status", STATUS_OF[fault.code])))


class Faults:
    """Ordered failures of one bank, first ordered first served."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def order(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def waiting(self) -> list[Fault]:
        return list(self._waiting)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this call meets, if any."""
        for index, fault in enumerate(self._waiting):
            if fnmatchcase(path, fault.path) or fnmatchcase(f"{method} {path}", fault.path):
                if fault.calls == 1:
                    del self._waiting[index]
                else:
                    self._waiting[index] = replace(fault, calls=fault.calls - 1)
                return fault
        return None


def with_other_type(body: Any, field: str) -> Any:
    """A copy in which every `field` holds a value of another JSON type."""
    if isinstance(body, dict):
        return {
            name: _other_type(value) if name == field else with_other_type(value, field)
            for name, value in body.items()
        }
    if isinstance(body, list):
        return [with_other_type(value, field) for value in body]
    return body


def _other_type(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return 0
    if isinstance(value, list):
        return {"0": value}
    if isinstance(value, dict):
        return [value]
    return str(value)
