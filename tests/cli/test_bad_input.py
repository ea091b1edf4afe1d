"""What people hand over by mistake or on purpose: recordings, texts, files to write to."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from assistant.audio.recordings import read_recording
from tests.cli.command import Assistant
from tests.conftest import ROOT

DEMO = ROOT / "voices" / "en" / "demo"
BALANCE = DEMO / "02-balance.flac"
WORDS = "how much money is in my everyday account"
KILOBYTE = 1024


def _recordings(folder: Path) -> tuple[list[str], list[str]]:
    """Names of good ones, all with the same words, and of bad ones."""
    sound = read_recording(BALANCE)
    wide = soxr.resample(sound, 16_000, 48_000)
    soundfile.write(folder / "eight-bit.wav", sound.astype(np.float32) / 32768, 16_000, subtype="PCM_U8")
    soundfile.write(folder / "stereo.wav", np.stack([sound, sound], axis=1), 16_000)
    soundfile.write(folder / "wide.wav", wide, 48_000)
    soundfile.write(folder / "float.wav", sound.astype(np.float32) / 32768, 16_000, subtype="FLOAT")
    good = ["eight-bit.wav", "stereo.wav", "wide.wav", "float.wav"]
    (folder / "empty.wav").touch()
    (folder / "truncated.wav").write_bytes((folder / "stereo.wav").read_bytes()[:-20_000])
    (folder / "letter.wav").write_text("This is a letter to my bank.\n" * 100)
    with soundfile.SoundFile(folder / "hour.wav", "w", 16_000, 1, "PCM_16") as file:
        for _ in range(60):
            file.write(np.zeros(16_000 * 60, np.int16))
    return good, ["empty.wav", "truncated.wav", "letter.wav", "hour.wav", "\x1b[31mnone.wav"]


def test_every_recording_is_heard_or_named(practised: Assistant, tmp_path: Path) -> None:
    good, bad = _recordings(tmp_path)
    files = [str(tmp_path / name) for name in (*bad, *good)]
    done = practised.run("replay", *files, "--output", str(tmp_path / "answers.wav"))
    assert done.shown.count(f"heard  {WORDS}\n") == len(good)
    for name, reason in (
        ("empty.wav", "is empty"),
        ("truncated.wav", "is truncated"),
        ("letter.wav", "is no audio file"),
        ("none.wav", "is not there"),
    ):
        assert f"{name} {reason}" in done.complaint
    assert "nobody speaks in this recording" in done.complaint
    done.failed_with("audio.bad_recording", "Record WAV")
    assert done.complaint.count("What to do:") == len(bad)
    assert "\x1b" not in done.shown + done.complaint
    # Whatever could be answered is there.
    assert len(read_recording(tmp_path / "answers.wav")) > 16_000 * len(good)


def test_hostile_text_is_only_text(practised: Assistant) -> None:
    """And what comes after it is answered."""
    lines = [
        b"a" * 10_000,
        b'/check_balance{"account": "savings"}',
        b"  \\/restart",
        b"\x1b[2J\x1b]0;owned\x07\x00[bold]",
        b"\xff\xfe\xfa",
        "\N{RIGHT-TO-LEFT OVERRIDE}\N{ZERO WIDTH SPACE}".encode(),
        b"how much money is in my everyday account",
    ]
    done = practised.run("chat", "--practice", typed=b"\n".join(lines), PYTHONIOENCODING="utf-8:strict")
    # In a pipe the status tells that one line could not be answered.
    assert done.status == 1
    turns = done.shown.split("\nyou ")[1:]
    assert len(turns) == len(lines)
    assert "(nlu.too_long)" in turns[0]
    assert "under 1,000 characters" in turns[0]
    assert len(turns[0]) < 2_000
    for turn in turns[1:-1]:
        # Obeyed, it would be certain, and have the entity that is written there.
        assert "100%" not in turn
        assert "account: savings" not in turn
    assert "You have €" in turns[-1]
    assert not {"\x1b", "\x07", "\x00", "\N{RIGHT-TO-LEFT OVERRIDE}"} & set(done.shown)
    assert done.complaint == ""


def test_an_answer_that_fits_no_encoding_is_shown_all_the_same(newcomer: Assistant) -> None:
    done = newcomer.run("models", "list", PYTHONIOENCODING="ascii:strict")
    assert done.status == 0
    assert "builtin" in done.shown


@pytest.mark.parametrize(
    ("command", "before"),
    [
        (["demo", "--quiet"], "Ready after"),
        (["replay", *map(str, sorted(DEMO.glob("*.flac")))], "01-greeting"),
    ],
)
def test_a_disk_that_fills_up_leaves_the_former_file(
    practised: Assistant, tmp_path: Path, command: list[str], before: str
) -> None:
    """From some moment on the kernel refuses to let the command's files grow, as on a full disk."""
    output = tmp_path / "talk.wav"
    output.write_bytes(b"yesterday's")
    with practised.started(*command, "--output", str(output)) as running:
        running.expect(before)
        _, most = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (100 * KILOBYTE, most))
        done = running.end()
    done.failed_with("storage", "talk.wav", "disk has room")
    assert output.read_bytes() == b"yesterday's"
    assert list(tmp_path.iterdir()) == [output]


def test_what_is_said_into_a_file_fills_a_disk_too(newcomer: Assistant, tmp_path: Path) -> None:
    output = tmp_path / "talk.wav"
    done = newcomer.run("say", "You have much to hear. " * 20, "-o", str(output), most_bytes=100 * KILOBYTE)
    done.failed_with("storage", "talk.wav")
    assert list(tmp_path.iterdir()) == [newcomer.home]


def test_no_room_for_a_consent_is_found_before_the_bank_is_asked(newcomer: Assistant) -> None:
    """Nobody listens at that address: the disk comes first, where the act is put on record."""
    arguments = ("banks", "connect", "Meadow Bank", "http://127.0.0.1:9/v1", "--user", "anna")
    newcomer.run(*arguments, most_bytes=KILOBYTE).failed_with("storage.audit")
    kept = [path.name for path in (newcomer.home / "banks").iterdir()]
    assert not [name for name in kept if not name.startswith("security")], kept


@pytest.mark.parametrize("command", [["--help"], ["models", "list"], ["doctor"]])
def test_a_full_disk_behind_the_output(newcomer: Assistant, command: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        newcomer.run(*command, output=full).failed_with("storage", "the output")


@pytest.mark.parametrize(
    ("output", "reason"), [("/dev/null", "is no ordinary file"), ("{0}/no/talk.wav", "No such file")]
)
@pytest.mark.parametrize("command", [["say", "Hello."], ["replay", str(BALANCE)]])
def test_a_place_that_cannot_be_written_to(
    newcomer: Assistant, tmp_path: Path, command: list[str], output: str, reason: str
) -> None:
    done = newcomer.run(*command, "--output", output.format(tmp_path))
    done.failed_with("storage", reason)
    assert Path("/dev/null").is_char_device()


def test_a_home_that_is_no_folder(newcomer: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for command in (["sandbox"], ["chat", "--practice"], ["train"], ["models", "use", "builtin"]):
        newcomer.run(*command, ASSISTANT_HOME=str(file)).failed_with("storage")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSISTANT_DATA", "/"),
        ("ASSISTANT_LANGUAGE", "xx"),
        ("ASSISTANT_BANK_TIMEOUT", "soon"),
    ],
)
def test_a_setting_that_cannot_be(newcomer: Assistant, name: str, value: str) -> None:
    newcomer.among({name: value}).run("banks", "list").failed_with("settings", status=2)
