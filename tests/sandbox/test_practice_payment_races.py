"""Many payments at once: nothing is overdrawn and nothing is paid twice."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

from assistant.sandbox.process import RunningBank, running_bank
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import TODAY
from tests.sandbox.payer import SEPA, Payer
from tests.sandbox.test_practice_payments import unbalanced

AT_ONCE = 8


def test_payments_at_once_never_overdraw_even_through_two_servers(tmp_path: Path) -> None:
    """Two processes over one database: only a lock in the database can tell who came first."""
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY) as first, running_bank(database, today=TODAY) as second:
        payers = [Payer(Caller((first, second)[n % 2].meadow)) for n in range(AT_ONCE)]
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
    assert unbalanced(database) == []


def test_one_order_handed_over_many_times_at_once_is_one(own: RunningBank) -> None:
    same = {"X-Request-ID": str(uuid.uuid4())}
    payers = [Payer(Caller(own.meadow)) for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda payer: payer.order(headers=same).json(), payers))
    assert len({answer["paymentId"] for answer in answers}) == 1
