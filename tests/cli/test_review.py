"""`assistant inbox` and `assistant utterances review`, typed as a trainer types them."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import fftconvolve

from assistant.audio.recordings import read_recording
from assistant.inbox import Inbox
from assistant.settings import SAMPLE_RATE, Settings
from tests.audio_io.pulse import SoundCard
from tests.cli.command import Assistant
from tests.conftest import ROOT
from tests.test_inbox import turn

SAID = ("how much cash is there then", "send forty euros to ottokar durand", "order a taxi", "to zbigniew")


@pytest.fixture
def trainer(tmp_path: Path) -> Assistant:
    """With data that may be changed; no model is needed for it."""
    shutil.copytree(ROOT / "nlu_data", tmp_path / "nlu_data")
    shutil.copy(ROOT / "config.yml", tmp_path)
    (tmp_path / "voices").symlink_to(ROOT / "voices")
    home = tmp_path / "home"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    own = {"ASSISTANT_HOME": str(home), "ASSISTANT_KEYRING": "off", "ASSISTANT_DATA": str(tmp_path)}
    return Assistant(home, {**kept, **own, "COLUMNS": "120", "NO_COLOR": "1"})


def fill(trainer: Assistant) -> Inbox:
    inbox = Inbox(Settings(data=ROOT, home=trainer.home))
    for text in SAID:
        entities = (("payee", "ottokar durand"),) if "ottokar" in text else ()
        inbox.keep(turn(text, entities=entities), (), date(2026, 11, 25))
    return inbox


def lines(trainer: Assistant, word: str) -> list[str]:
    return trainer.run("utterances", "list", *word.split()).shown.splitlines()


def test_the_inbox_is_off_until_it_is_switched_on(trainer: Assistant) -> None:
    assert "is off; 0 turns" in trainer.run("inbox").shown
    assert fill(trainer).kept() == []
    assert "On:" in trainer.run("inbox", "on").shown
    fill(trainer)
    assert "is on; 4 turns" in trainer.run("inbox").shown
    assert "4 kept turns were erased" in trainer.run("inbox", "off").shown
    trainer.run("inbox", "maybe").failed_with("settings", "on", status=2)


def test_a_review_is_left_and_gone_on_with(trainer: Assistant) -> None:
    trainer.run("inbox", "on")
    fill(trainer)
    first = trainer.run("utterances", "review", typed="p\na\ncheck_balance\nq\n")
    assert first.status == 0, first.complaint
    assert "There is no recording" in first.shown
    assert "1 accepted, 3 left." in first.shown
    (line,) = lines(trainer, "cash is there then")
    assert "check_balance  how much cash is there then" in line
    typed = "a\nnosuch\na\npay\nd\na\nf\nto [tom](payee)\na\nq\n"
    second = trainer.run("utterances", "review", typed=typed)
    assert "no intent `nosuch`" in second.complaint
    assert "a masked word is left" in second.complaint  # that of `to ‹word›`
    assert "ottokar" not in second.shown
    assert "[" in second.shown.split("as an utterance: ")[1]
    assert "1 accepted, 1 left." in second.shown
    third = trainer.run("utterances", "review", typed="s\n")
    assert "0 accepted, 1 left." in third.shown


@pytest.mark.xdist_group("sound card")
def test_a_recording_is_played(trainer: Assistant, card: SoundCard) -> None:
    trainer.run("inbox", "on")
    said = read_recording(ROOT / "voices" / "en" / "demo" / "02-balance.flac")
    kept = replace(turn("how much cash is there then"), audio=(said,))
    Inbox(Settings(data=ROOT, home=trainer.home)).keep(kept, (), date(2026, 11, 25))
    with card.recording(SAMPLE_RATE) as played:
        done = trainer.among(card.found_by).run("utterances", "review", typed="p\ns\n")
    assert done.status == 0, done.complaint
    assert not done.complaint
    heard = played[0].astype(float)
    place = int(np.argmax(fftconvolve(heard, said[::-1].astype(float), mode="valid")))
    assert np.corrcoef(heard[place : place + len(said)], said)[0, 1] > 0.9, "what was said is what is heard"


def test_an_empty_inbox_says_how_to_fill_it(trainer: Assistant) -> None:
    done = trainer.run("utterances", "review")
    assert (done.status, "assistant inbox on" in done.shown) == (0, True)
