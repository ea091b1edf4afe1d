import random
import re
from pathlib import Path

from assistant.asr.graph_text import normalise
from assistant.training.speech.people import read_manifest
from assistant.training.speech.sentences import Commands
from assistant.training.speech.spoken import Sayings
from assistant.training.speech.vocabulary import choose

_PLAIN = re.compile(r"[^\W\d_]['\w]*( [^\W\d_]['\w]*)*")


def test_commands_are_plain_words_and_depend_on_the_seed_alone() -> None:
    first, second = (Commands(random.Random(5), ["marie dubois"]) for _ in range(2))
    said = [first.sentence() for _ in range(3000)]
    assert said == [second.sentence() for _ in range(3000)]
    assert all(_PLAIN.fullmatch(text) for text in said)
    assert all(normalise(text) == text for text in said)
    assert len(set(said)) > 1500


def test_no_template_leaves_a_slot_or_a_choice_open() -> None:
    commands = Commands(random.Random(1), [])
    assert not any(set("{}[]()|") & set(commands.sentence()) for _ in range(5000))


def test_sums_are_said_in_many_ways() -> None:
    sayings = Sayings(random.Random(2))
    said = [sayings.amount() for _ in range(2000)]
    for part in ("pence", "and", "point", "a hundred", "quid", "euros"):
        assert any(part in text for text in said), part


def test_digit_strings_know_oh_and_double() -> None:
    sayings = Sayings(random.Random(2))
    words = {word for _ in range(500) for word in sayings.digits().split()}
    assert words == {
        "zero",
        "oh",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "double",
        "triple",
    }


def test_no_speaker_is_both_trained_on_and_measured_with(tmp_path: Path) -> None:
    head = "path\tcorpus\tspeaker\tgender\tgroup\ttranscript\tseconds\tlicence\n"
    rows = [
        f"{corpus}/{speaker}-{n}.wav\t{corpus}\t{speaker}\tf\tadult\tHello, you\t1.5\tfree\n"
        for corpus, speakers in (
            ("librispeech_devclean_part", ("1462", "84")),
            ("speechocean762_train", ("10", "13")),
        )
        for speaker in speakers
        for n in range(3)
    ]
    (tmp_path / "manifest.tsv").write_text(head + "".join(rows), "utf-8")
    clips = read_manifest(tmp_path)
    held = {clip.speaker for clip in clips if clip.held_out}
    assert held == {"1462", "13"}
    assert held.isdisjoint(clip.speaker for clip in clips if not clip.held_out)
    assert clips[0].text == "hello you"


def test_shortened_words_are_words() -> None:
    assert choose(["what's d'arcy", "o'"], ["b2b"]) == {"what's", "d'arcy"}
