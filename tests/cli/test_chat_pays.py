"""A payment at a terminal, from the sentence to the bank's word; and one that a kill -9 ended."""

from __future__ import annotations

import os
import re
import signal

import requests

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


def test_a_payment_at_a_terminal(practised: Assistant) -> None:
    with practised.at_terminal("chat", "--practice") as terminal:
        codes = order(terminal, "thirty one")
        terminal.type(f"{requests.get(codes, timeout=5).json()['codes'][0]['code']}\n")
        terminal.expect("€31.00 to Marie Dubois is on its way")
        terminal.type("goodbye\n")
        assert terminal.end().status == 0


def test_what_a_kill_left_open_is_told_at_the_next_start(practised: Assistant) -> None:
    with practised.at_terminal("chat", "--practice") as terminal:
        order(terminal, "thirty two")
        os.killpg(terminal.process.pid, signal.SIGKILL)
    with practised.at_terminal("chat", "--practice") as terminal:
        terminal.expect("The bank has your payment of €32.00 to Marie Dubois, but nobody has confirmed it")
        terminal.expect("you ")
        terminal.type("goodbye\n")
        assert terminal.end().status == 0
