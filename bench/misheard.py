"""What happens to payments that are misheard: `python -m bench.misheard [--count 504]`.

Every command is a dialogue with the real recogniser, Rasa, the actions and the practice bank over HTTP.
Voices are synthetic and none that the speech model learnt from; the thresholds of
`assistant/actions/money/certainty.py` were set on half of them, and the other half is shown beside.
A wrong payment is one that reached the bank, whether it was confirmed there or not.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.progress import track

from assistant.actions.money.certainty import Level, doubt
from assistant.events import Event, Transcript
from assistant.heard import what_is_known
from assistant.nlu.training import train
from assistant.practice import PASSCODE, practice_settings, practising
from assistant.sandbox.process import running_bank
from assistant.sandbox.server import DATABASE_NAME
from assistant.security.guard import Guard
from assistant.security.rules import Limits
from assistant.settings import Settings
from assistant.startup import Desk
from bench.measure import Row, report
from bench.misheard_commands import NOISES, Command, commands
from bench.misheard_person import Dialogue, Person
from bench.misheard_speech import TUNED_ON, there

OUTPUT = Path("out/misheard.json")
DIALOGUES = Path("out/misheard-dialogues.json")
"""Of the last run."""
_PURSE = 100_000_000
"""Cents that the made-up customer is given, so that funds never run out."""


@dataclass(frozen=True, slots=True)
class Payment:
    amount: Decimal
    payee: str
    payer: str
    status: str


@dataclass(frozen=True, slots=True)
class Outcome:
    dialogue: Dialogue
    level: Level
    """Of the first hearing of the command."""
    right: bool
    """Whether the amount was right at the first hearing."""
    payments: tuple[Payment, ...]
    """That reached the bank."""
    wrong: tuple[str, ...]
    """What is wrong with them."""

    @property
    def command(self) -> Command:
        return self.dialogue.command

    @property
    def completed(self) -> bool:
        return len(self.payments) == 1 and not self.wrong and self.payments[0].status in _DONE


_DONE = ("ACSC", "ACCC", "ACSP", "ACCP", "ACTC", "PDNG")


def measure(desk: Desk, database: Path, base_url: str, wanted: Sequence[Command]) -> Iterator[Outcome]:
    accounts = _own_accounts(desk)
    for command in track(wanted, description="dialogues"):
        before = _count(database)
        first = _Heard()
        talk = desk.conversation(name=f"misheard-{command.number}", observers=[first])
        dialogue = Person(talk, command, f"{base_url}/practice").talk()
        payments = _since(database, before, accounts)
        heard = first.transcript
        assert heard is not None
        assert desk.hearing is not None
        calibration = desk.hearing.expecting(None)().model.calibration
        known = {"certainty": heard.confidence, **what_is_known(heard, calibration)}
        found = doubt(heard.text, known)
        right = bool(found.readings) and found.readings[0].value == command.amount
        wrong = tuple(problem for each in payments for problem in _problems(command, each))
        yield Outcome(dialogue, found.level, right, payments, wrong)


class _Heard:
    """Keeps what was heard first."""

    transcript: Transcript | None = None

    def __call__(self, event: Event) -> None:
        if self.transcript is None and isinstance(event, Transcript):
            self.transcript = event


def _problems(command: Command, payment: Payment) -> list[str]:
    problems = []
    if payment.amount != command.amount:
        problems.append(f"{payment.amount} instead of {command.amount}")
    if payment.payee != command.payee:
        problems.append(f"to {payment.payee} instead of {command.payee}")
    if command.source and payment.payer != command.source:
        problems.append(f"from {payment.payer} instead of {command.source}")
    return problems


def _own_accounts(desk: Desk) -> dict[str, str]:
    """What the commands call the account of an IBAN."""
    assert desk.portfolio is not None
    names = {}
    for account in desk.portfolio.accounts().items:
        if account.iban:
            called = "savings" if "savings" in account.name.casefold() else account.name.casefold()
            names[account.iban.replace(" ", "")] = called
    return names


def _count(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("select count(*) from payments").fetchone()[0])


def _since(database: Path, before: int, accounts: dict[str, str]) -> tuple[Payment, ...]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "select body, status from payments order by created_at, rowid limit -1 offset ?", (before,)
        ).fetchall()
    return tuple(_payment(json.loads(body), str(status), accounts) for body, status in rows)


def _payment(body: dict[str, Any], status: str, accounts: dict[str, str]) -> Payment:
    creditor = str(body["creditorAccount"].get("iban", "")).replace(" ", "")
    payer = str(body["debtorAccount"].get("iban", "")).replace(" ", "")
    return Payment(
        Decimal(body["instructedAmount"]["amount"]),
        accounts.get(creditor, str(body.get("creditorName"))),
        accounts.get(payer, payer),
        status,
    )


# --- the table --------------------------------------------------------------------------------


def rows_of(name: str, outcomes: Sequence[Outcome]) -> list[Row]:
    """The figures that are asked for, then the same by strength of noise."""
    wrong = sum(bool(each.wrong) for each in outcomes)
    false_yes = sum(each.dialogue.false_yes for each in outcomes)
    clean = [each for each in outcomes if each.command.snr is None and not each.command.ambiguous]
    again = sum(each.dialogue.asked_again > 0 for each in clean)
    done = sum(each.completed for each in clean)
    rows = [
        Row(f"{name}: payments with a wrong amount, payee or account, of {len(outcomes)}", str(wrong),
            target="0", met=wrong == 0),
        Row(f"{name}: sounds like a yes taken for one", str(false_yes), target="0", met=not false_yes),
        Row(f"{name}: asked again, clean, of {len(clean)}", _share(again, clean), target="≤ 10 %",
            met=again <= 0.1 * len(clean)),
        Row(f"{name}: completed, clean", _share(done, clean), target="≥ 95 %", met=done >= 0.95 * len(clean)),
    ]  # fmt: skip
    for snr in sorted({each for each in NOISES if each is not None}, reverse=True):
        part = [each for each in outcomes if each.command.snr == snr]
        rows.append(_by_noise(f"{name}: {snr:g} dB", part))
    rows.append(_by_noise(f"{name}: clean", clean))
    ambiguous = [each for each in outcomes if each.command.ambiguous]
    rows.append(_by_noise(f"{name}: “two fifty” and the like", ambiguous))
    return rows


def _by_noise(name: str, part: Sequence[Outcome]) -> Row:
    misheard = [each for each in part if not each.right]
    unmarked = sum(each.level is Level.NONE for each in misheard)
    silent = sum(each.dialogue.silent > 0 for each in part)
    again = sum(each.dialogue.asked_again > 0 for each in part)
    done = sum(each.completed for each in part)
    return Row(
        f"{name}, {len(part)} commands",
        f"amount misheard {len(misheard)}, of these unmarked {unmarked}; amount or payee "
        f"read back wrong and unmarked {silent}; "
        f"asked again {_share(again, part)}; completed {_share(done, part)}",
    )


def _share(count: int, of: Sequence[object]) -> str:
    return f"{count / len(of):.1%}" if of else "–"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=504, help="commands (default 504)")
    parser.add_argument("--voices", choices=("all", "held-out", "tuned-on"), default="all")
    options = parser.parse_args(arguments)
    # A command in the background is started deaf to it, and what was measured so far would be lost.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    logging.disable(logging.WARNING)
    model = train(Settings.from_environment(), print)
    voices = [each for each in there() if options.voices in ("all", _part(each))]
    print("Voices (synthetic):", ", ".join(voices))
    with tempfile.TemporaryDirectory(prefix="misheard-") as home:
        settings = practice_settings(replace(Settings.from_environment(), home=Path(home)))
        outcomes: list[Outcome] = []
        try:
            for outcome in run(settings, model, commands(options.count, voices)):
                outcomes.append(outcome)
        except KeyboardInterrupt:
            print(f"Stopped after {len(outcomes)} of {options.count}.")
    report_all(outcomes)


def _part(voice: str) -> str:
    return "tuned-on" if voice in TUNED_ON else "held-out"


def run(settings: Settings, model: Path, wanted: Sequence[Command]) -> Iterator[Outcome]:
    """All dialogues with a practice bank of their own in the home of `settings`."""
    database = settings.sandbox / DATABASE_NAME
    fill_purse(database)
    set_no_limits(settings)
    with practising(settings) as bank, Desk(settings, speaking=False).load(model=model) as desk:
        yield from measure(desk, database, bank.base_url, wanted)


def fill_purse(database: Path) -> None:
    """A bank's database in which the customer has plenty of money."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with running_bank(database):
        pass
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "update accounts set opening = opening + ? where key in ('everyday', 'savings', 'joint')",
            (_PURSE,),
        )


