import random
from pathlib import Path

import pytest

from assistant.asr.adaptation_questions import LIKE_YES, YES
from assistant.asr.recogniser import Recogniser
from assistant.training.speech import corpus, neural
from assistant.training.speech.listen import hear
from assistant.training.speech.recordings import load
from assistant.training.speech.sentences import Commands
from assistant.training.speech.texts import ALONE
from assistant.training.speech.voices import (
    HELD_OUT,
    Speaker,
    draw_speaker,
    installed_engines,
    synthesise,
    with_pauses,
)

SHIPPED = Path(__file__).resolve().parents[3] / "voices" / "en" / "speech-model"
_ALL = ("rhvoice", "flite", "pico", "espeak", "festival", "kokoro")


def test_a_held_out_voice_is_never_drawn() -> None:
    rng = random.Random(0)
    drawn = {(s.engine, s.voice) for s in (draw_speaker(rng, _ALL) for _ in range(20_000))}
    assert drawn.isdisjoint((s.engine, s.voice) for s in HELD_OUT)
    assert {engine for engine, _ in drawn} == set(_ALL)
    assert not any(voice.endswith(("+f3", "+m3")) for _, voice in drawn)
    assert not any(held_out in voice for _, voice in drawn for held_out in neural.HELD_OUT)


def test_only_installed_engines_are_drawn() -> None:
    rng = random.Random(0)
    assert {draw_speaker(rng, ("flite",)).engine for _ in range(100)} == {"flite"}


def test_pauses_change_no_word() -> None:
    text = "the code is one two three four"
    assert with_pauses(random.Random(3), text).replace(",", "") == text


def _plan(seed: int) -> list[corpus.Saying]:
    commands = Commands(random.Random(seed), ["marie"])
    return corpus.plan(
        300, seed, commands=commands, general=["a b c"], words=["word"], names=["marie"], engines=_ALL
    )


def test_the_plan_depends_on_the_seed_alone_and_survives_the_disk(tmp_path: Path) -> None:
    assert _plan(4) == _plan(4)
    assert _plan(4) != _plan(5)
    corpus.write_plan(tmp_path / "plan.jsonl", _plan(4))
    assert corpus.read_plan(tmp_path / "plan.jsonl") == _plan(4)


def test_neural_voices_say_no_single_words() -> None:
    plan = [*_plan(4), *corpus.plan_test(40, 4, Commands(random.Random(4), ["marie"]), _ALL)]
    neural_ones = [saying.text.split() for saying in plan if saying.speaker.engine == "kokoro"]
    assert min(map(len, neural_ones)) == 3
    assert {s.speaker.engine for s in plan if s.kind == "digit"} == {*_ALL} - {"kokoro"}


def test_a_yes_and_what_sounds_like_one_are_said_alone_and_as_often() -> None:
    answers = [saying.text for saying in _plan(4) if saying.kind == "answers"]
    like, agreed = sum(text in LIKE_YES for text in answers), sum(text in YES for text in answers)
    assert like + agreed == len(answers) > 8
    assert like < 2 * agreed and agreed < 2 * like


def test_answers_are_said_in_a_row_with_pauses_by_neural_voices_too() -> None:
    rows = [saying for seed in range(6) for saying in _plan(seed) if saying.kind == "answers in a row"]
    assert any(saying.speaker.engine == "kokoro" for saying in rows)
    for saying in rows:
        said = saying.marked.split("; ")
        assert " ".join(said) == saying.text
        assert 3 <= len(said) <= 5
        assert {*said} <= {*ALONE, *YES, *LIKE_YES}


@pytest.mark.skipif(not neural.installed(), reason="Kokoro is in the recipe's own environment only")
def test_a_no_at_the_end_is_not_read_as_a_number(tmp_path: Path) -> None:
    path = tmp_path / "no.wav"
    neural.say("am_adam", 1.0, "i have said no", path)
    heard = hear(Recogniser(SHIPPED), load(path)).text
    assert heard.endswith("no")


@pytest.mark.skipif("espeak" not in installed_engines(), reason="espeak-ng is not installed")
def test_recording_goes_on_where_it_stopped(tmp_path: Path) -> None:
    speaker = Speaker("espeak", "en-us+f1", 1.1, 0.9)
    sayings = [corpus.Saying(f"tr{n:06d}", "words", "hello there", "hello, there", speaker) for n in range(3)]
    first = sayings[0].path(tmp_path)
    first.parent.mkdir(parents=True)
    assert synthesise(speaker, [("hello", first)]) == 1
    before = first.read_bytes()
    corpus.record(sayings, tmp_path, 1, lambda _: None)
    assert first.read_bytes() == before
    assert all(saying.path(tmp_path).stat().st_size > 4000 for saying in sayings)


@pytest.mark.skipif(not neural.installed(), reason="Kokoro is in the recipe's own environment only")
def test_a_mixture_of_neural_voices_says_whole_sentences(tmp_path: Path) -> None:
    short, long = tmp_path / "short.wav", tmp_path / "long.wav"
    voice = "am_adam+bf_lily*0.30"
    jobs = [
        ("pay marie keller", short),
        ("pay fourteen pounds, to marie keller, tomorrow morning please", long),
    ]
    assert synthesise(Speaker("kokoro", voice), jobs) == 2
    assert long.stat().st_size > 2 * short.stat().st_size
    assert synthesise(Speaker("kokoro", voice, 1.25), [("pay marie keller", tmp_path / "fast.wav")]) == 1
    assert (tmp_path / "fast.wav").stat().st_size < short.stat().st_size
