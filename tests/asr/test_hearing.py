"""Names and expected answers, worked in while the assistant listens."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.asr.adaptation import adapt
from assistant.asr.adaptation_questions import Question, answers
from assistant.asr.hearing import Hearing
from assistant.asr.recogniser import Recogniser
from assistant.errors import BrokenSpeechModelError
from tests.asr.speech import LEXICON, MODEL, Samples, Say, chunks, model, silence
from tests.asr.strangers import foreign_model

ASKED = "how much did i spend at zorbello last month"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where hearing writes."""
    folder = tmp_path / "written"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def hearing(written: Path) -> Iterator[Hearing]:
    hearing = Hearing(MODEL, LEXICON, patience=60)
    yield hearing
    hearing.close()


def heard(hearing: Hearing, say: Say, text: str, question: Question | None = None) -> str:
    return hearing.expecting(question)().transcribe([say(text)]).text


def prepared(hearing: Hearing, question: Question) -> bool:
    """Whether an answer is heard otherwise than free speech."""
    return hearing.expecting(question)() is not hearing.expecting(None)()


def test_a_name_is_heard_once_it_was_worked_in(hearing: Hearing, say: Say) -> None:
    assert "zorbello" not in heard(hearing, say, ASKED)
    hearing.learn(["Zorbello", "Plimquat & Sons"]).result()
    assert "zorbello" in heard(hearing, say, ASKED)
    assert hearing.expecting(None)().model.knows("plimquat")


def test_who_listens_already_is_not_disturbed(hearing: Hearing, say: Say) -> None:
    listening = hearing.expecting(None)()
    hearing.learn(["Zorbello"]).result()
    assert not listening.model.knows("zorbello")
    heard_still = listening.transcribe([say(ASKED)]).text
    assert heard_still.startswith("how much did i spend")
    assert "zorbello" not in heard_still


def test_only_the_names_learnt_last_count(hearing: Hearing) -> None:
    hearing.learn(["Zorbello"])
    hearing.learn(["Plimquat"]).result()
    knows = hearing.expecting(None)().model.knows
    assert (knows("plimquat"), knows("zorbello")) == (True, False)


def test_the_same_names_cost_nothing(hearing: Hearing) -> None:
    hearing.learn(["Zorbello", "Plimquat"]).result()
    now = hearing.expecting(None)()
    hearing.learn(["Plimquat", "Zorbello"]).result()
    assert hearing.expecting(None)() is now


def test_an_expected_answer_is_heard_and_so_is_anything_else(hearing: Hearing, say: Say) -> None:
    assert prepared(hearing, Question.AMOUNT)
    for text in ("fifteen pounds fifty", "show me my last transactions"):
        assert heard(hearing, say, text, Question.AMOUNT) == text


def test_names_and_expectations_go_together(hearing: Hearing, say: Say) -> None:
    assert prepared(hearing, Question.CONFIRMATION)
    hearing.learn(["Zorbello"]).result()
    assert prepared(hearing, Question.CONFIRMATION)
    assert "zorbello" in heard(hearing, say, ASKED, Question.CONFIRMATION)
    assert heard(hearing, say, "yes please", Question.CONFIRMATION) == "yes please"


def test_names_are_for_their_owner_alone_and_gone_at_the_end(hearing: Hearing, written: Path) -> None:
    hearing.learn(["Zorbello"]).result()
    assert prepared(hearing, Question.MORE)
    (folder,) = written.iterdir()
    assert any("zorbello" in path.read_text() for path in folder.rglob("lexicon.txt"))
    assert folder.stat().st_mode & 0o077 == 0
    hearing.close()
    assert list(written.iterdir()) == []


def test_after_the_end_nothing_is_learnt(hearing: Hearing, written: Path) -> None:
    hearing.close()
    hearing.learn(["Zorbello"]).result()
    assert not prepared(hearing, Question.MORE)
    assert list(written.iterdir()) == []


def test_an_answer_does_not_wait_for_ever(say: Say) -> None:
    hearing = Hearing(MODEL, LEXICON, patience=0)
    hearing.learn(["Zorbello"])
    assert not prepared(hearing, Question.AMOUNT)
    assert heard(hearing, say, "yes please", Question.AMOUNT) == "yes please"
    hearing.close()


