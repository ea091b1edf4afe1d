from pathlib import Path

import pytest

from assistant.training.speech import british
from assistant.training.speech.voices import Speaker, installed_engines, synthesise

_VOICE = Path("/usr/share/festival/voices/english") / british.VOICE

# It sounds the words out; the assistant itself speaks through its library, the program is the recipe's.
pytestmark = pytest.mark.skipif("espeak" not in installed_engines(), reason="espeak-ng is not installed")


def _entry(word: str) -> str:
    return next(line for line in british.prelude([word]) if f'"{word}"' in line)


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("forty", "f oo1 t i0"),
        ("card", "k aa1 d"),
        ("thirty", "th @@1 t i0"),
        ("account", "@0 k au1 n t"),
        ("hundred", "h uh1 n d r i0 d"),
        ("afford", "@0 f oo1 d"),
        ("one", "w uh1 n"),
    ],
)
def test_words_are_said_as_in_the_south_of_england(word: str, phones: str) -> None:
    assert f"'({phones})" in _entry(word)


def test_a_genitive_is_its_word_and_commas_are_no_words() -> None:
    lines = "\n".join(british.prelude(["the card, at sainsbury's"]))
    assert '"sainsbury"' in lines and '"sainsbury\'s"' not in lines and '"card,"' not in lines


def test_every_vowel_tells_its_stress_and_no_consonant_does() -> None:
    words = "transfer two thousand and thirty pounds to my savings account on the eleventh of february"
    for line in british.prelude([words])[1:]:
        for phone in line.split("'(")[1].rstrip(")").split():
            assert phone[-1].isdigit() == (phone[0] in "aeiou@"), line


# Only who makes the speech model anew needs the voice; it lies in Debian's contrib section.
@pytest.mark.skipif(not _VOICE.is_dir(), reason="festvox-rablpc16k is not installed")
def test_the_voice_says_it_without_the_dictionary_that_may_not_be_used(tmp_path: Path) -> None:
    jobs = [("send forty pounds, please", tmp_path / "a.wav"), ("was it sainsbury's", tmp_path / "b.wav")]
    assert synthesise(Speaker("festival", british.VOICE), jobs) == 2
