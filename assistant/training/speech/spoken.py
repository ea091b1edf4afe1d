"""Sums, digits, dates and periods the way people say them, drawn at random."""

from __future__ import annotations

import random

from assistant.asr.graph_text import DIGITS, number_words, ordinal_words, year_words

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
CURRENCIES = (
    (5, "euro", "euros", "cent", "cents"),
    (4, "pound", "pounds", "penny", "pence"),
    (3, "dollar", "dollars", "cent", "cents"),
    (1, "quid", "quid", "penny", "pence"),
)
ROUND = (
    5,
    10,
    15,
    20,
    25,
    30,
    40,
    50,
    60,
    70,
    75,
    80,
    90,
    100,
    120,
    150,
    200,
    250,
    300,
    400,
    500,
    600,
    750,
    800,
    900,
    1000,
    1200,
    1500,
    2000,
    2500,
    3000,
    5000,
    10000,
)


class Sayings:
    """Draws of spoken values; one seeded generator, so the same seed gives the same sentences."""

    def __init__(self, rng: random.Random):
        self._rng = rng

    def number(self) -> str:
        rng = self._rng
        value = rng.choice(
            (
                rng.randint(0, 20),
                rng.randint(0, 99),
                rng.randint(100, 999),
                rng.randint(1000, 9999),
                rng.choice(ROUND),
            )
        )
        return self._say(value)

    def count(self) -> str:
        rng = self._rng
        return number_words(rng.choice((2, 3, 4, 5, 5, 6, 7, 8, 10, 10, 12, 15, 20, rng.randint(2, 30))))

    def amount(self) -> str:
        rng = self._rng
        value = (
            rng.choice(ROUND)
            if rng.random() < 0.4
            else rng.choice(
                (rng.randint(1, 99), rng.randint(1, 999), rng.randint(1, 9999), rng.randint(100, 300))
            )
        )
        _, one, many, cent, cents = rng.choices(CURRENCIES, [c[0] for c in CURRENCIES])[0]
        unit = one if value == 1 else many
        draw = rng.random()
        if draw < 0.05:
            return rng.choice(
                (
                    f"a hundred {many}",
                    f"a thousand {many}",
                    "a fiver",
                    "a tenner",
                    f"half a {one}",
                    f"a hundred and {number_words(rng.randint(1, 99))} {many}",
                    f"a couple of hundred {many}",
                )
            )
        if draw < 0.40:
            small = rng.choice((rng.randint(1, 99), rng.choice((50, 99, 20, 25, 75, 10, 30, 40, 95, 45))))
            tail = rng.choice(
                (
                    f"{number_words(small)}",
                    f"and {number_words(small)} {cent if small == 1 else cents}",
                    f"{number_words(small)} {cent if small == 1 else cents}",
                )
            )
            return f"{self._say(value)} {unit} {tail}"
        if draw < 0.48:
            return f"{self._say(value)} point {self._digit()} {self._digit()} {many}"
        if draw < 0.56 and value < 100:
            return f"{self._say(value)} {number_words(rng.randint(10, 99))}"
        if draw < 0.62:
            return self._say(value)
        return f"{self._say(value)} {unit}"

    def digits(self) -> str:
        rng = self._rng
        length = rng.choice((1, 2, 3, 4, 4, 4, 4, 4, 5, 6, 6, 6, 7, 8, 10, 11))
        zero = "oh" if rng.random() < 0.3 else "zero"
        out: list[str] = []
        while len(out) < length:
            digit = self._digit()
            if rng.random() < 0.07:
                out += [rng.choice(("double", "double", "triple")), digit]
            else:
                out.append(digit)
        return " ".join(zero if word == "zero" else word for word in out)

    def date(self) -> str:
        rng = self._rng
        day, month = ordinal_words(rng.randint(1, 31)), rng.choice(MONTHS)
        forms = (
            f"on {rng.choice(DAYS)}",
            f"on the {day} of {month}",
            f"on {month} {day}",
            f"on {month} the {day}",
            f"the {day} of {month}",
            f"the {day}",
            "tomorrow",
            "today",
            "next week",
            f"next {rng.choice(DAYS)}",
            f"last {rng.choice(DAYS)}",
            f"{month} {day}",
            "now",
            f"on the {day}",
            f"{day} of {month} {self.year()}",
        )
        return rng.choice(forms)

    def period(self) -> str:
        rng = self._rng
        month, other = rng.sample(MONTHS, 2)
        count = number_words(rng.choice((2, 3, 3, 4, 5, 6, 7, 10, 12, 14, 30, 60, 90)))
        forms = (
            "today",
            "yesterday",
            "this week",
            "last week",
            "this month",
            "last month",
            "last month",
            "this year",
            "last year",
            "last weekend",
            "this weekend",
            "this morning",
            "the day before yesterday",
            "this quarter",
            "last quarter",
            "the week before last",
            "the month before last",
            f"in {month}",
            f"in {month}",
            f"last {month}",
            f"in {month} {self.year()}",
            f"since {month}",
            f"since {rng.choice(DAYS)}",
            f"in the last {count} days",
            f"in the last {count} weeks",
            f"in the last {count} months",
            f"over the past {count} months",
            f"the past {count} days",
            f"from {month} to {other}",
            f"between {month} and {other}",
            f"between the {ordinal_words(rng.randint(1, 15))} and the "
            f"{ordinal_words(rng.randint(16, 31))} of {month}",
            f"in {self.year()}",
            f"{count} days ago",
            f"{count} weeks ago",
            f"on {rng.choice(DAYS)}",
            f"last {rng.choice(DAYS)}",
            "so far this month",
            "so far this year",
            "next week",
            "next month",
            "at christmas",
            "in summer",
            "over the summer",
            "at the end of the month",
            f"since the {ordinal_words(rng.randint(1, 31))}",
            "a year ago",
            "every month",
            f"in the first half of {month}",
            "in the second quarter",
            "since new year",
            "since christmas",
        )
        return rng.choice(forms)

    def year(self) -> str:
        return year_words(self._rng.randint(2015, 2029))

    def _digit(self) -> str:
        return self._rng.choice(DIGITS)

    def _say(self, value: int) -> str:
        joined = self._rng.random() < 0.6
        if value >= 1000 and value % 100 == 0 and value % 1000 and self._rng.random() < 0.3 and value < 10000:
            return f"{number_words(value // 100)} hundred"
        words = number_words(value, joined=joined)
        if words.startswith("one hundred") and self._rng.random() < 0.4:
            words = "a" + words[3:]
        return words
