"""Nothing leaves this machine, nothing is reported, and no log tells what the customer has or said."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import soundfile

from assistant.practice import practice_settings, practising
from assistant.settings import Settings
from bench.rasa_servers import rasa_servers
from tests.conftest import ROOT
from tests.offline import GUARD

ASSISTANT = [sys.executable, "-m", "assistant"]
RASA = [sys.executable, "-m", "rasa"]
OFFLINE = [sys.executable, str(ROOT / "tests" / "offline.py")]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of somebody who set nothing that turns telemetry off, and who once agreed to it for another project.

    `home` is theirs. Whatever still wants to leave the machine is written down in `home/refused`.
    """
    agreed = home / ".config" / "rasa" / "global.yml"
    if not agreed.exists():
        agreed.parent.mkdir(parents=True)
        agreed.write_text(
            "metrics:\n  enabled: true\n  rasa_user_id: 0123456789\n  date: 2026-01-01 00:00:00\n"
        )
    unwanted = ("RASA_", "ASSISTANT_", "XDG_", "CI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {
        **kept,
        "HOME": str(home),
        "ASSISTANT_KEYRING": "off",
        "PYTHONPATH": os.pathsep.join([str(GUARD), str(ROOT)]),
        "SOCKET_GUARD_LOG": str(home / "refused"),
        # Rasa shows on its console what it would report.
        "RASA_TELEMETRY_DEBUG": "true",
        **more,
    }


def run(
    command: Sequence[str], folder: Path, env: Mapping[str, str], typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=env, input=typed, capture_output=True, text=True, check=False
    )


def answered(printed: str, label: str) -> list[bool]:
    """Of each printed turn that shows `label`, whether it shows an answer too."""
    turns = [turn for turn in printed.split("\n\n") if re.search(rf"^ +{label}  \S", turn, re.M)]
    return [bool(re.search(r"^ +answered  \S", turn, re.M)) for turn in turns]


# --- with the network cut ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A new customer's home, trained with the network cut."""
    home = tmp_path_factory.mktemp("offline")
    return home, run([*OFFLINE, *ASSISTANT, "train"], home, environment(home))