def set_no_limits(settings: Settings) -> None:
    """A day's limit would end the measurement after a dozen payments."""
    guard = Guard.from_settings(settings)
    plenty = Decimal(_PURSE)
    limits = {"EUR": Limits(payment=plenty, day=plenty, new_payee=plenty)}
    guard.set_rules(replace(guard.rules, answers_after=None, limits=limits))
    guard.set_passcode(PASSCODE)


def report_all(outcomes: Sequence[Outcome]) -> None:
    tuned = [each for each in outcomes if each.command.voice in TUNED_ON]
    others = [each for each in outcomes if each.command.voice not in TUNED_ON]
    rows = [
        row
        for name, part in (("held out", others), ("tuned on", tuned))
        if part
        for row in rows_of(name, part)
    ]
    DIALOGUES.parent.mkdir(parents=True, exist_ok=True)
    DIALOGUES.write_text(json.dumps([_shown(each) for each in outcomes], indent=1) + "\n")
    report("Payments in synthetic voices, misheard and not", rows, OUTPUT)
    print(f"every dialogue is in {DIALOGUES}")


def _shown(outcome: Outcome) -> dict[str, object]:
    command = outcome.command
    return {
        "voice": command.voice,
        "snr": command.snr,
        "said": command.text,
        "heard": outcome.dialogue.heard,
        "doubt": outcome.level.name,
        "right": outcome.right,
        "completed": outcome.completed,
        "wrong": [*outcome.wrong, *outcome.dialogue.wrong],
        "turns": outcome.dialogue.turns,
    }


if __name__ == "__main__":
    main()
