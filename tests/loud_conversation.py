"""A whole conversation with every logger as loud as it gets: `python -m tests.loud_conversation MODEL`.

Log records go to standard error, where native libraries write as well. The last line of standard output
is JSON: by kind, the strings that may not be found anywhere else.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from assistant.audio.recordings import RecordingSource
from assistant.bank.connections import Connections
from assistant.conversation import Turn
from assistant.practice import PASSCODE, practice_settings, practising
from assistant.sandbox.catalogue import ANNA
from assistant.sandbox.process import RunningBank
from assistant.settings import Settings
from assistant.startup import Desk
from tests.bank.customer import order_fault, practice

TYPED = (
    "what is the iban of my savings account",
    "how much did I spend on groceries since the third of march",
    "show me payments above twenty five pounds fifty",
    "is my number 4929 1234 5678 9012 still good",
    "what goes out every month",
    "/account_details",
)
"""Written for this test."""


def turn_everything_up() -> None:
    """Loggers that exist by now; later ones inherit it from the root."""
    logging.getLogger().setLevel(logging.DEBUG)
    for name in logging.root.manager.loggerDict:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.propagate = True


def talk(desk: Desk, bank: RunningBank) -> list[Turn]:
    """Every recorded question of the demonstration, typed ones, and the same of a bank that fails."""
    assert desk.portfolio is not None
    conversation = desk.conversation()
    recordings = sorted((desk.settings.voice / "demo").glob("*.flac"))
    turns = [conversation.hear(RecordingSource(recording)) for recording in recordings]
    turns += [conversation.read(text) for text in TYPED]
    for text in ("lock", "how much money do I have", PASSCODE[::-1], PASSCODE):
        conversation.read(text)
    for kind in ("malformed", "reset", "error"):
        desk.portfolio.forget()
        order_fault(bank.base_url, "harbour", kind, calls=20)
        turns += [conversation.read(text) for text in TYPED[:2]]
        practice(bank.base_url, "DELETE", "faults")
    return turns


def main(model: Path) -> None:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")
    settings = practice_settings(Settings.from_environment())
    turn_everything_up()
    with practising(settings) as bank:  # both banks are connected, with password and code
        consents = [each.consent_id for each in Connections.from_settings(settings).all()]
        with Desk(settings).load(model=model) as desk:
            turn_everything_up()
            turns = talk(desk, bank)
            assert desk.portfolio is not None
            accounts = desk.portfolio.accounts().items
        codes = [code for line in bank.lines for code in line.split() if code.isdigit()]
    json.dump(
        {
            "account": [account.iban for account in accounts if account.iban],
            "resource": [account.id for account in accounts],
            "consent": consents,
            "code": codes,
            "password": [ANNA.password],
            "passcode": [PASSCODE, PASSCODE[::-1]],
            "utterance": [turn.heard for turn in turns if turn.heard] + list(TYPED),
            "reply": [
                reply.screen for turn in turns for reply in turn.replies if reply.response != "utter_error"
            ],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