def test_for_recordings_only_what_is_answered_is_prepared(
    say: Say, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared_for: list[object] = []

    def watched(*arguments: Any, **options: Any) -> object:
        prepared_for.append(options["expected"])
        return adapt(*arguments, **options)

    monkeypatch.setattr("assistant.asr.hearing.adapt", watched)
    hearing = Hearing(MODEL, LEXICON, patience=None)
    try:
        hearing.expecting(Question.MORE)
        assert heard(hearing, say, "fifteen pounds fifty", Question.AMOUNT) == "fifteen pounds fifty"
        assert prepared_for == [answers(Question.AMOUNT)]
    finally:
        hearing.close()


def test_a_large_model_learns_names_and_is_in_memory_once(tmp_path: Path) -> None:
    folder = foreign_model(tmp_path / "large")
    with (folder / "ballast").open("wb") as stream:
        stream.truncate(50_000_000)
    hearing = Hearing(folder, LEXICON, patience=60)
    before = hearing.expecting(None)()
    hearing.learn(["Zorbello"]).result()
    assert hearing.expecting(None)() is not before
    assert not prepared(hearing, Question.AMOUNT)
    hearing.close()


def test_a_model_that_cannot_be_adapted_hears_as_it_is(tmp_path: Path) -> None:
    """All files side by side: the older of the two layouts that Vosk knows."""
    folder = foreign_model(tmp_path / "old")
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.rename(folder / path.name)
    hearing = Hearing(folder, LEXICON, patience=60)
    hearing.learn(["Zorbello"]).result()
    assert not prepared(hearing, Question.AMOUNT)
    hearing.close()


def test_people_are_told_of_sooner_than_recordings_are(hearing: Hearing, say: Say) -> None:
    recordings = Hearing(MODEL, LEXICON, patience=None)
    assert recordings.plain() is recordings.expecting(None)().model is model()
    recordings.close()

    def told(recogniser: Recogniser, sound: Samples) -> int:
        """After how many samples the whole sentence was."""
        fed = 0
        done: list[int] = []

        def feed() -> Iterator[Samples]:
            nonlocal fed
            for chunk in chunks(sound):
                fed += len(chunk)
                yield chunk

        def note(words: str) -> None:
            if words == "show my balance":
                done.append(fed)

        recogniser.transcribe(feed(), on_partial=note)
        return done[0]

    sentence = say("show my balance")
    sooner = []
    for start in np.linspace(0, 0.45, 6):  # wherever in a piece of 450 ms it begins
        sound = np.concatenate([silence(float(start)), sentence, silence(1)])
        sooner.append(told(Recogniser(model()), sound) - told(hearing.expecting(None)(), sound))
    assert np.mean(sooner) > 0.05 * 16_000


def test_a_model_that_cannot_be_loaded_is_named_by_its_own_folder(written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(MODEL, folder)
    (folder / "graph" / "Gr.fst").write_bytes(b"no graph")
    with pytest.raises(BrokenSpeechModelError, match=str(folder)):
        Hearing(folder, LEXICON)


def test_another_model_is_told_of_as_soon(hearing: Hearing, written: Path, tmp_path: Path) -> None:
    adapt(MODEL, tmp_path / "other", lexicon=LEXICON, names=["Zorbello"])
    hearing.learn(["Plimquat"]).result()
    hearing.replace(tmp_path / "other").result()
    knows = hearing.expecting(None)().model.knows
    assert (knows("zorbello"), knows("plimquat"), hearing.plain().knows("plimquat")) == (True, True, False)
    assert written in hearing.plain().folder.parents
    hearing.learn([]).result()
    assert hearing.expecting(None)().model is hearing.plain()
    hearing.learn(["Plimquat"]).result()
    assert hearing.expecting(None)().model.knows("plimquat")


def test_what_silences_us_is_listened_for_in_small_pieces(hearing: Hearing, written: Path) -> None:
    options = (MODEL / "conf" / "model.conf").read_bytes()
    hearing.learn(["Zorbello"]).result()
    before = sorted(written.rglob("*"))
    quick = hearing.quick()
    assert quick is hearing.quick()
    assert quick is not hearing.plain()
    assert not quick.knows("zorbello")
    assert hearing.whole().folder == MODEL
    assert sorted(written.rglob("*")) == before
    assert (MODEL / "conf" / "model.conf").read_bytes() == options


def test_where_nothing_can_be_written_it_is_listened_for_as_it_is(hearing: Hearing, written: Path) -> None:
    (folder,) = written.iterdir()
    shutil.rmtree(folder)
    folder.write_text("a folder no more")
    assert hearing.quick() is hearing.plain()
    folder.unlink()


def test_a_large_model_listens_for_it_as_it_is(tmp_path: Path) -> None:
    folder = foreign_model(tmp_path / "large")
    with (folder / "ballast").open("wb") as stream:
        stream.truncate(50_000_000)
    hearing = Hearing(folder, LEXICON)
    assert hearing.quick() is hearing.plain()
    hearing.close()
