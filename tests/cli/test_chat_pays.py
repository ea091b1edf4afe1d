"""A payment at a terminal, from the sentence to the bank's word; and one that a kill -9 ended."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import zipfile
from pathlib import Path

import pytest
import requests

from assistant.bank.connections import Connections
from assistant.practice import PASSCODE
from tests.cli.command import Assistant, Running

PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def order(terminal: Running, amount: str) -> str:
    """Up to the bank's code; where the practice bank shows codes."""
    terminal.expect("Ctrl-D ends the conversation.")
    terminal.type(f"send {amount} euros to marie from the joint account\n")
    terminal.expect("Is that right?")
    terminal.type("yes\n")
    terminal.expect("digit of your passcode?")
    # What is typed before that prompt is thrown away: nothing of a passcode is echoed.
    terminal.expect("you (not shown)")
    asked = terminal.shown[terminal.shown.rindex("What are the") :]
    places = [place for place in re.findall(r"\w+", asked) if place in PLACES]
    terminal.type(" ".join(PASSCODE[PLACES.index(place)] for place in places) + "\n")
    terminal.expect("What is it?")
    shown = re.findall(r"http://127\.0\.0\.1:\d+/practice/otp", terminal.shown)
    return str(shown[-1])


WEDNESDAY, SATURDAY = ({"ASSISTANT_TODAY": f"2026-03-{day}"} for day in (18, 21))
"""On a Saturday banks accept what they send on Monday."""


@pytest.fixture(scope="module")
def customer(practised: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """A home of its own, since its days are not those of this machine."""
    home = tmp_path_factory.mktemp("customer") / "home"
    shutil.copytree(practised.home / "nlu-models", home / "nlu-models")
    return Assistant(home, {**practised.environment, "ASSISTANT_HOME": str(home)})


def test_a_payment_at_a_terminal(customer: Assistant, tmp_path: Path) -> None:
    """And kept as files in which none of its secrets is."""
    practised = customer.among(WEDNESDAY)
    with practised.at_terminal("chat", "--practice", "--bundle", str(tmp_path)) as terminal:
        codes = order(terminal, "thirty one")
        code = requests.get(codes, timeout=5).json()["codes"][0]["code"]
        terminal.type(f"{code}\n")
        terminal.expect("€31.00 to Marie Dubois is on its way")
        terminal.type("what is the iban of my everyday account\n")
        terminal.expect("Owner:")
        terminal.type("my iban is DE89 3704 0044 0532 0130 00 and my card is 4929 1234 5678 9012\n")
        terminal.type("goodbye\n")
        assert terminal.end().status == 0
    iban = re.search(r"IBAN (IE\d\d MEAD [\d ]+\d)", terminal.shown)
    assert iban is not None
    consents = [
        each.consent_id for each in Connections(practised.home / "practice-banks", keyring=False).all()
    ]
    secrets = [code, PASSCODE, iban[1], "DE89370400440532013000", "4929123456789012", *consents]
    kept = sorted(tmp_path.glob("turn-*.zip"))
    assert len(kept) == 7
    for path in kept:
        with zipfile.ZipFile(path) as archive:
            content = "".join(archive.read(name).decode() for name in archive.namelist())
        assert "Marie Dubois" in content
        plain = re.sub(r"\s", "", content)
        assert not [each for each in secrets if re.sub(r"\s", "", each) in plain], path


def test_a_payment_on_a_saturday_is_not_said_to_go_the_same_day(customer: Assistant) -> None:
    with customer.among(SATURDAY).at_terminal("chat", "--practice") as terminal:
        codes = order(terminal, "thirty three")
        code = requests.get(codes, timeout=5).json()["codes"][0]["code"]
        terminal.type(f"{code}\n")
        terminal.expect(
            "The bank has accepted the payment of €33.00 to Marie Dubois, but has not sent it yet."
        )
        terminal.type("goodbye\n")
        assert terminal.end().status == 0


def test_a_turn_that_was_kept_is_replayed_without_a_bank(practised: Assistant, tmp_path: Path) -> None:
    said = "how much did I spend at tesco last month\nand the month before\n"
    kept = tmp_path / "kept"
    assert practised.run("chat", "--practice", "--bundle", str(kept), typed=said).status == 0
    bundle, results = str(kept / "turn-002.zip"), tmp_path / "results"
    again = practised.run("replay", bundle, "--results", str(results))
    assert again.status == 0, again.shown
    assert "1 passed, 0 failed" in again.shown
    (line,) = (results / "results.jsonl").read_text("utf-8").splitlines()[-1:]
    assert [turn["intent"] for turn in json.loads(line)["turns"]] == ["spending", "refine"]
    test = tmp_path / "mine.scenario.yml"
    assert practised.run("replay", bundle, "--to-scenario", str(test)).status == 0
    (made,) = tmp_path.rglob("mine.scenario.yml")
    assert "recorded: banks.json" in made.read_text("utf-8")
    assert (made.parent / "banks.json").is_file()


def test_what_a_kill_left_open_is_told_at_the_next_start(practised: Assistant) -> None:
    with practised.at_terminal("chat", "--practice") as terminal:
        order(terminal, "thirty two")
        os.killpg(terminal.process.pid, signal.SIGKILL)
    with practised.at_terminal("chat", "--practice") as terminal:
        terminal.expect("The bank has your payment of €32.00 to Marie Dubois, but nobody has confirmed it")
        terminal.expect("you ")
        terminal.type("goodbye\n")
        assert terminal.end().status == 0
