"""What is written, and what a bank clerk says."""

from __future__ import annotations

import pytest

from assistant.errors import SettingsError
from assistant.tts.spoken import pronounced, spoken_form

MONEY = [
    ("€1,234.56", "one thousand two hundred and thirty-four euros and fifty-six cents"),
    ("£0.50", "fifty pence"),
    ("£0.01", "one penny"),
    ("£1.01", "one pound and one penny"),
    ("-€5", "minus five euros"),
    ("€-5.00", "minus five euros"),
    ("−€12.05", "minus twelve euros and five cents"),
    ("+€20", "plus twenty euros"),
    ("$1", "one dollar"),
    ("US$12.30", "twelve US dollars and thirty cents"),
    ("€0.00", "zero euros"),
    ("-€0.00", "zero euros"),
    ("12.50 EUR", "twelve euros and fifty cents"),
    ("EUR 12.50", "twelve euros and fifty cents"),
    ("5 €", "five euros"),
    ("¥1,200", "one thousand two hundred Japanese yen"),
    ("CHF 5.50", "five point five zero Swiss francs"),
    ("€1.2m", "one point two million euros"),
    ("€3 million", "three million euros"),
    ("£5k", "five thousand pounds"),
    ("€10–€20", "ten euros to twenty euros"),
    ("€5/month", "five euros a month"),
    ("€12.345", "twelve point three four five euros"),
    ("Paid €5, €6 and €7.50.", "Paid five euros, six euros and seven euros and fifty cents."),
    ("3 March – €12.50 at Tesco", "the third of March, twelve euros and fifty cents at Tesco"),
    (
        "€1,000,000,000,000,000,000",
        "one zero zero zero zero zero zero zero zero zero zero zero zero zero zero zero zero zero zero euros",
    ),
]

DATES = [
    ("3 March 2026", "the third of March twenty twenty-six"),
    ("on the 3rd of March 2026", "on the third of March twenty twenty-six"),
    ("March 3, 2026", "the third of March twenty twenty-six"),
    ("3 Mar", "the third of March"),
    ("March 2026", "March twenty twenty-six"),
    ("31 December 2009", "the thirty-first of December two thousand and nine"),
    ("1–7 March 2026", "the first to the seventh of March twenty twenty-six"),
    ("from 2 to 8 November 2026", "from the second to the eighth of November twenty twenty-six"),
    ("28 Feb – 3 Mar", "the twenty-eighth of February to the third of March"),
    ("Monday 3 March", "Monday the third of March"),
    ("2026-03-03", "the third of March twenty twenty-six"),
    ("03/04/2026", "the third of April twenty twenty-six"),
    ("03/25/2026", "the twenty-fifth of March twenty twenty-six"),
    ("2026-03-03T14:30:00Z", "the third of March twenty twenty-six at two thirty in the afternoon"),
    ("5 transactions in 2025", "five transactions in twenty twenty-five"),
    ("1,234 transactions", "one thousand two hundred and thirty-four transactions"),
]

TIMES = [
    ("14:30", "two thirty in the afternoon"),
    ("09:05", "nine oh five in the morning"),
    ("9:00 am", "nine o'clock in the morning"),
    ("2 pm", "two o'clock in the afternoon"),
    ("21:15", "nine fifteen in the evening"),
    ("12:00", "noon"),
    ("00:00", "midnight"),
    ("00:30", "twelve thirty at night"),
]

CODES = [
    (
        "IBAN IE29 AIBK 9311 5212 3456 78.",
        "IBAN I E two nine, A I B K, nine three one one, five two one two, three four five six, seven eight.",
    ),
    (
        "GB29NWBK60161331926819",
        "G B two nine, N W B K, six zero one six, one three three one, nine two six eight, one nine",
    ),
    ("•••• 3241", "ending in three two four one"),
    ("Harbour Visa •••• •••• •••• 3241", "Harbour Visa ending in three two four one"),
    ("the card ending in 2024", "the card ending in two zero two four"),
    ("ending in •••• 3241", "ending in three two four one"),
    ("IE29 •••• 5678", "ending in five six seven eight"),
    ("4111 1111 1111 1234", "four one one one, one one one one, one one one one, one two three four"),
    ("+353 1 234 5678", "plus three five three, one, two three four, five six seven eight"),
    ("01 234 5678", "zero one, two three four, five six seven eight"),
    ("12-34-56", "one two, three four, five six"),
    ("reference 123456789", "reference one two three, four five six, seven eight nine"),
    ("T1001", "T one zero zero one"),
    ("007", "zero zero seven"),
]

NUMBERS = [
    ("12.5%", "twelve point five percent"),
    ("-3%", "minus three percent"),
    ("5–10%", "five to ten percent"),
    ("the 21st, 2nd and 103rd", "the twenty-first, second and one hundred and third"),
    ("3–5 days", "three to five days"),
    ("-5", "minus five"),
    ("0.5", "zero point five"),
    ("1/2", "one half"),
    ("2/3", "two thirds"),
    ("1½", "one and one half"),
    ("3x", "three times"),
    ("No. 5", "number five"),
    ("#3", "number three"),
    ("٣", "three"),
]

WORDS = [
    ("St. Stephen's Green", "Saint Stephen's Green"),
    ("14 High St., Dublin", "fourteen High Street, Dublin"),
    ("Dr. Murphy", "Doctor Murphy"),
    ("Marks & Spencer", "Marks and Spencer"),
    ("first line\nsecond line", "first line. second line"),
    ("Rent – monthly", "Rent, monthly"),
]

HOSTILE = [
    ("", ""),
    ("   \n ", ""),
    ("\x01+900S hello \x1b[0m", "plus nine zero zero S hello zero m"),
    ("<speak><prosody rate='x-slow'>hi</prosody></speak>", "hi"),
    ("[[h@l'oU]]", "h at l'oU"),
    ("a\u200bb\ufeffc", "abc"),
    ("\ud800 lone", "lone"),
    ("🙂 fine", "fine"),
]


@pytest.mark.parametrize(("written", "spoken"), MONEY + DATES + TIMES + CODES + NUMBERS + WORDS + HOSTILE)
def test_said_as_a_clerk_would(written: str, spoken: str) -> None:
    assert spoken_form(written) == spoken


def test_another_language_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(SettingsError, match="xx") as caught:
        spoken_form("5", "xx")
    assert "en" in caught.value.remedy


def test_pronunciations_match_whole_words_in_any_case_and_the_longest_first() -> None:
    respelt = {"Lidl": "liddle", "Lidl Plus": "liddle ploos", "AIB": "A I B"}
    assert pronounced("At LIDL, lidl plus and Lidls.", respelt) == "At liddle, liddle ploos and Lidls."
    assert pronounced("AIB has A balance", respelt) == "ay I B has A balance"


def test_the_letter_a_in_a_code_is_no_article() -> None:
    assert pronounced(spoken_form("IE29 AIBK 9311 5212 3456 78"), {}).startswith(
        "I E two nine, ay I B K, nine"
    )
