"""What must hold for any text and any amount."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_percent
from hypothesis import example, given
from hypothesis import strategies as st
from text_to_num import text2num

from assistant.actions.wording import Wording
from assistant.money import Money
from assistant.nlu.values.amounts import find
from assistant.tts.spoken import spoken_form

UNITS = {"EUR": ("euros?", "cents?"), "GBP": ("pounds?", "penny|pence"), "USD": ("US dollars?", "cents?")}
amounts = st.decimals(Decimal("-999999.99"), Decimal("999999.99"), places=2)
# What really comes along: digits beside letters, signs, masks, dates and symbols.
bankish = st.text(st.sampled_from("0123456789 .,:;/-–−+%€£$•*xXkm()'ABIEaehnrst\n#@[]<>½²"), max_size=60)


def _heard(words: str, currency: str) -> Decimal:
    """The amount that a listener writes down."""
    whole, part = UNITS[currency]
    match = re.fullmatch(
        rf"(minus )?(?:(?P<whole>[a-z -]+) (?:{whole}))?(?: and )?(?:(?P<part>[a-z -]+) (?:{part}))?", words
    )
    assert match, words
    value = Decimal(0)
    if match["whole"]:
        value += text2num(match["whole"], "en")
    if match["part"]:
        value += Decimal(text2num(match["part"], "en")) / 100
    return -value if match[1] else value


@given(amounts, st.sampled_from(sorted(UNITS)))
@example(Decimal("999999.99"), "EUR")
@example(Decimal("-0.01"), "GBP")
@example(Decimal("1001.10"), "USD")
def test_every_amount_is_heard_as_it_was_written(amount: Decimal, currency: str) -> None:
    written = format_currency(amount, currency, locale="en_IE")
    assert _heard(spoken_form(written), currency) == amount
    assert _heard(spoken_form(f"{amount} {currency}"), currency) == amount


_DIGIT = "(?:zero|one|two|three|four|five|six|seven|eight|nine)"
_SPELLED = re.compile(
    r"(?P<lead>^(?:minus )?|(?:euro|pound|dollar)s? and )(?P<words>(?:(?!euro|pound|dollar)[a-z -])+), "
    rf"(?P<digits>{_DIGIT}(?: {_DIGIT})*),"
)


@given(
    st.decimals(Decimal("0.01"), Decimal("999999.99"), places=2),
    st.sampled_from(["EUR", "GBP", "USD", "CHF"]),
)
@example(Decimal("15"), "EUR")
@example(Decimal("999999.99"), "GBP")
@example(Decimal("0.15"), "USD")
@example(Decimal("250"), "CHF")
def test_we_understand_every_amount_that_we_say(amount: Decimal, currency: str) -> None:
    said = spoken_form(Wording("en").money(Money(amount, currency)))
    (found,) = find(said)
    assert Decimal(found.value["value"]) == amount
    # "Fifteen cents" names no currency, and none is made up.
    assert found.value["currency"] == currency or (amount < 1 and found.value["currency"] is None)
    assert (found.start, found.end) == (0, len(said))
    if currency in UNITS:
        again = spoken_form(f"{Wording('en').money(Money(amount, currency))} (digit by digit)")
        (spelled,) = find(again, bare=True)
        assert spelled.value == found.value, "and who answers as we read it back is understood too"


@given(amounts, st.sampled_from(["EUR", "GBP", "USD"]))
@example(Decimal("15"), "EUR")
@example(Decimal("1234.50"), "GBP")
@example(Decimal("7.05"), "USD")
def test_digits_said_once_more_are_those_of_the_words(amount: Decimal, currency: str) -> None:
    written = Wording("en").money(Money(amount, currency))
    spelled = spoken_form(f"{written} (digit by digit)")
    doubled = list(_SPELLED.finditer(spelled))
    for match in doubled:
        assert text2num(match["words"], "en") == int(
            "".join(str(text2num(digit, "en")) for digit in match["digits"].split())
        )
    assert _SPELLED.sub(r"\g<lead>\g<words>", spelled) == spoken_form(written)
    whole, _, cents = f"{abs(amount):.2f}".partition(".")
    assert len(doubled) == (int(whole) > 9) + (int(cents) > 9)


@given(amounts)
def test_an_amount_in_a_sentence_leaves_the_sentence_alone(amount: Decimal) -> None:
    written = f"You spent {format_currency(amount, 'EUR', locale='en_IE')} at Tesco."
    spoken = spoken_form(written)
    assert _heard(spoken.removeprefix("You spent ").removesuffix(" at Tesco."), "EUR") == amount


CURRENCIES = [
    "CAD",
    "AUD",
    "CHF",
    "CZK",
    "DKK",
    "HKD",
    "HUF",
    "INR",
    "JPY",
    "KRW",
    "NOK",
    "PLN",
    "SEK",
    "TRY",
]


@given(st.sampled_from(CURRENCIES), st.integers(-5_000, 5_000))
def test_an_amount_is_said_alike_with_its_symbol_and_with_its_code(currency: str, amount: int) -> None:
    said = spoken_form(format_currency(amount, currency, locale="en"))
    assert said == spoken_form(f"{amount} {currency}")
    assert said.isascii()
    assert currency not in said


@given(st.text(max_size=300))
@example("٣²½①𐩀９")
@example("1" * 5_000)
@example(" " * 10_000)
@example("•• " * 3_000)
def test_any_text_is_taken_and_no_digit_is_left(text: str) -> None:
    spoken = spoken_form(text)
    assert not any(character.isdigit() for character in spoken)
    spoken.encode("utf-8")
    assert "\n" not in spoken
    assert not re.search(r"[\x00-\x1f\x7f-\x9f<>\[\]]", spoken)


@given(bankish)
def test_any_mixture_of_digits_and_signs_is_taken(text: str) -> None:
    assert not any(character.isdigit() for character in spoken_form(text))


@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)))
def test_every_date_is_said_alike_however_it_is_written(day: date) -> None:
    said = spoken_form(format_date(day, "d MMMM yyyy", locale="en_IE"))
    assert said.startswith("the ")
    assert said.split(" of ")[1].split()[0] == format_date(day, "MMMM", locale="en_IE")
    for pattern in ("d MMM yyyy", "yyyy-MM-dd", "dd/MM/yyyy", "MMMM d, yyyy"):
        assert spoken_form(format_date(day, pattern, locale="en_US")) == said


@given(st.times())
def test_every_time_of_day_is_said_alike_with_and_without_am_and_pm(time: datetime) -> None:
    assert spoken_form(f"{time:%H:%M}") == spoken_form(f"{time:%I:%M %p}")


@given(st.decimals(Decimal(-500), Decimal(500), places=1))
def test_percentages_say_every_digit(share: Decimal) -> None:
    spoken = spoken_form(format_percent(share / 100, "#,##0.0%", locale="en_IE"))
    whole, _, rest = spoken.removeprefix("minus ").removesuffix(" percent").partition(" point ")
    assert Decimal(f"{text2num(whole, 'en')}.{text2num(rest, 'en')}") == abs(share)
    assert spoken.startswith("minus") == (share < 0)


@given(st.text("0123456789", min_size=4, max_size=4))
def test_card_ends_are_read_digit_by_digit(end: str) -> None:
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    said = "ending in " + " ".join(words[int(digit)] for digit in end)
    assert spoken_form(f"•••• {end}") == said
    assert spoken_form(f"card ending in {end}") == f"card {said}"
