"""What the banks were asked and answered, as a file: written masked, played back without any bank."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assistant.bank.connections import Connection
from assistant.bank.exchanges import Exchange
from assistant.bank.private_files import write_private
from assistant.errors import ScenarioError
from assistant.replay.pseudonyms import Pseudonyms

TAPE = ".tape.json"
"""How files end that wait for their bundle."""
_KEY = 32
_LAST_DAY = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Tape:
    banks: tuple[Connection, ...]
    before: tuple[Exchange, ...]
    """While everything was loaded, and in earlier scenarios."""
    asked: tuple[Exchange, ...]
    """From the first turn on."""


def masked(tape: Tape, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """As JSON, with stand-ins for account numbers, cards, codes and tokens; the same ones everywhere."""

    def hidden(each: Exchange) -> dict[str, Any]:
        return {
            **asdict(each),
            "url": pseudonyms.text(each.url),
            "sent": pseudonyms.body(each.sent) if each.sent else "",
            "headers": {name: pseudonyms.text(value) for name, value in (each.headers or {}).items()},
            "received": pseudonyms.body(each.received) if each.received else "",
        }

    return {
        "banks": [
            {"name": each.name, "base_url": each.base_url, "consent": pseudonyms.text(each.consent_id)}
            for each in tape.banks
        ],
        "before": list(map(hidden, tape.before)),
        "asked": list(map(hidden, tape.asked)),
    }


def new_key() -> bytes:
    return os.urandom(_KEY)


def put_by(path: Path, tape: dict[str, Any], key: bytes) -> None:
    """Until the bundle is written, whose rest needs the key for the same stand-ins. Raises StorageError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(path, json.dumps({"key": key.hex(), "tape": tape}))


def take_up(path: Path) -> tuple[dict[str, Any], bytes] | None:
    """None where nothing was put by, as on a machine of a cluster."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return None
    return content["tape"], bytes.fromhex(content["key"])


def read_tape(path: Path, psu_id: str) -> Tape:
    """Raises ScenarioError for a file that is no such recording."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        banks = tuple(
            Connection(str(each["name"]), str(each["base_url"]), psu_id, str(each["consent"]), _LAST_DAY)
            for each in content["banks"]
        )
        before, asked = (tuple(Exchange(**each) for each in content[part]) for part in ("before", "asked"))
        return Tape(banks, before, asked)
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ScenarioError(f"{path}:1: is no recording of a bank") from error
