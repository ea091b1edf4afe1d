"""The inbox keeps what went badly, masked, with consent alone, for its owner alone, and not without end."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.conversation import Turn
from assistant.events import ReplyText, Understood
from assistant.inbox import Inbox, masked
from assistant.settings import Settings
from tests.conftest import ROOT

TODAY = date(2026, 11, 25)
Box = Callable[[], Inbox]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return lambda: Inbox(Settings(data=ROOT, home=tmp_path / "home"))


def turn(
    said: str,
    intent: str = "nlu_fallback",
    sure: float = 0.4,
    *,
    entities: tuple[tuple[str, object], ...] = (),
    reply: str = "There.",
    audio: bool = False,
) -> Turn:
    events = (Understood(1.0, intent, sure, entities), ReplyText(2.0, reply, reply))
    frames = (np.full(1600, 100, np.int16),) * 3 if audio else ()
    return Turn(1, events, None, said, frames)


def keep(inbox: Inbox, *turns: Turn) -> list[tuple[str, str]]:
    for each in turns:
        inbox.keep(each, ["Marie Dubois", "Rainy day savings"], TODAY)
    return [(each.reason, each.text) for each in inbox.kept()]


def test_nothing_is_kept_without_consent(box: Box, tmp_path: Path) -> None:
    assert keep(box(), turn("what is my dough")) == []
    assert not (tmp_path / "home").exists()


def test_what_went_badly_is_kept_and_nothing_else(box: Box) -> None:
    inbox = box()
    inbox.switch_on(TODAY)
    assert keep(
        inbox,
        turn("what is my balance", "check_balance", 0.97),
        turn("is there money", "check_balance", 0.7),
        turn("order a taxi", "out_of_scope", 0.9),
        turn("the what now"),
        turn("show me the transactions", "list_transactions", 0.95),
        turn("no", "deny", 0.99),
        turn("send it", "pay", 0.95, reply="Shall I send it?"),
        turn("no", "deny", 0.99),
        turn("", "payment_news", 1.0),
    ) == [
        ("doubtful", "is there money"),
        ("not offered", "order a taxi"),
        ("not understood", "the what now"),
        ("corrected", "show me the transactions"),
    ]


EVERYDAY = frozenset(
    [
        *("send", "pay", "to", "my", "the", "from", "account", "for", "savings", "tom", "please", "euros"),
        *("number", "is", "on", "one"),
    ]
)


@pytest.mark.parametrize(
    ("said", "entities", "kept"),
    [
        ("send forty five euros to tom", (("payee", "tom"),), "send •••• euros to ‹payee›"),
        ("pay GB29NWBK60161331926819 please", (), "pay ••••"),  # rather a word too many
        ("send 50 to marie dubois", (), "send •••• to ‹word›"),
        ("send to zbigniew", (), "send to ‹word›"),
        ("from my rainy day savings account", (), "from my ‹word› account"),
        ("from my Savings account", (("account", "savings"),), "from my ‹account› account"),
        ("pay tomtom", (), "pay ‹word›"),
        ("the number is one two three four five six", (), "the number is ••••"),
    ],
)
def test_figures_and_names_are_masked(said: str, entities: tuple[tuple[str, object], ...], kept: str) -> None:
    assert masked(said, ["Marie Dubois", "Rainy day savings"], entities, EVERYDAY) == kept


def test_sound_is_kept_only_where_nothing_was_masked(box: Box) -> None:
    inbox = box()
    inbox.switch_on(TODAY)
    keep(
        inbox, turn("what is there", audio=True), turn("send to marie dubois", audio=True), turn("typed only")
    )
    sound = [inbox.audio(each) for each in inbox.kept()]
    assert [None if each is None else len(each) for each in sound] == [4800, None, None]


def test_it_is_its_owners_alone(box: Box, tmp_path: Path) -> None:
    inbox = box()
    inbox.switch_on(TODAY)
    keep(inbox, turn("what is there", audio=True))
    folder = tmp_path / "home" / "inbox"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = list(folder.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_the_oldest_give_way_and_off_erases_all(box: Box, tmp_path: Path) -> None:
    inbox = box()
    inbox.switch_on(TODAY)
    for _ in range(205):
        inbox.keep(turn("what is there", audio=True), (), TODAY)
    kept = inbox.kept()
    assert len(kept) == 200
    assert kept[0].name == "20261125-00005"
    assert box().switch_off() == 200
    assert list((tmp_path / "home" / "inbox").iterdir()) == []
    assert keep(box(), turn("what is there")) == []


def test_a_file_that_was_cut_short_stops_nothing(box: Box, tmp_path: Path) -> None:
    inbox = box()
    inbox.switch_on(TODAY)
    (tmp_path / "home" / "inbox" / "20261124-00000.json").write_text('{"name": "2', "utf-8")
    assert keep(inbox, turn("what is there")) == [("not understood", "what is there")]
