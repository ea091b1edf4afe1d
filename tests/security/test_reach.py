"""What may be asked for in a room: every intent was thought about."""

from __future__ import annotations

from itertools import chain

from ruamel.yaml import YAML

from assistant.errors import GuestError, HeardElsewhereError
from assistant.security.demands import LOOKING, OPEN, Reach
from tests.conftest import ROOT

MOVES_OR_CHANGES = {
    *("add_payee", "cancel_order", "change_order", "decline_request", "freeze_card", "limit_card", "pay"),
    *("pay_again", "pay_bill", "remove_payee", "rename_payee", "standing_order", "top_up", "unfreeze_card"),
}


def test_every_intent_is_open_looks_or_moves() -> None:
    domains = [YAML(typ="safe").load(each) for each in (ROOT / "nlu_data" / "en" / "domain").glob("*.yml")]
    intents = set(chain.from_iterable(chain.from_iterable(each.get("intents", ())) for each in domains))
    assert intents == OPEN | LOOKING | MOVES_OR_CHANGES
    assert not OPEN & LOOKING and not (OPEN | LOOKING) & MOVES_OR_CHANGES


def test_what_is_refused_where() -> None:
    assert all(Reach.ALL.refusal(each) is None for each in OPEN | LOOKING | MOVES_OR_CHANGES)
    assert all(isinstance(Reach.LOOK.refusal(each), HeardElsewhereError) for each in MOVES_OR_CHANGES)
    assert all(Reach.LOOK.refusal(each) is None for each in OPEN | LOOKING)
    assert all(isinstance(Reach.GUEST.refusal(each), GuestError) for each in LOOKING | MOVES_OR_CHANGES)
    assert isinstance(Reach.GUEST.refusal("an intent of tomorrow"), GuestError)
