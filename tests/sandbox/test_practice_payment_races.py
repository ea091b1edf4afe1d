"""Many payments at once, through two servers over one database: only a lock in the database can tell who
came first."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.sandbox.process import running_bank
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import TODAY
from tests.sandbox.payer import SEPA, Payer
from tests.sandbox.test_practice_payments import unbalanced

AT_ONCE = 8
ROUNDS = 6


@pytest.fixture
def payers(tmp_path: Path) -> Iterator[list[Payer]]:
    """Half of them at each server."""
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY) as first, running_bank(database, today=TODAY) as second:
        yield [Payer(Caller((first, second)[n % 2].meadow)) for n in range(AT_ONCE)]
    assert unbalanced(database) == []


def test_nothing_is_overdrawn(payers: list[Payer]) -> None:
    before = payers[0].available()
    # Three of them fit, and no fourth.
    amount = (before / 4).quantize(Decimal("0.01")) + 1
    created = [payer.order(f"{amount:.2f}").json() for payer in payers]
    links = [payer.asked_for_code(body) for payer, body in zip(payers, created, strict=True)]
    codes = [payer.bank.code(link) for payer, link in zip(payers, links, strict=True)]

    def confirm(n: int) -> str:
        answer = payers[n].bank.call("PUT", links[n], body={"scaAuthenticationData": codes[n]})
        assert answer.json()["scaStatus"] == "finalised"
        return payers[n].status(f"/{SEPA}/{created[n]['paymentId']}")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = sorted(pool.map(confirm, range(AT_ONCE)))
    assert ended == ["ACSP"] * 3 + ["RJCT"] * (AT_ONCE - 3)
    assert payers[0].available() == before - 3 * amount


def test_one_code_given_many_times_pays_once(payers: list[Payer]) -> None:
    before = payers[0].available()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(ROUNDS):
            link = payers[0].asked_for_code(payers[0].order("10.00").json())
            code = {"scaAuthenticationData": payers[0].bank.code(link)}
            confirming = [pool.submit(payer.bank.call, "PUT", link, body=code) for payer in payers]
            assert {each.result().status_code for each in confirming} <= {200, 409}
    assert payers[0].available() == before - 10 * ROUNDS


def test_one_order_handed_over_many_times_is_one(payers: list[Payer]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(ROUNDS):
            same = {"X-Request-ID": str(uuid.uuid4())}
            ordering = [pool.submit(payer.order, headers=same) for payer in payers]
            assert len({each.result().json()["paymentId"] for each in ordering}) == 1
