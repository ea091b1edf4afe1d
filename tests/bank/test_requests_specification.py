"""Every request that the client makes, held against the published OpenAPI file where that is at hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assistant.bank.connecting import connect, disconnect
from assistant.bank.connections import Connections
from assistant.bank.portfolio import Portfolio
from assistant.bank.sca import Wish
from assistant.errors import ScaTimeoutError
from assistant.sandbox.process import RunningBank
from tests.bank.between import passing_on
from tests.bank.conftest import TODAY, Hasty
from tests.bank.crooked import Seen, crooked_bank
from tests.bank.customer import Customer
from tests.bank.requests_specification import RequestRules


@pytest.mark.parametrize("bank", ["meadow", "harbour"])
def test_every_request_is_as_the_standard_has_it(
    rules: RequestRules, practice_bank: RunningBank, connections: Connections, hasty: Hasty, bank: str
) -> None:
    with crooked_bank(passing_on(practice_bank.base_url)) as between:
        url = between.base_url.removesuffix("/v1") + f"/{bank}/v1"
        person = Customer(practice_bank.base_url)
        made = connect(connections, person, name="Bank", base_url=url, psu_id="anna", patience=hasty.patience)
        portfolio = Portfolio(connections, patience=hasty.patience, today=lambda: TODAY)
        accounts = portfolio.accounts().items
        assert not portfolio.balances().failures
        assert not portfolio.transactions(accounts, TODAY - timedelta(days=400), TODAY).failures
        assert not portfolio.standing_orders(accounts).failures
        for wish in (Wish(decoupled=True), Wish(redirect_uri="https://example.org/back")):
            with pytest.raises(ScaTimeoutError):  # nobody is in the app or on the page
                connect(
                    connections,
                    person,
                    name="Other",
                    base_url=url,
                    psu_id="anna",
                    wish=wish,
                    patience=hasty.patience,
                )
        disconnect(connections, made, patience=hasty.patience)
        faults = {fault for seen in between.seen for fault in _faults(rules, seen)}
        assert not faults, "\n".join(sorted(faults))
        called = {(seen.method, _standard_path(seen.path).split("/")[2]) for seen in between.seen}
        assert {
            ("POST", "consents"),
            ("PUT", "consents"),
            ("DELETE", "consents"),
            ("GET", "accounts"),
        } <= called


def _faults(rules: RequestRules, seen: Seen) -> list[str]:
    if "pageIndex" in seen.query:
        seen = replace(seen, query={"bookingStatus": "both"})  # a link of the bank's own making
    return rules.faults(seen, _standard_path(seen.path))


def _standard_path(path: str) -> str:
    """Without the bank's own prefix: the standard's paths begin with the version."""
    return path[path.index("/v1/") :]


def test_the_judge_condemns(rules: RequestRules) -> None:
    good = {"x-request-id": "99391c7e-ad88-49ec-a2ad-99ddcb1f7721", "consent-id": "c", "host": "h"}
    assert rules.faults(Seen("GET", "", {"withBalance": "true"}, good, b""), "/v1/accounts") == []
    bad = [
        Seen("GET", "", {"withBalance": "maybe"}, good, b""),
        Seen("GET", "", {"unknown": "1"}, good, b""),
        Seen("GET", "", {}, {"x-request-id": "7", "consent-id": "c"}, b""),
        Seen("GET", "", {}, {"x-request-id": good["x-request-id"]}, b""),
        Seen("GET", "", {}, {**good, "made-up": "1"}, b""),
        Seen("PATCH", "", {}, good, b""),
    ]
    for seen in bad:
        assert rules.faults(seen, "/v1/accounts")
