"""Adapting the shipped model; the speech is synthetic, made while the tests run."""

from pathlib import Path

import pytest

from assistant.asr.adaptation import adapt
from assistant.asr.adaptation_confidence import Calibration
from assistant.asr.adaptation_questions import Question, answers
from assistant.asr.grammar import Grammar
from assistant.asr.graph_files import read
from assistant.asr.graph_lexicon import read_lexicon, read_words
from assistant.asr.recogniser import Recogniser
from assistant.audio.frames import Samples
from assistant.errors import SpeechModelError
from tests.asr.speech import LEXICON, MODEL, Say
from tests.asr.strangers import foreign_model


@pytest.fixture(scope="module")
def shipped() -> Recogniser:
    return Recogniser(MODEL)


def _hear(recogniser: Recogniser, samples: Samples, grammar: Grammar | None = None) -> str:
    return recogniser.transcribe([samples], grammar=grammar).text


@pytest.mark.parametrize(
    "text",
    [
        "what is the balance of my savings account",
        "how much did i spend on groceries last month",
        "show me my last five transactions",
        "yes please",
        "my code is four seven two nine",
    ],
)
def test_the_shipped_model_hears_commands(shipped: Recogniser, say: Say, text: str) -> None:
    assert _hear(shipped, say(text)) == text


def test_a_grammar_limits_what_is_heard(shipped: Recogniser, say: Say) -> None:
    grammar = Grammar(answers(Question.CONFIRMATION))
    assert _hear(shipped, say("yes"), grammar) == "yes"
    assert "balance" not in _hear(shipped, say("what is the balance of my account"), grammar)


def test_a_new_name_becomes_a_word(shipped: Recogniser, say: Say, tmp_path: Path) -> None:
    spoken = say("how much did i spend at zorbello last month")
    assert "zorbello" not in _hear(shipped, spoken)
    adapted = adapt(MODEL, tmp_path / "m", lexicon=LEXICON, names=["Zorbello"])
    assert adapted.added == ("zorbello",)
    assert adapted.missing == ()
    assert "zorbello" in _hear(Recogniser(adapted.model), spoken)


def test_old_words_are_still_heard_after_adapting(say: Say, tmp_path: Path) -> None:
    names = [f"Quillim{ending} Vrandt" for ending in "aeiou"]
    adapted = adapt(
        MODEL, tmp_path / "m", lexicon=LEXICON, names=names, sentences=["has quillima vrandt paid me"]
    )
    text = "how much did i spend on groceries last month"
    assert _hear(Recogniser(adapted.model), say(text)) == text


def test_adapting_leaves_the_original_alone(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in MODEL.rglob("*") if path.is_file()}
    adapt(MODEL, tmp_path / "m", lexicon=LEXICON, names=["Zorbello"], sentences=["pay zorbello"])
    assert {path: path.read_bytes() for path in MODEL.rglob("*") if path.is_file()} == before


def test_sentences_that_were_trained_become_likelier(tmp_path: Path) -> None:
    """The arc cost of a rare word after "the" falls once a trainer writes it."""
    sentences = ["open the aardvark account"] * 20
    adapted = adapt(MODEL, tmp_path / "m", lexicon=LEXICON, sentences=sentences)

    def cost(model: Path) -> float:
        fst, labels = read(model / "graph" / "Gr.fst"), read_words(model / "graph" / "words.txt")
        unigrams = fst.arcs[fst.first[0] : fst.first[1]]
        return float(unigrams["weight"][unigrams["ilabel"] == labels["account"]][0])

    assert "aardvark" in read_words(adapted.model / "graph" / "words.txt")
    assert cost(adapted.model) < cost(MODEL)


def test_expected_answers_win_and_free_speech_stays(say: Say, tmp_path: Path) -> None:
    adapted = adapt(MODEL, tmp_path / "m", lexicon=LEXICON, expected=answers(Question.AMOUNT))
    recogniser = Recogniser(adapted.model)
    assert _hear(recogniser, say("fifteen pounds fifty")) == "fifteen pounds fifty"
    assert _hear(recogniser, say("show me my last transactions")) == "show me my last transactions"


def test_what_was_learnt_stays_when_an_adapted_model_is_adapted(say: Say, tmp_path: Path) -> None:
    named = adapt(MODEL, tmp_path / "named", lexicon=LEXICON, names=["Zorbello"]).model
    asking = adapt(named, tmp_path / "asking", lexicon=LEXICON, expected=answers(Question.AMOUNT)).model
    spoken = say("how much did i spend at zorbello last month")
    assert _hear(Recogniser(asking), spoken) == _hear(Recogniser(named), spoken)
    assert "zorbello" in _hear(Recogniser(asking), spoken)


def test_adapting_again_replaces_the_folder(tmp_path: Path) -> None:
    adapt(MODEL, tmp_path / "m", lexicon=LEXICON, names=["Zorbello"])
    second = adapt(MODEL, tmp_path / "m", lexicon=LEXICON, names=["Plimquat"])
    words = read_words(second.model / "graph" / "words.txt")
    assert "plimquat" in words
    assert "zorbello" not in words
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


@pytest.fixture()
def foreign(tmp_path: Path) -> Path:
    return foreign_model(tmp_path / "foreign")


def test_a_foreign_model_hears_names_as_their_nearest_words(foreign: Path, say: Say, tmp_path: Path) -> None:
    adapted = adapt(
        foreign,
        tmp_path / "m",
        lexicon=LEXICON,
        names=["Tessko"],
        sentences=["show my balance"],
        background=MODEL,
    )
    assert adapted.added == ()
    assert [item.word for item in adapted.missing] == ["tessko"]
    assert adapted.heard_as == {"tesco": "tessko"}
    assert _hear(Recogniser(adapted.model), say("show my balance")) == "show my balance"


def test_a_word_like_no_other_is_reported_without_a_stand_in(foreign: Path, tmp_path: Path) -> None:
    adapted = adapt(foreign, tmp_path / "m", lexicon=LEXICON, names=["zzyzzyvqx"], background=MODEL)
    assert [item.word for item in adapted.missing] == ["zzyzzyvqx"]


def test_a_static_graph_cannot_be_adapted(foreign: Path, tmp_path: Path) -> None:
    (foreign / "graph" / "HCLr.fst").rename(foreign / "graph" / "HCLG.fst")
    with pytest.raises(SpeechModelError, match="static"):
        adapt(foreign, tmp_path / "m", lexicon=LEXICON, names=["Tessko"])
    assert not (tmp_path / "m").exists()


def test_the_lexicon_and_the_graph_agree() -> None:
    assert set(read_lexicon(MODEL / "lexicon.txt")) == set(read_words(MODEL / "graph" / "words.txt")) - {
        "<eps>",
        "[unk]",
    }


def test_the_shipped_model_keeps_its_promises() -> None:
    size = sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file())
    assert size <= 15_000_000
    assert len(read_lexicon(MODEL / "lexicon.txt")) >= 6_000
    calibration = Calibration.of_model(MODEL)
    assert calibration.word(0.2) < calibration.word(1.0)
    assert 0.5 < calibration.word(1.0) < 1.0
