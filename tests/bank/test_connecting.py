"""Connecting and disconnecting at the practice bank, in every way and with every habit it has."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from assistant.bank.connecting import connect, disconnect
from assistant.bank.connections import Connections
from assistant.bank.interface import ConsentStatus
from assistant.bank.portfolio import Portfolio
from assistant.bank.sca import Wish
from assistant.bank.sca_person import LONGEST_POLL
from assistant.bank.sca_steps import ScaMethod
from assistant.bank.wire import Patience, Wire
from assistant.bank.xs2a_consents import consent_status
from assistant.errors import (
    BankUnreachableError,
    ConsentExpiredError,
    ConsentIncompleteError,
    ConsentRevokedError,
    CredentialsError,
    NotOfferedError,
    ScaError,
    ScaTimeoutError,
    SettingsError,
)
from assistant.sandbox.process import RunningBank
from tests.bank.conftest import TODAY, Connect, Hasty
from tests.bank.customer import Customer, practice

HABITS = [
    ["relativeLinks"],
    ["absoluteLinks"],
    ["brokenScheme"],
    ["locationJson"],
    ["acceptedStatus", "germanMessages"],
    ["stringBooleans", "manyBalances"],
]


def habits(server: RunningBank, bank: str, quirks: list[str]) -> None:
    practice(server.base_url, "POST", "quirks", bank=bank, quirks=quirks)


def status_at_the_bank(base_url: str, consent_id: str) -> ConsentStatus:
    return consent_status(Wire("Bank", base_url, Patience()), consent_id)


@pytest.mark.parametrize("method", ["SMS_OTP", "CHIP_OTP"])
def test_with_a_choice_of_methods(
    join: Connect, practice_bank: RunningBank, connections: Connections, method: str
) -> None:
    person = Customer(practice_bank.base_url, method=method)
    made = join("Meadow Bank", person)
    assert person.asked == ["password for Meadow Bank", "method", "code"]
    (challenge,) = person.challenges
    assert challenge.longest == (6 if method == "SMS_OTP" else 8)
    assert challenge.digits_only
    assert challenge.instructions
    assert bool(challenge.data) == (method == "CHIP_OTP")
    assert made.valid_until == date(2026, 9, 14)
    assert connections.all() == (made,)
    assert status_at_the_bank(made.base_url, made.consent_id) is ConsentStatus.VALID


def test_with_one_method_begun_by_the_bank_itself(join: Connect, practice_bank: RunningBank) -> None:
    person = Customer(practice_bank.base_url)
    join("Harbour Bank", person)
    assert person.asked == ["password for Harbour Bank", "code"]
    assert person.messages == ["Please enter the code that your bank has sent you."]


@pytest.mark.parametrize("quirks", HABITS, ids=lambda quirks: "+".join(quirks))
@pytest.mark.parametrize("bank", ["meadow", "harbour"])
def test_untidy_banks(
    join: Connect,
    practice_bank: RunningBank,
    connections: Connections,
    hasty: Hasty,
    bank: str,
    quirks: list[str],
) -> None:
    habits(practice_bank, bank, quirks)
    join(f"{bank.title()} Bank")
    portfolio = Portfolio(connections, patience=hasty.patience, today=lambda: TODAY)
    found = portfolio.balances()
    assert not found.failures
    transactions = portfolio.transactions([account for account, _ in found.items], date(2025, 6, 1), TODAY)
    assert not transactions.failures
    assert len(transactions.items) > 100


def test_a_wrong_code_may_be_corrected(join: Connect, practice_bank: RunningBank) -> None:
    person = Customer(practice_bank.base_url, wrong_codes=2)
    join("Harbour Bank", person)
    assert person.asked.count("code") == 3
    assert person.messages.count(ScaError.say) == 2


def test_three_wrong_codes_end_it(
    join: Connect, practice_bank: RunningBank, connections: Connections
) -> None:
    person = Customer(practice_bank.base_url, wrong_codes=99)
    with pytest.raises(ScaError) as error:
        join("Meadow Bank", person)
    assert person.asked.count("code") == 3
    assert error.value.bank == "Meadow Bank"
    assert connections.all() == ()


@pytest.mark.parametrize("bank", ["Meadow Bank", "Harbour Bank"])
def test_a_wrong_password_is_tried_once(
    join: Connect, practice_bank: RunningBank, connections: Connections, bank: str
) -> None:
    person = Customer(practice_bank.base_url, password="tulip")
    with pytest.raises(CredentialsError):
        join(bank, person)
    assert person.asked == [f"password for {bank}"]
    assert connections.all() == ()


@dataclass
class Tapper:
    """Approves or refuses in the bank's app while the assistant waits: its waiting is our time to tap."""

    server: RunningBank
    approve: bool | None
    after: int = 2
    """At which look at the status."""
    looks: int = 0

    def sleep(self, _seconds: float) -> None:
        self.looks += 1
        if self.looks == self.after and self.approve is not None:
            (waiting,) = practice(self.server.base_url, "GET", "approvals")["approvals"]
            order = {"bank": waiting["bank"], "authorisationId": waiting["authorisationId"]}
            practice(self.server.base_url, "POST", "approvals", approve=self.approve, **order)


