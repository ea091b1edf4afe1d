import pytest

from assistant.asr.graph_text import normalise


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("How much did I spend?", "how much did i spend"),
        ("Send £25.50 to Tom", "send twenty five pounds fifty pence to tom"),
        ("$1,200 please", "one thousand two hundred dollars please"),
        ("on the 3rd of May 2024", "on the third of may twenty twenty four"),
        ("McDonald’s & Co.", "mcdonald's and co"),
        ("at 9:30", "at nine thirty"),
        ("Cafetería Sol, Hôtel du Canal", "cafeteria sol hotel du canal"),
        ("I.B.A.N.", "i b a n"),
        ("code 0042", "code zero zero four two"),
        ("'quoted'", "quoted"),
        ("50%", "fifty percent"),
        ("whats its balance, cant see it", "what's its balance can't see it"),
        ("", ""),
        ("?!", ""),
        ("日本", ""),
    ],
)
def test_written_text_becomes_words(written: str, said: str) -> None:
    assert normalise(written) == said


def test_normalising_twice_changes_nothing() -> None:
    text = normalise("Pay €3,421.07 to Zoë O'Brien on the 21st, 50% now!")
    assert normalise(text) == text
