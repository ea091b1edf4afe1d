"""Payment commands whose amounts and names are easily mistaken, with what is true of each.

Written from a customer's mind, and kept out of `nlu_data`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bench.misheard_speech import VOICES

NOISES: tuple[float | None, ...] = (None, None, 24.0, None, 18.0, 12.0, 6.0)
"""Decibels of speech above noise, dealt out in turn; None is a silent room."""

AMOUNTS = (
    ("fifteen euros", "15"),
    ("fifty euros", "50"),
    ("thirteen euros", "13"),
    ("thirty euros", "30"),
    ("fourteen euros", "14"),
    ("forty euros", "40"),
    ("sixteen euros", "16"),
    ("sixty euros", "60"),
    ("seventeen euros", "17"),
    ("seventy euros", "70"),
    ("eighteen euros", "18"),
    ("eighty euros", "80"),
    ("nineteen euros", "19"),
    ("ninety euros", "90"),
    ("forty five euros", "45"),
    ("four euros", "4"),
    ("eight euros", "8"),
    ("a hundred euros", "100"),
    ("a hundred and fifteen euros", "115"),
    ("a hundred and fifty euros", "150"),
    ("two hundred and seventy euros", "270"),
    ("two hundred and seventeen euros", "217"),
    ("two hundred seventeen euros", "217"),
    ("eight hundred euros", "800"),
    ("two thousand euros", "2000"),
    ("one thousand two hundred euros", "1200"),
    ("twenty five euros and fifty cents", "25.50"),
    ("twelve euros fifty", "12.50"),
    ("seven euros and five cents", "7.05"),
    ("thirty three euros", "33"),
    ("fifty nine euros", "59"),
    ("sixty six euros", "66"),
    ("nine euros ninety nine", "9.99"),
    ("one hundred and twenty euros", "120"),
    ("three hundred and forty five euros", "345"),
    ("eleven euros", "11"),
    ("seventy eight euros", "78"),
    ("five euros", "5"),
)
AMBIGUOUS = (
    ("two fifty", "250", "two hundred and fifty euros"),
    ("two forty five", "2.45", "two euros and forty five cents"),
    ("two forty five euros", "245", "two hundred and forty five euros"),
    ("three twenty", "320", "three hundred and twenty euros"),
)
"""What a person says, what is meant, and how the same person says it when asked again."""

PEOPLE = ("Marie Dubois", "Tom Baker", "Martin Durand", "Martine Durand")
"""Those whom the practice bank's customer has paid before."""
ACCOUNTS = ("everyday account", "savings")

_TO_PEOPLE = (
    "Send {amount} to {name}.",
    "Transfer {amount} to {name}.",
    "Please pay {name} {amount}.",
    "I want to send {amount} to {name}.",
    "Could you send {name} {amount}?",
    "Pay {amount} to {name} for the concert.",
    "Send {amount} to {name} from my everyday account.",
    "Pay {name} {amount} from my joint account.",
    "From my everyday account, transfer {amount} to {name}.",
)
_BETWEEN = (
    "Transfer {amount} from my everyday account to my savings.",
    "Move {amount} from savings to my everyday account.",
)


@dataclass(frozen=True, slots=True)
class Command:
    number: int
    voice: str
    snr: float | None
    text: str
    amount_words: str
    amount: Decimal
    payee: str
    """A person, or an own account."""
    source: str
    """The account that was named; empty where none was."""
    clear_words: str
    """How the amount is said when it is asked again."""
    ambiguous: bool = False
    """No ear could tell the amount: it ought to be asked again."""


def commands(count: int, voices: Sequence[str] = tuple(VOICES), seed: int = 4) -> list[Command]:
    """The same for the same arguments; voices and noises in turn, so that any part is a fair one."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        voice = voices[number % len(voices)]
        snr = NOISES[(number // len(voices)) % len(NOISES)]
        ambiguous = number % 25 == 24
        words, value, clear = rng.choice(AMBIGUOUS) if ambiguous else (*rng.choice(AMOUNTS), "")
        if number % 5 == 4:
            template = rng.choice(_BETWEEN)
            source, payee = ACCOUNTS if "from my everyday" in template else ACCOUNTS[::-1]
        else:
            template, payee = rng.choice(_TO_PEOPLE), rng.choice(PEOPLE)
            source = next(
                (f"{each} account" for each in ("everyday", "joint") if each in template.casefold()), ""
            )
        text = template.format(amount=words, name=payee)
        made.append(
            Command(number, voice, snr, text, words, Decimal(value), payee, source, clear or words, ambiguous)
        )
    return made