@pytest.fixture
def decoupled(join: Connect, practice_bank: RunningBank) -> Any:
    def run(approve: bool | None) -> tuple[Customer, Tapper]:
        person, tapper = Customer(practice_bank.base_url), Tapper(practice_bank, approve)
        try:
            patience = Patience(sleep=tapper.sleep)
            join("Meadow Bank", person, wish=Wish(decoupled=True), patience=patience)
        finally:
            for waiting in practice(practice_bank.base_url, "GET", "approvals")["approvals"]:
                order = {"bank": waiting["bank"], "authorisationId": waiting["authorisationId"]}
                practice(practice_bank.base_url, "POST", "approvals", approve=False, **order)
        return person, tapper

    return run


def test_approved_in_the_banks_app(decoupled: Any, connections: Connections) -> None:
    person, tapper = decoupled(True)
    assert person.asked == []
    assert person.messages == ["Please use your banking app to approve this request."]
    assert tapper.looks == 2
    assert len(connections.all()) == 1


def test_refused_in_the_banks_app(decoupled: Any, connections: Connections) -> None:
    with pytest.raises(ScaError):
        decoupled(False)
    assert connections.all() == ()


def test_nobody_taps(decoupled: Any, connections: Connections) -> None:
    with pytest.raises(ScaTimeoutError):
        decoupled(None)
    assert connections.all() == ()


def test_the_looks_at_the_status_grow_rarer(join: Connect, practice_bank: RunningBank, hasty: Hasty) -> None:
    with pytest.raises(ScaTimeoutError):
        join("Harbour Bank", wish=Wish(decoupled=True))
    assert hasty.slept[:4] == [2.0, 3.0, 5.0, 5.0]
    assert sum(hasty.slept) >= LONGEST_POLL


def test_a_bank_that_wants_encrypted_passwords(
    join: Connect, practice_bank: RunningBank, connections: Connections
) -> None:
    habits(practice_bank, "meadow", ["relativeLinks", "encryptedLinkOnly"])
    person = Customer(practice_bank.base_url)
    with pytest.raises(NotOfferedError) as error:
        join("Meadow Bank", person)
    assert person.asked == []
    assert "startAuthorisationWithEncryptedPsuAuthentication" in error.value.detail
    assert connections.all() == ()


def test_a_second_signature_is_waited_for(
    join: Connect, practice_bank: RunningBank, connections: Connections, hasty: Hasty
) -> None:
    habits(practice_bank, "meadow", ["relativeLinks", "twoSignatures"])
    with pytest.raises(ConsentIncompleteError):
        join("Meadow Bank")
    (stored,) = connections.all()
    assert status_at_the_bank(stored.base_url, stored.consent_id) is ConsentStatus.PARTIAL
    found = Portfolio(connections, patience=hasty.patience).accounts()
    assert [type(failure) for failure in found.failures] == [ConsentIncompleteError]


class GivesUp(Customer):
    def choose_method(self, methods: Sequence[ScaMethod]) -> ScaMethod:
        raise KeyboardInterrupt


