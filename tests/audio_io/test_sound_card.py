"""A real microphone and a real loudspeaker, by way of a PulseAudio server of our own."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sounddevice

from assistant.asr.recogniser import Recogniser
from assistant.audio.cancelling import echo_is_cancelled
from assistant.audio.devices import devices, portaudio_version, rescan
from assistant.audio.duplex import Duplex
from assistant.audio.frames import Samples
from assistant.audio.loudspeaker import Loudspeaker
from assistant.audio.player import Player
from assistant.errors import NoDeviceError
from tests.asr.speech import model, speech
from tests.audio_io.pulse import SoundCard, sound_card, why_not

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
    pytest.mark.xdist_group("sound card"),
]


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundCard]:
    folder = Path(tempfile.mkdtemp(prefix="pulse"))  # tmp_path is too long for a socket's name
    try:
        with sound_card(folder) as running:
            for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
                monkeypatch.setenv(name, running.environment[name])
            for name in ("PULSE_SERVER", "PULSE_SINK", "PULSE_SOURCE"):
                monkeypatch.setenv(name, running.environment[name])
            rescan()
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def listen(sound: Duplex, seconds: float) -> Iterator[Samples]:
    """What the microphone hears for so long; sound that is missing is left out."""
    heard = 0.0
    for chunk in sound.frames():
        if chunk is not None:
            heard += len(chunk[0]) / 16_000
            yield chunk[0]
        if heard >= seconds:
            return


def test_what_is_said_into_the_microphone_is_recognised_time_after_time(card: SoundCard) -> None:
    recogniser = Recogniser(model())
    said = recogniser.transcribe([speech()]).text
    with Duplex("default", None, None) as sound:
        for _ in range(2):
            sound.drop_waiting()
            speaker = threading.Thread(target=card.speak_into, args=(speech(), 16_000))
            speaker.start()
            heard = recogniser.transcribe(listen(sound, 6.0))
            speaker.join()
            assert heard.text == said != ""
    assert sound.counters.lost_seconds == 0


def test_a_device_that_refuses_our_rates_is_used_at_its_own(
    card: SoundCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PulseAudio takes every rate, so PortAudio says for it what sound hardware says."""

    def refuse(**_: object) -> None:
        raise sounddevice.PortAudioError("Invalid sample rate")

    monkeypatch.setattr(sounddevice, "check_input_settings", refuse)
    monkeypatch.setattr(sounddevice, "check_output_settings", refuse)
    recogniser, player = Recogniser(model()), Player(22_050)
    noise = np.random.default_rng(1).normal(0, 3000, 22_050).astype(np.int16)
    with card.recording(22_050) as captured, Duplex("default", "default", player) as sound:
        speaker = threading.Thread(target=card.speak_into, args=(speech(), 16_000))
        speaker.start()
        heard = recogniser.transcribe(listen(sound, 6.0))
        speaker.join()
        player.add(noise, 22_050)
        for _ in listen(sound, 2.0):
            pass
    assert heard.text == recogniser.transcribe([speech()]).text
    loud = (
        np.abs(captured[0].astype(int)) > 300
    ).sum()  # wherever it was, should the sound have stopped between
    assert loud == pytest.approx((np.abs(noise.astype(int)) > 300).sum(), rel=0.05)


def test_both_directions_at_once_and_a_player_that_is_hushed(card: SoundCard) -> None:
    player = Player(22_050)
    noise = np.random.default_rng(1).normal(0, 3000, 22_050 * 4).astype(np.int16)
    with card.recording(22_050) as captured, Duplex(None, None, player) as sound:
        for _ in listen(sound, 0.5):
            pass
        player.add(noise, 22_050, text="noise")
        for _ in listen(sound, 1.0):
            pass
        assert player.hush().text == "noise"
        for _ in listen(sound, 1.5):
            pass
    sounding = np.flatnonzero(np.abs(captured[0].astype(int)) > 300)
    assert (sounding[-1] - sounding[0]) / 22_050 < 2.5


