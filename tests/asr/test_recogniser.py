"""The recogniser against bare Vosk, on real speech."""

from __future__ import annotations

import gc
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import vosk

from assistant.asr.grammar import Grammar
from assistant.asr.quiet import QuietGate
from assistant.asr.recogniser import Recogniser
from assistant.asr.speech_model import SpeechModel, open_model
from assistant.errors import SpeechModelError
from tests.asr.speech import (
    BALANCE,
    MODEL,
    NO,
    RECORDINGS,
    YES,
    Samples,
    chunks,
    hiss,
    model,
    silence,
    speech,
)

SOME = sorted(RECORDINGS.glob("*.flac"))[::9]


@pytest.fixture
def recogniser() -> Recogniser:
    return Recogniser(model())


def bare(sound: Samples) -> str:
    """What Vosk writes when nothing of ours is in between."""
    engine = vosk.KaldiRecognizer(vosk.Model(str(MODEL)), 16_000)
    texts = []
    for chunk in chunks(sound):
        if engine.AcceptWaveform(chunk.tobytes()):
            texts.append(json.loads(engine.Result())["text"])
    texts.append(json.loads(engine.FinalResult())["text"])
    return " ".join(text for text in texts if text)


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.stem)
def test_we_hear_what_bare_vosk_hears(path: Path, recogniser: Recogniser) -> None:
    sound = speech(path)
    assert recogniser.transcribe(chunks(sound)).text == bare(sound) != ""


def test_the_same_audio_gives_the_same_transcript_again(recogniser: Recogniser) -> None:
    first = recogniser.transcribe(chunks(speech()))
    recogniser.transcribe(chunks(speech(NO)))
    again = recogniser.transcribe(chunks(speech()), on_partial=lambda text: None)
    assert (again.text, again.words) == (first.text, first.words)


def test_words_carry_times_and_confidences(recogniser: Recogniser) -> None:
    heard = recogniser.transcribe(chunks(speech()))
    assert [word.text for word in heard.words] == heard.text.split()
    assert all(0 <= word.confidence <= 1 for word in heard.words)
    assert 0 < heard.confidence <= 1
    edges = [edge for word in heard.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[-1] <= heard.audio_seconds == len(speech()) / 16_000
    loud = np.flatnonzero(np.abs(speech().astype(int)) > 500) / 16_000
    assert edges[0] == pytest.approx(loud[0], abs=0.2)
    assert edges[-1] == pytest.approx(loud[-1], abs=0.3)


def test_partial_texts_grow_into_the_transcript(recogniser: Recogniser) -> None:
    partials: list[str] = []
    heard = recogniser.transcribe(chunks(speech(), silence(2)), on_partial=partials.append)
    assert len(partials) >= 3
    assert len(partials) == len(set(partials))
    assert partials[-1] == heard.text
    assert len(partials[0].split()) < len(heard.words)


def test_a_pause_in_the_middle_keeps_both_parts(recogniser: Recogniser) -> None:
    partials: list[str] = []
    heard = recogniser.transcribe(chunks(speech(), silence(2), speech(YES)), on_partial=partials.append)
    both = f"{recogniser.transcribe(chunks(speech())).text} {recogniser.transcribe(chunks(speech(YES))).text}"
    assert heard.text == partials[-1] == both


def test_other_readings_come_with_the_confidences_of_the_best(recogniser: Recogniser) -> None:
    plain = [recogniser.transcribe(chunks(speech(path))) for path in SOME]
    asked = [recogniser.transcribe(chunks(speech(path)), alternatives=4) for path in SOME]
    for one, other in zip(plain, asked, strict=True):
        assert (one.text, one.words) == (other.text, other.words)
        assert one.alternatives == ()
        assert other.text not in other.alternatives
        assert len(set(other.alternatives)) == len(other.alternatives) <= 4
    assert any(transcript.alternatives for transcript in asked)


def test_silence_is_an_empty_transcript(recogniser: Recogniser) -> None:
    for sound in (silence(0), silence(3), hiss(3, -60)):
        heard = recogniser.transcribe(chunks(sound))
        assert (heard.text, heard.words) == ("", ())
        assert heard.confidence == 0


def test_several_recognisers_share_one_model_in_memory() -> None:
    first, second = Recogniser(MODEL), Recogniser(MODEL)
    assert first.model is second.model
    del first, second
    gc.collect()


def test_threads_do_not_mix_what_they_hear() -> None:
    expected = [Recogniser(model()).transcribe(chunks(speech(path))).text for path in SOME]
    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(lambda path: Recogniser(model()).transcribe(chunks(speech(path))).text, SOME))
    assert heard == expected


# --- vocabularies at run time ------------------------------------------------------------------


def test_a_grammar_hears_only_its_phrases(recogniser: Recogniser) -> None:
    answers = Grammar(["yes", "no"])
    assert recogniser.recheck(speech(YES), answers).text == "yes"
    assert recogniser.recheck(speech(NO), answers).text == "no"
    assert "[unk]" in recogniser.recheck(speech(BALANCE), answers).text