def test_whoever_gives_up_keeps_what_was_connected(
    join: Connect, practice_bank: RunningBank, connections: Connections
) -> None:
    before = join("Meadow Bank")
    with pytest.raises(KeyboardInterrupt):
        join("Meadow Bank", GivesUp(practice_bank.base_url))
    assert connections.all() == (before,)
    assert status_at_the_bank(before.base_url, before.consent_id) is ConsentStatus.VALID


def test_connecting_again_takes_the_former_ones_place(join: Connect, connections: Connections) -> None:
    first = join("Meadow Bank")
    join("Harbour Bank")
    again = join("Meadow Bank")
    assert again.consent_id != first.consent_id
    assert [each.name for each in connections.all()] == ["Meadow Bank", "Harbour Bank"]
    assert connections.all()[0].consent_id == again.consent_id
    assert status_at_the_bank(first.base_url, first.consent_id) is ConsentStatus.EXPIRED


def test_disconnecting_gives_the_consent_back(join: Connect, connections: Connections, hasty: Hasty) -> None:
    made = join("Meadow Bank")
    disconnect(connections, made, patience=hasty.patience)
    assert connections.all() == ()
    assert status_at_the_bank(made.base_url, made.consent_id) is ConsentStatus.TERMINATED


def test_disconnecting_what_the_bank_has_ended_already(
    join: Connect, practice_bank: RunningBank, connections: Connections, hasty: Hasty
) -> None:
    made = join("Meadow Bank")
    order = {"bank": "meadow", "consentId": made.consent_id, "status": "revokedByPsu"}
    practice(practice_bank.base_url, "POST", "consents", **order)
    disconnect(connections, made, patience=hasty.patience)
    assert connections.all() == ()


def test_a_bank_that_is_away_keeps_its_connection_unless_told_otherwise(
    connections: Connections, join: Connect, hasty: Hasty, free_tcp_port: int
) -> None:
    made = connections.save(
        join("Meadow Bank").__class__("Gone Bank", f"http://127.0.0.1:{free_tcp_port}/v1", "anna", "c", None)
    )
    with pytest.raises(BankUnreachableError):
        disconnect(connections, made, patience=hasty.patience)
    assert connections.find("gone bank") == made
    disconnect(connections, made, even_if_unreachable=True, patience=hasty.patience)
    assert connections.find("gone bank") is None


@pytest.mark.parametrize(
    ("status", "kind"), [("revokedByPsu", ConsentRevokedError), ("expired", ConsentExpiredError)]
)
def test_a_consent_that_ended_at_the_bank(
    join: Connect,
    practice_bank: RunningBank,
    connections: Connections,
    hasty: Hasty,
    status: str,
    kind: type[Exception],
) -> None:
    made = join("Meadow Bank")
    order = {"bank": "meadow", "consentId": made.consent_id, "status": status}
    practice(practice_bank.base_url, "POST", "consents", **order)
    (failure,) = Portfolio(connections, patience=hasty.patience).accounts().failures
    assert type(failure) is kind
    assert failure.bank == "Meadow Bank"


def test_a_password_never_goes_over_an_open_line(connections: Connections) -> None:
    person = Customer("http://192.0.2.1")
    with pytest.raises(SettingsError):
        connect(connections, person, name="Bank", base_url="http://192.0.2.1/v1", psu_id="anna")
    assert person.asked == []


@pytest.mark.parametrize("psu_id", ["anna\r\nConsent-ID: x", "安娜", "anna\x00"])
def test_a_user_name_that_cannot_be_sent(connections: Connections, psu_id: str) -> None:
    with pytest.raises(SettingsError):
        connect(connections, Customer(""), name="Bank", base_url="https://b.example/v1", psu_id=psu_id)


def test_two_banks_connected_at_once_are_both_kept(
    practice_bank: RunningBank, connections: Connections, hasty: Hasty
) -> None:
    results: list[str] = []

    def work(name: str) -> None:
        person = Customer(practice_bank.base_url)
        url = practice_bank.banks[name]
        made = connect(connections, person, name=name, base_url=url, psu_id="anna", patience=hasty.patience)
        results.append(made.name)

    threads = [threading.Thread(target=work, args=(name,)) for name in practice_bank.banks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == ["Harbour Bank", "Meadow Bank"]
    assert {each.name for each in connections.all()} == set(results)
