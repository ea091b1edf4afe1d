from pathlib import Path

import pytest

from assistant.training.speech.names import spelt_words
from assistant.training.speech.outside import (
    banking_texts,
    conversations,
    dictionary_examples,
    in_sentences,
    novels,
)


def test_questions_to_banks_are_read_when_they_are_there(tmp_path: Path) -> None:
    assert list(banking_texts(tmp_path)) == []
    (tmp_path / "banking77").mkdir()
    (tmp_path / "banking77" / "train.csv").write_text(
        'text,category\n"Where is my card, please?",x\n', "utf-8"
    )
    (tmp_path / "clinc").mkdir()
    (tmp_path / "clinc" / "train.tsv").write_text("what's up\tgreeting\ttrain\n", "utf-8")
    assert list(banking_texts(tmp_path)) == ["where is my card please", "what's up"]


def test_a_dictionarys_examples_are_what_stands_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "data.verb").write_text('0 | to hand over; "He paid the bill at once"; "he did"\n', "utf-8")
    assert list(dictionary_examples(tmp_path)) == ["he paid the bill at once"]


def test_a_paragraph_is_cut_where_a_reader_pauses() -> None:
    text = 'Mr. Bennet said, "Is _that_ so?"  Mrs. Bennet\nwas silent; she had £50--no more.'
    assert list(in_sentences(text)) == [
        "mister bennet said is that so",
        "missus bennet was silent",
        "she had fifty pounds no more",
    ]


def test_novels_are_done_without_where_r_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(novels()) == []


def test_conversations_are_kept_where_all_words_are_spelt_right() -> None:
    pytest.importorskip("chitchat_dataset")  # in the recipe's environment
    said = list(conversations({"how", "are", "you", "doing", "today"}))
    assert "how are you doing today" in said
    assert {word for text in said for word in text.split()} <= {"how", "are", "you", "doing", "today"}


def test_spelt_words_hold_short_forms_and_names_and_no_slips(tmp_path: Path) -> None:
    lists = {
        "english-words.35": "banking bank",
        "british-words.50": "favour",
        "english-contractions.10": "they'll I'm",
        "english-proper-names.50": "Elizabeth",
        "english-words.95": "dont hahaha",
        "english-abbreviations.35": "im",
    }
    for name, words in lists.items():
        (tmp_path / name).write_text(words.replace(" ", "\n"), "latin-1")
    spelt = spelt_words(tmp_path)
    assert {"they'll", "elizabeth", "banking", "i'm", "favour"} <= spelt
    assert not {"dont", "hahaha", "im"} & spelt