@pytest.mark.timeout(900)  # it trains the whole model
def test_offline_it_trains(trained: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    home, result = trained
    assert result.returncode == 0, result.stdout + result.stderr
    assert "The model is" in result.stdout
    assert list(home.rglob("nlu-models/*.tar.gz"))
    assert not (home / "refused").exists()


@pytest.mark.timeout(900)
def test_offline_the_demonstration_answers_every_turn(
    trained: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    home, _ = trained
    command = [*OFFLINE, *ASSISTANT, "demo", "--quiet", "--output", "demo.wav"]
    result = run(command, home, environment(home))
    assert result.returncode == 0, result.stdout + result.stderr
    turns = len(list((ROOT / "voices" / "en" / "demo").glob("*.flac")))
    assert turns >= 6
    assert answered(result.stdout, "heard") == [True] * turns
    assert "not understand" not in result.stdout
    assert "not sure" not in result.stdout
    assert soundfile.info(home / "demo.wav").duration > 3 * turns
    assert not (home / "refused").exists()


@pytest.mark.timeout(900)
def test_offline_typed_questions_are_answered(
    trained: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    home, _ = trained
    typed = "how much money do I have\nwhat is the iban of my savings account\ngoodbye\n"
    result = run([*OFFLINE, *ASSISTANT, "chat", "--practice"], home, environment(home), typed)
    assert result.returncode == 0, result.stdout + result.stderr
    assert answered(result.stdout, "understood") == [True] * 3
    assert "Everyday account" in result.stdout
    assert re.search(r"[A-Z]{2}\d{2} [A-Z]{4}", result.stdout)
    assert not (home / "refused").exists()


# --- Rasa's telemetry ---------------------------------------------------------------------------

WAYS = {
    "in the assistant": "import assistant.nlu.runtime",
    "in its training": "from assistant.nlu import training_process; training_process.quiet.hush()",
    "in its actions": "import assistant.actions",
    "with our replies": "import assistant.nlu.nlg",
    "by whoever writes Python here": "",
}
ENABLED = "from rasa import telemetry; print('enabled', telemetry.is_telemetry_enabled())"


def test_telemetry_would_be_on(tmp_path: Path) -> None:
    """Where nothing of ours takes part, without the files in `site-packages`, it is on."""
    packages = f"import sys; sys.path[1:1] = {[path for path in sys.path if path]!r}"
    result = run([sys.executable, "-S", "-c", f"{packages}; {ENABLED}"], tmp_path, environment(tmp_path))
    assert "enabled True" in result.stdout, result.stderr


@pytest.mark.parametrize("way", WAYS)
def test_telemetry_is_off_in_a_process(way: str, tmp_path: Path) -> None:
    result = run([sys.executable, "-c", f"{WAYS[way]}\n{ENABLED}"], tmp_path, environment(tmp_path))
    assert "enabled False" in result.stdout, result.stderr


def test_telemetry_is_off_for_rasas_own_training(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    parts = ("WhitespaceTokenizer", "CountVectorsFeaturizer", "LogisticRegressionClassifier")
    pipeline = "".join(f"- name: {part}\n" for part in parts)
    (project / "config.yml").write_text(
        f"recipe: default.v1\nlanguage: en\nassistant_id: small\npipeline:\n{pipeline}"
    )
    examples = {"agree": ("sure", "of course"), "refuse": ("never", "no way")}
    (project / "nlu.yml").write_text(
        'version: "3.1"\nnlu:\n'
        + "".join(
            f"- intent: {intent}\n  examples: |\n    - {first}\n    - {second}\n"
            for intent, (first, second) in examples.items()
        )
    )
    env = environment(tmp_path)
    result = run([*RASA, "train", "nlu", "--nlu", "nlu.yml"], project, env)
    assert result.returncode == 0, result.stdout + result.stderr
    assert list(project.glob("models/*.tar.gz"))
    assert "Telemetry Event" not in result.stdout
    assert "usage telemetry" not in result.stdout
    assert not (tmp_path / "refused").exists()


# --- logs -------------------------------------------------------------------------------------


def leaks(text: str, secrets: Mapping[str, Sequence[str]]) -> list[str]:
    """Kind and secret of everything that `text` holds, however it is grouped."""
    squeezed = re.sub(r"[\s•-]+", "", text).casefold()
    return [
        f"{kind}: {secret}"
        for kind, known in secrets.items()
        for secret in dict.fromkeys(known)
        # Shorter ones, "help" for instance, are words that any log may use.
        if len(secret) > 5 and re.sub(r"[\s•-]+", "", secret).casefold() in squeezed
    ]


def loud(home: Path, model: Path, **more: str) -> tuple[str, dict[str, list[str]]]:
    """All that a conversation wrote with every logger turned up, and what may not be in it."""
    command = [sys.executable, "-m", "tests.loud_conversation", str(model)]
    result = run(command, ROOT, environment(home, ASSISTANT_HOME=str(home), **more))
    assert result.returncode == 0, result.stderr[-3000:]
    *printed, secrets = result.stdout.splitlines()
    known = json.loads(secrets)
    assert {kind for kind, strings in known.items() if not strings} == set()
    return result.stderr + "\n".join(printed), known


@pytest.mark.timeout(900)
def test_no_log_tells_anything(nlu_model: Path, tmp_path: Path) -> None:
    log, secrets = loud(tmp_path, nlu_model)
    for logger in ("rasa", "rasa_sdk"):
        assert re.search(rf"^{logger}\S* [A-Z]+ ", log, re.M), f"{logger} logged nothing at all"
    assert leaks(log, secrets) == []
    assert not (tmp_path / "refused").exists()


@pytest.mark.timeout(900)
def test_who_asks_for_debugging_gets_it_masked(nlu_model: Path, tmp_path: Path) -> None:
    log, secrets = loud(tmp_path, nlu_model, ASSISTANT_DEBUG="1")
    words = secrets.pop("utterance")
    secrets.pop("reply")
    assert leaks(log, {"utterance": words})  # what was said is what debugging is for
    assert leaks(log, secrets) == []
    for figure in ("4929 1234", "twenty five", "IE64", "€8,"):
        assert figure not in log


@pytest.mark.timeout(900)
@pytest.mark.parametrize("options", [[], ["--debug"]])
def test_rasas_servers_log_no_more_than_the_assistant(
    options: list[str], nlu_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("RASA_TELEMETRY_ENABLED", raising=False)
    settings = practice_settings(Settings(data=ROOT, home=tmp_path / "home"))
    said = ["how much money do I have", "what is the iban of my savings account", "pay 4929 1234 5678 9012"]
    with (
        practising(settings),
        rasa_servers(settings, nlu_model, tmp_path / "servers", options=options) as servers,
    ):
        replies = [reply for text in said for reply in servers.say(text, "somebody")]
    log = servers.log.read_text(encoding="utf-8", errors="replace")
    assert "Telemetry Event" not in log
    assert not (tmp_path / "refused").exists()
    (iban,) = re.findall(r"[A-Z]{2}\d{2}(?: \w{4})+(?: \w{1,3})?", " ".join(replies))
    assert (
        leaks(
            log, {"account": [iban], "card": ["4929 1234"], "amount": re.findall(r"€[\d.,]+\d", replies[0])}
        )
        == []
    )
    if not options:
        assert leaks(log, {"utterance": said}) == []
