"""A failed turn as one file, opened elsewhere."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.audio.recordings import read_recording
from assistant.errors import BundleError
from assistant.replay.bundle import unpack_bundle, write_bundle
from assistant.replay.cases import Case
from assistant.replay.reading import read_scenarios
from assistant.replay.replayer import Setup
from assistant.replay.results import CaseResult, TurnResult
from assistant.replay.scenario import Given, SaidTurn, Scenario
from assistant.replay.variations import Variation, varied
from assistant.settings import Settings
from tests.asr.speech import BALANCE
from tests.conftest import ROOT
from tests.replay.test_reading import FULL, written

IBAN = "IE05 HRBR 9304 4720 5817 36"
SETUP = Setup(Settings(data=ROOT, home=ROOT / "out"), Path("model.tar.gz"), None)


def result_of(case: Case) -> CaseResult:
    reply = {"response": "utter_account_details", "screen": f"Your IBAN is {IBAN}, €12.50.", "values": {}}
    turn = TurnResult(number=1, said="x", spoken=True, replies=(reply,))
    return CaseResult(case.id, "a.yml", case.scenario.name, "", 1, (turn,))


@pytest.fixture
def case() -> Case:
    turn = SaidTurn("How much have I got?", audio=BALANCE)
    return Case(Scenario("noisy", Path("a.yml"), 1, Given(seed=7), (turn,)), Variation(snr=10))


def test_it_holds_the_sound_as_it_was_and_the_day(tmp_path: Path, case: Case) -> None:
    path = write_bundle(tmp_path / "bundles", case, result_of(case), SETUP)
    (found,) = read_scenarios(unpack_bundle(path, tmp_path / "there"))
    (turn,) = found.turns
    assert turn.audio is not None
    expected = varied(read_recording(BALANCE), case.variation, BALANCE.name)
    assert np.array_equal(read_recording(turn.audio), expected)
    assert (found.given.seed, found.given.today) == (7, date.today())  # noqa: DTZ011
    about = json.loads((tmp_path / "there" / "about.json").read_text())
    assert about["packages"]["rasa"].startswith("3.6")
    told = (tmp_path / "there" / "result.json").read_text()
    assert IBAN not in told
    assert "€12.50" in told


def test_every_expectation_survives(tmp_path: Path) -> None:
    for scenario in written(tmp_path, FULL):
        case = Case(scenario)
        path = write_bundle(tmp_path / "bundles", case, result_of(case), SETUP)
        (found,) = read_scenarios(unpack_bundle(path, tmp_path / case.id))
        assert found.given == scenario.given
        for ours, theirs in zip(found.turns, scenario.turns, strict=True):
            assert ours == replace(theirs, line=ours.line, voice="", spell="")


def test_encrypted_it_opens_with_its_passphrase_alone(tmp_path: Path, case: Case) -> None:
    path = write_bundle(tmp_path, case, result_of(case), SETUP, "correct horse")
    content = path.read_bytes()
    assert b"turn.scenario" not in content
    assert read_scenarios(unpack_bundle(path, tmp_path / "there", "correct horse"))[0].name == "noisy"
    for passphrase, words in (("", "is encrypted"), ("wrong", "passphrase is wrong")):
        with pytest.raises(BundleError, match=words):
            unpack_bundle(path, tmp_path / "no", passphrase)
    path.write_bytes(content[:-9] + b"tampered!")
    with pytest.raises(BundleError, match="damaged"):
        unpack_bundle(path, tmp_path / "no", "correct horse")
    assert not (tmp_path / "no").exists()


def test_what_is_no_bundle_is_told_and_nothing_leads_out_of_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "odd.zip"
    path.write_bytes(b"not a zip")
    with pytest.raises(BundleError, match="no bundle"):
        unpack_bundle(path, tmp_path / "there")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("about.json", json.dumps({"format": 1}))
        archive.writestr("../escaped.txt", "x")
    unpack_bundle(path, tmp_path / "a" / "there")
    assert not (tmp_path / "a" / "escaped.txt").exists()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("about.json", json.dumps({"format": 2}))
    with pytest.raises(BundleError, match="format 2"):
        unpack_bundle(path, tmp_path / "there")
