"""Nothing of the customer's shows where it must not: logs, errors, objects, other hosts."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.bank.connections import Connection, Connections
from assistant.bank.portfolio import Portfolio
from assistant.bank.wire import Patience, Wire
from assistant.bank.xs2a import Xs2aBank
from assistant.errors import BankError
from assistant.events import Event
from assistant.sandbox.process import RunningBank
from tests.bank.conftest import TODAY, Connect, Hasty
from tests.bank.crooked import Line, Seen, answer, crooked_bank
from tests.bank.customer import Customer, order_fault

SECRET = "8d1f-the-consent"
IBAN = "IE29AIBK93115212345678"


def test_no_log_at_any_level_tells_anything(
    join: Connect,
    practice_bank: RunningBank,
    connections: Connections,
    hasty: Hasty,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    events: list[Event] = []
    person = Customer(practice_bank.base_url)
    made = join("Meadow Bank", person)
    portfolio = Portfolio(connections, patience=hasty.patience, today=lambda: TODAY)
    portfolio.subscribe(events.append)
    order_fault(practice_bank.base_url, "meadow", "reset", path="/accounts", calls=1)
    accounts = portfolio.accounts().items
    portfolio.balances()
    portfolio.transactions(accounts, TODAY - timedelta(days=30), TODAY)
    ours = [record for record in caplog.records if record.name != "asyncio"]
    told = "\n".join([record.getMessage() for record in ours] + [repr(event) for event in events])
    told += repr(accounts) + repr(made) + repr(portfolio) + repr(connections)
    secrets = [made.consent_id, person.password]
    secrets += [account.iban for account in accounts if account.iban]
    assert len(secrets) == 4
    for secret in secrets:
        assert secret not in told
    for event in events:
        for account in accounts:
            assert account.id not in repr(event)


def test_no_traceback_tells_anything(hasty: Hasty) -> None:
    def leak(line: Line, seen: Seen) -> None:
        line.text(f'{{"accounts": [{{"iban": "{IBAN}", "currency": "{SECRET}"')

    def leak_in_an_error(line: Line, seen: Seen) -> None:
        message = {"category": "ERROR", "code": "FORMAT_ERROR", "text": IBAN, "path": IBAN}
        line.json({"tppMessages": [message]}, 400)

    def hang_up(line: Line, seen: Seen) -> None:
        line.reset()

    for behaviour in (leak, leak_in_an_error, hang_up, answer({"accounts": [{"iban": [IBAN]}]})):
        with crooked_bank(behaviour) as crooked:
            wire = Wire("Crooked Bank", crooked.base_url, hasty.patience)
            bank = Xs2aBank(wire, SECRET, asked_by_customer=True)
            for ask in (bank.accounts, bank.consent):
                with pytest.raises(BankError) as error:
                    ask()
                told = "".join(traceback.format_exception(error.value))
                assert SECRET not in told
                assert IBAN not in told


def test_neither_proxy_nor_netrc_of_the_environment_takes_part(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hasty: Hasty
) -> None:
    with (
        crooked_bank(answer({"consentStatus": "valid"})) as proxy,
        crooked_bank(answer({"consentStatus": "valid"})) as bank,
    ):
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login anna password sunflower\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        wire = Wire("Crooked Bank", bank.base_url, hasty.patience)
        Xs2aBank(wire, SECRET, asked_by_customer=True).consent()
        assert proxy.seen == []
        assert "authorization" not in bank.seen[0].headers


def test_secrets_are_not_in_what_objects_show() -> None:
    connection = Connection("Bank", "https://bank.example/v1", "anna-1234", SECRET, None)
    bank = Xs2aBank(Wire("Bank", "https://bank.example/v1", Patience()), SECRET, asked_by_customer=True)
    assert SECRET not in repr(connection) + str(connection) + repr(bank)
    assert "anna-1234" not in repr(connection)