def test_no_thread_that_computes_keeps_the_loudspeaker_waiting_for_long(card: SoundCard) -> None:
    before = sys.getswitchinterval()
    with Duplex(None, None, Player(22_050)) as sound:
        assert sys.getswitchinterval() <= 0.001
        for chunk in listen(sound, 0.2):
            assert len(chunk) == 512, "frames of the voice detector, however the driver cuts them"
    assert sys.getswitchinterval() == before


def test_devices_that_are_pulled_out_and_plugged_in_again_go_on(card: SoundCard) -> None:
    told: list[bool] = []
    with Duplex(None, None, Player(22_050), on_notice=lambda _name, there: told.append(there)) as sound:
        frames = sound.frames()
        assert next(frames) is not None
        card.pull_out()
        while next(frames) is not None:
            pass
        back = threading.Timer(1.0, card.plug_in)
        back.start()
        assert next(frames) is not None
        back.join()
    assert told == [False, True]
    assert sound.counters.recoveries == 1


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_the_loudspeaker_plays_the_sound_from_its_first_sample_to_its_last(
    card: SoundCard, rate: int
) -> None:
    noise = np.random.default_rng(1).normal(0, 3000, rate).astype(np.int16)
    loudspeaker = Loudspeaker()
    with card.recording(22_050) as captured:
        assert loudspeaker.play(noise, rate)
    sounding = np.flatnonzero(np.abs(captured[0].astype(int)) > 300)
    assert (sounding[-1] - sounding[0]) / 22_050 == pytest.approx(1.0, abs=0.02)
    if rate == 22_050:  # the card's own rate: not a bit is changed
        start = int(sounding[0]) - int(np.flatnonzero(np.abs(noise.astype(int)) > 300)[0])
        assert np.array_equal(captured[0][start : start + rate], noise)


def test_the_loudspeaker_falls_silent_in_the_middle(card: SoundCard) -> None:
    noise = np.random.default_rng(1).normal(0, 3000, 22_050 * 5).astype(np.int16)
    loudspeaker = Loudspeaker()
    with card.recording(22_050) as captured:
        loudspeaker.start(noise, 22_050)
        assert loudspeaker.playing
        threading.Timer(0.5, loudspeaker.stop).start()
        assert not loudspeaker.wait()
    sounding = np.flatnonzero(np.abs(captured[0].astype(int)) > 300)
    assert (sounding[-1] - sounding[0]) / 22_050 < 2.0
    with card.recording(22_050) as captured:  # and speaks again afterwards
        assert loudspeaker.play(noise[:4410], 22_050)
    assert np.abs(captured[0].astype(int)).max() > 300


def test_a_device_named_wrongly_is_answered_with_the_names_there_are(card: SoundCard) -> None:
    with pytest.raises(NoDeviceError, match=r"'no such thing'.*'pulse'"):
        Duplex("no such thing", None, None).__enter__()
    with pytest.raises(NoDeviceError, match="loudspeaker"):
        Loudspeaker(99).play(np.zeros(10, np.int16), 16_000)


def test_the_doctor_sees_the_devices(card: SoundCard) -> None:
    found = devices()
    assert any(device.default_input and device.inputs for device in found)
    assert any(device.default_output and device.outputs for device in found)
    assert portaudio_version().startswith("PortAudio")


def test_an_echo_cancelled_microphone_is_known_by_what_the_sound_server_calls_it(
    card: SoundCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Duplex(None, None, None) as sound:
        assert not echo_is_cancelled(sound.microphone)
        monkeypatch.setenv("PULSE_SOURCE", "echoCancel_source")
        assert echo_is_cancelled(sound.microphone)
        monkeypatch.delenv("PULSE_SOURCE")
        card.call("load-module", "module-remap-source", "source_name=echo-cancelled", "master=air.monitor")
        card.call("set-default-source", "echo-cancelled")
        assert echo_is_cancelled(sound.microphone)
    assert not echo_is_cancelled("USB headset")
