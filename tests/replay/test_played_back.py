"""A turn repeated without the bank that it asked."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.bank.iban import check_iban
from assistant.errors import ScenarioError
from assistant.replay import world as world_module
from assistant.replay.bundle import unpack_bundle, write_bundle
from assistant.replay.cases import Case
from assistant.replay.pseudonyms import Pseudonyms
from assistant.replay.reading import read_scenarios
from assistant.replay.replayer import Replayer, Setup
from assistant.replay.results import CaseResult
from assistant.replay.tapes import TAPE, take_up

IBAN = "IE05HRBR93044720581736"

ASKED = """\
given: {today: 2026-03-18, seed: 7}
scenarios:
  - scenario: several turns
    turns:
      - say: how much did I spend at tesco last month
      - say: what is the iban of my everyday account
      - say: and how much is in it
        understood: {intent: goodbye}
  - scenario: a bank is down
    given: {faults: [{bank: harbour, kind: reset, calls: 1000}]}
    say: how much money do I have
    understood: {intent: goodbye}
  - scenario: paid
    turns:
      - say: send twenty euros to marie dubois from my everyday account
      - say: yes that is right
        understood: {intent: goodbye}
"""


def test_a_stand_in_is_of_the_same_shape_and_always_the_same() -> None:
    pseudonyms = Pseudonyms(b"key")
    there = pseudonyms.text(IBAN)
    assert there != IBAN
    assert check_iban(there)[:2] == "IE"
    spaced = pseudonyms.text("your IBAN is IE05 HRBR 9304 4720 5817 36.")
    assert spaced == f"your IBAN is {' '.join(re.findall('.{1,4}', there))}."
    assert Pseudonyms(b"other").text(IBAN) != there
    body = json.loads(
        pseudonyms.body(
            '{"scaAuthenticationData": "1234", "amount": "1234567", "iban": "' + IBAN + '", "n": [1, null]}'
        )
    )
    assert body == {"scaAuthenticationData": "••••", "amount": "1234567", "iban": there, "n": [1, None]}
    consent = "7f3c9a52-6c1e-4f9b-8a55-0d2f4f1f9c11"
    url = f"http://127.0.0.1:8750/v1/consents/{consent}/status?dateFrom=2026-01-01"
    assert pseudonyms.text(url) == url.replace(consent, pseudonyms.text(consent)) != url


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asked") / "asked.scenario.yml"
    path.write_text(ASKED, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def silent(setup: Setup, tmp_path_factory: pytest.TempPathFactory) -> Setup:
    """Nothing is heard here, so nothing is loaded to hear with."""
    return replace(setup, speech_model=None, tapes=tmp_path_factory.mktemp("tapes"))


@pytest.fixture(scope="module")
def results(silent: Setup, asked: Path) -> Iterator[dict[str, tuple[Case, CaseResult]]]:
    with Replayer(silent).load() as replayer:
        yield {each.name: (Case(each), replayer.run(Case(each))) for each in read_scenarios(asked)}


@pytest.fixture(scope="module")
def bundles(
    silent: Setup, results: dict[str, tuple[Case, CaseResult]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bundles")
    paths = {}
    for name, (case, result) in results.items():
        assert silent.tapes is not None
        found = take_up(silent.tapes / f"{case.id}{TAPE}")
        assert found is not None, result
        tape, key = found
        paths[name] = write_bundle(folder, case, result, silent, tape=tape, key=key)
    return paths


def test_it_comes_to_the_same_without_a_bank(
    silent: Setup,
    results: dict[str, tuple[Case, CaseResult]],
    bundles: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_bank(*_: object, **__: object) -> None:
        raise AssertionError("a bank was started")

    monkeypatch.setattr(world_module, "running_bank", no_bank)
    with Replayer(replace(silent, tapes=None)).load() as replayer:
        for name, bundle in bundles.items():
            (scenario,) = read_scenarios(unpack_bundle(bundle, tmp_path / bundle.stem))
            again, before = replayer.run(Case(scenario)), results[name][1]
            assert not again.crash
            for one, other in zip(again.turns, before.turns, strict=True):
                assert [each["response"] for each in one.replies] == [
                    each["response"] for each in other.replies
                ]
                assert _screens(one) == _screens(other)
                assert one.entities == other.entities


def _screens(turn: object) -> list[str]:
    """Which digits of the passcode are asked for is drawn each time."""
    replies = [each for each in turn.replies if each["response"] != "utter_passcode_ask"]  # type: ignore[attr-defined]
    screens = [str(each["screen"]) for each in replies]
    return [re.sub(r"IE\d{2}[\w ]+", "IBAN", screen) for screen in screens]


def test_no_secret_is_in_a_bundle(
    silent: Setup, results: dict[str, tuple[Case, CaseResult]], bundles: dict[str, Path]
) -> None:
    """Account numbers, as every answer had them; consents and payments, as the paths had them."""
    spoken = json.dumps([result.as_json() for _, result in results.values()])
    ibans = {re.sub(r"\W", "", each) for each in re.findall(r"\bIE\d{2}(?: ?\w{4}){4} ?\w{2}\b", spoken)}
    assert ibans
    for path in bundles.values():
        with zipfile.ZipFile(path) as archive:
            content = "".join(archive.read(name).decode() for name in archive.namelist())
        assert '"status": 200' in content or "a bank" in content
        compact = re.sub(r"\s", "", content)
        assert not [each for each in ibans if each in compact]
        assert "Consent-ID" in content
        assert not re.search(r'"(?:Consent-ID|PSU-ID|Authorization|X-Request-ID)": "[^"]', content)


def test_what_is_no_recording_is_told_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "odd.scenario.yml"
    path.write_text("scenario: odd\ngiven: {recorded: banks.json}\nsay: hello\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"odd.scenario.yml:1: given: recorded: there is no banks.json"):
        read_scenarios(path)


def test_a_damaged_recording_is_a_crash_that_names_it(silent: Setup, tmp_path: Path) -> None:
    (tmp_path / "banks.json").write_text("{}", encoding="utf-8")
    path = tmp_path / "odd.scenario.yml"
    path.write_text("scenario: odd\ngiven: {recorded: banks.json}\nsay: hello\n", encoding="utf-8")
    with Replayer(silent).load() as replayer:
        assert "is no recording of a bank" in replayer.run(Case(read_scenarios(path)[0])).crash