def test_phrases_with_unknown_words_are_left_out_as_a_whole(recogniser: Recogniser) -> None:
    grammar = Grammar(["yes", "no zzyzzx"])
    assert grammar.unknown_words(recogniser.model.knows) == ("zzyzzx",)
    assert json.loads(grammar.for_model(recogniser.model.knows)) == ["yes", "[unk]"]
    assert "no" not in recogniser.recheck(speech(NO), grammar).text.split()


def test_a_grammar_of_which_nothing_is_left_is_refused(recogniser: Recogniser) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Grammar(["", "  ", "[unk]"])
    with pytest.raises(SpeechModelError) as caught:
        recogniser.recheck(speech(YES), Grammar(["zzyzzx"]))
    assert caught.value.code == "asr.model"


def test_a_grammar_is_written_as_the_model_writes_words() -> None:
    assert Grammar([" Yes  Please ", "yes please", "NO"]).phrases == ("yes please", "no")


# --- too little silence, and too much ----------------------------------------------------------


def test_words_cut_where_they_begin_and_end_are_heard_with_times_inside_the_sound(
    recogniser: Recogniser,
) -> None:
    """More of them than by bare Vosk, be they cut where they are faint or where they are loud."""
    right = bare_right = 0
    for path, share in product((YES, NO, *SOME), (40, 20, 12, 8)):
        whole = speech(path)
        loud = np.flatnonzero(np.abs(whole.astype(int)) > np.abs(whole.astype(int)).max() // share)
        sharp = whole[loud[0] : loud[-1] + 1]
        heard = recogniser.transcribe(chunks(sharp))
        expected = recogniser.transcribe(chunks(whole)).text
        right += heard.text == expected
        bare_right += bare(sharp) == expected
        seconds = len(sharp) / 16_000
        assert heard.audio_seconds == pytest.approx(seconds)
        assert all(0 <= word.start < word.end <= round(seconds, 3) for word in heard.words)
        assert heard.words[0].start < 0.15
    assert right > bare_right


def test_quiet_is_put_only_where_sound_has_none() -> None:
    tone = np.full(3200, 4000, np.int16)
    for sound, before, after in (
        (tone, 1600, 1600),
        (np.concatenate([silence(0.1), tone]), 0, 1600),
        (np.concatenate([tone, hiss(0.1, -60)]), 1600, 0),
    ):
        gate = QuietGate(margins=True)
        passed = [*(each for part in chunks(sound) for each in gate.pass_on(part)), *gate.end()]
        added = [np.zeros(count, np.int16) for count in (before, after)]
        assert np.array_equal(np.concatenate(passed), np.concatenate([added[0], sound, added[1]]))
        assert gate.seconds == len(sound) / 16_000
        assert gate.real_time(before / 16_000 + 0.05) == 0.05
        assert gate.real_time(0.0) == 0.0


def test_speech_far_apart_is_all_heard_with_its_true_times(recogniser: Recogniser) -> None:
    """Ten minutes between two sentences are not decoded, and nobody notices."""
    sound = [silence(60), speech(), silence(600), speech(YES), silence(60)]
    heard = recogniser.transcribe(chunks(*sound))
    first, second = recogniser.transcribe(chunks(speech())), recogniser.transcribe(chunks(speech(YES)))
    assert heard.text == f"{first.text} {second.text}"
    assert heard.audio_seconds == pytest.approx(sum(len(part) for part in sound) / 16_000)
    assert heard.words[0].start == pytest.approx(60 + first.words[0].start, abs=0.1)
    start_of_yes = 60 + len(speech()) / 16_000 + 600
    assert heard.words[-1].start == pytest.approx(start_of_yes + second.words[-1].start, abs=0.1)


def test_only_digital_silence_is_spared() -> None:
    gate = QuietGate(margins=True)
    passed = sum(len(chunk) for part in chunks(silence(600)) for chunk in gate.pass_on(part))
    assert passed <= 7 * 16_000
    assert gate.seconds == pytest.approx(600)
    for sound in (speech(), hiss(30, -70), (speech() / 100).astype(np.int16)):
        gate = QuietGate(margins=True)
        through = [chunk for part in chunks(sound) for chunk in gate.pass_on(part)]
        assert np.array_equal(np.concatenate(through), sound)


@pytest.mark.parametrize("peak", [2000, 500, 400])
def test_quiet_speech_is_heard_like_bare_vosk_hears_it(peak: int, recogniser: Recogniser) -> None:
    sound = np.round(speech() * (peak / np.abs(speech().astype(int)).max())).astype(np.int16)
    whole = np.concatenate([silence(8), sound, silence(8)])
    assert recogniser.transcribe(chunks(whole)).text == bare(whole) != ""


def test_a_model_that_changed_on_disk_is_loaded_again(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    first: SpeechModel = open_model(folder)
    assert open_model(folder) is first
    (folder / "README.md").write_text("changed")
    assert open_model(folder) is not first


def test_letters_with_accents_reach_vosk_as_they_are() -> None:
    assert Grammar(["send it to Rémy"]).for_model(lambda _: True) == '["send it to rémy", "[unk]"]'
