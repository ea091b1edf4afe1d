"""The real voice: pyttsx3 and libespeak-ng in their own process."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import NoVoiceError, SpeakingError
from assistant.tts.espeak import Espeak, find_espeak
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser

ROOT = Path(__file__).resolve().parents[2]
PROFILE = VoiceProfile()
BALANCE = "Your Everyday account has €1,234.56."


@pytest.fixture
def voice() -> Iterator[Synthesiser]:
    with Synthesiser(PROFILE) as synthesiser:
        yield synthesiser


def test_a_sentence_becomes_sound(voice: Synthesiser) -> None:
    speech = voice.render(BALANCE)
    assert speech.samples.dtype == np.int16
    assert speech.samples.ndim == 1
    assert speech.sample_rate == 22_050
    assert 2.5 < speech.seconds < 8
    assert 3_000 < np.abs(speech.samples.astype(int)).max() < 32_767


def test_numbers_are_said_in_words(voice: Synthesiser) -> None:
    # The engine itself would say "one comma two three four": the lengths tell.
    words = voice.render("one thousand two hundred and thirty-four euros and fifty-six cents")
    assert voice.render("€1,234.56").seconds == pytest.approx(words.seconds, rel=0.02)


def test_the_profile_and_the_rate_change_how_it_sounds(voice: Synthesiser) -> None:
    normal = voice.render(BALANCE)
    assert voice.render(BALANCE, rate=0.7).seconds > 1.2 * normal.seconds
    assert voice.render(BALANCE, rate=1.4).seconds < 0.85 * normal.seconds
    assert voice.render(BALANCE, rate=1000).seconds > 0.5  # the fastest there is
    with Synthesiser(replace(PROFILE, volume=0.3, voice="gmw/en-us+f3")) as quiet:
        loudness = np.abs(quiet.render(BALANCE).samples.astype(int)).mean()
        assert loudness < 0.6 * np.abs(normal.samples.astype(int)).mean()
    with Synthesiser(
        replace(PROFILE, pronunciations={"everyday": "a very long respelling indeed"})
    ) as respelt:
        assert respelt.render(BALANCE).seconds > normal.seconds + 0.5


def test_the_five_hundredth_sentence_is_like_the_first(voice: Synthesiser) -> None:
    first = voice.render(BALANCE)
    worker = voice.worker_pid
    for number in range(498):
        assert voice.render(f"Payment {number}.").seconds > 0.3
    assert voice.render(BALANCE).seconds == pytest.approx(first.seconds, rel=0.02)
    assert voice.worker_pid == worker


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "…", "🙂", "?!", "<break time='5s'/>"])
def test_nothing_to_say_gives_no_samples(voice: Synthesiser, text: str) -> None:
    speech = voice.render(text)
    assert speech.samples.shape == (0,)
    assert speech.samples.dtype == np.int16
    assert voice.render(BALANCE).seconds > 2


def test_a_long_text_is_said_to_its_end(voice: Synthesiser) -> None:
    sentence = voice.render("It was a good day at the bank.").seconds
    text = "It was a good day at the bank. " * 323
    assert len(text) > 10_000
    assert voice.render(text).seconds == pytest.approx(323 * sentence, rel=0.25)
    assert voice.render("a" * 10_000).seconds > 10


@pytest.mark.parametrize(
    "text",
    [
        "\x01900S hello",
        "<speak>hello",
        "[[h@l'oU]] hello",
        "\ud800hello",
        "\ue000\ue001hello",
        "he\0llo",
        "&lt;x&gt; hello",
    ],
)
def test_no_text_steers_or_breaks_the_voice(voice: Synthesiser, text: str) -> None:
    worker = voice.worker_pid
    assert 0.3 < voice.render(text).seconds < 5
    assert voice.worker_pid == worker


def test_nothing_is_printed(voice: Synthesiser, capfd: pytest.CaptureFixture[str]) -> None:
    voice.render(BALANCE)
    voice.render("")
    assert capfd.readouterr() == ("", "")


def test_several_threads_may_speak(voice: Synthesiser) -> None:
    texts = ["One.", "One two three four.", "One two three four five six seven eight."] * 4
    with ThreadPoolExecutor(4) as pool:
        seconds = [speech.seconds for speech in pool.map(voice.render, texts)]
    for start in range(0, len(texts), 3):
        short, middle, long = seconds[start : start + 3]
        assert short < middle < long


def test_a_killed_worker_is_replaced_in_the_same_sentence(voice: Synthesiser) -> None:
    voice.render("Hello.")
    worker = voice.worker_pid
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    assert voice.render(BALANCE).seconds > 2
    assert voice.worker_pid not in (None, worker)


def test_what_was_said_not_long_ago_is_not_rendered_again(voice: Synthesiser) -> None:
    first = voice.render("Shall I go on?")
    worker = voice.worker_pid
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    assert np.array_equal(voice.render("Shall I go on?").samples, first.samples)
    assert voice.worker_pid == worker, "nobody was asked, so nobody missed it"


def test_a_wedged_worker_is_ended_and_replaced() -> None:
    with Synthesiser(PROFILE, deadline=1.0) as voice:
        voice.render("Hello.")
        worker = voice.worker_pid
        assert worker is not None
        os.kill(worker, signal.SIGSTOP)
        assert voice.render(BALANCE).seconds > 2
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_a_sentence_that_fails_twice_is_an_error_and_the_next_one_starts_afresh() -> None:
    with Synthesiser(PROFILE, deadline=1e-6) as voice:
        for _ in range(2):
            with pytest.raises(SpeakingError, match="in time") as caught:
                voice.render(BALANCE)
            assert caught.value.code == "tts"
            assert caught.value.remedy
            assert voice.worker_pid is None


def test_an_unknown_voice_is_named() -> None:
    with (
        Synthesiser(replace(PROFILE, voice="martian")) as voice,
        pytest.raises(NoVoiceError, match="martian"),
    ):
        voice.render(BALANCE)


@pytest.mark.parametrize("content", [None, b"", b"this is no library"])
def test_without_espeak_the_error_says_what_to_install(tmp_path: Path, content: bytes | None) -> None:
    library = tmp_path / "libespeak-ng.so"
    if content is not None:
        library.write_bytes(content)
    espeak = replace(find_espeak(), library=library)
    with Synthesiser(PROFILE, espeak=espeak) as voice:
        for _ in range(2):
            with pytest.raises(NoVoiceError) as caught:
                voice.render(BALANCE)
            assert caught.value.code == "tts.no_voice"
            assert "espeak" in caught.value.remedy


def _wheel() -> Espeak:
    espeak = find_espeak()
    if espeak.data is None:
        pytest.skip("the wheel espeakng-loader does not serve this machine")
    return espeak


@pytest.mark.parametrize("damaged", ["", "phontab", "phonindex", "phondata"])
def test_a_damaged_data_folder_does_not_take_the_assistant_along(tmp_path: Path, damaged: str) -> None:
    espeak = _wheel()
    data = tmp_path / "espeak-ng-data"
    data.mkdir()
    if damaged:
        assert espeak.data is not None
        for entry in ("phondata", "phonindex", "phontab", "intonations", "en_dict"):
            shutil.copy(espeak.data / entry, data)
        for folder in ("lang", "voices"):
            shutil.copytree(espeak.data / folder, data / folder)
        (data / damaged).unlink()
    with (
        Synthesiser(PROFILE, espeak=replace(espeak, data=data)) as voice,
        pytest.raises(NoVoiceError) as caught,
    ):
        voice.render(BALANCE)
    assert caught.value.remedy


def test_the_systems_own_library_serves_too() -> None:
    if ctypes.util.find_library("espeak-ng") is None:
        pytest.skip("no libespeak-ng on this machine")
    with Synthesiser(PROFILE, espeak=Espeak(find_espeak().packages)) as voice:
        assert voice.render(BALANCE).seconds > 2


def test_a_closed_voice_says_so() -> None:
    voice = Synthesiser(PROFILE)
    voice.close()
    voice.close()
    assert voice.worker_pid is None
    with pytest.raises(SpeakingError, match="closed"):
        voice.render(BALANCE)


def test_the_worker_dies_with_the_assistant() -> None:
    program = (
        "import os\n"
        "from assistant.tts.profile import VoiceProfile\n"
        "from assistant.tts.synthesiser import Synthesiser\n"
        "voice = Synthesiser(VoiceProfile())\n"
        "voice.render('Hello.')\n"
        "print(voice.worker_pid, flush=True)\n"
        "os._exit(0)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    out = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    worker = int(out.stdout)
    for _ in range(100):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the worker outlived its parent by ten seconds")
