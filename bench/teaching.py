"""`python -m bench.teaching`: one utterance more, until an open conversation understands it.

A copy of the training data is trained, and a conversation opened on it. `assistant utterances add` puts in a
sentence that is not understood, `assistant train` runs beside the conversation, and the sentence is said time
and again. Then one answer is changed, for which no utterances are learnt. With `--bare`, `rasa train` beside
it, on the same files, its cache filled by a training before.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from assistant.cores import cores
from assistant.nlu.training import train
from assistant.practice import practice_settings, practising
from assistant.settings import Settings
from assistant.startup import Desk
from bench.measure import Row, report

SENTENCE, INTENT = "how fares my purse on this fine day", "check_balance"
_AGAIN = 0.5
"""Seconds between two times that it is said."""
_MOST = 300.0
_SOUGHT = 30.0
"""Seconds from `assistant train` until it is understood, on two cores (issue 5)."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bare", action="store_true", help="time `rasa train` too: some two minutes more")
    bare = parser.parse_args().bare
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="teaching-") as place:
        settings = _copied(Settings.from_environment(), Path(place))
        train(settings, print)
        rasa = _rasa(settings, Path(place)) if bare else None
        trained, understood = _taught(settings)
        answered = _answered(settings)
    report(
        f"One utterance more, on {cores()} cores, load {os.getloadavg()[0]:.1f}",
        [
            Row(
                "`assistant train`, speech model included",
                f"{trained:.1f} s",
                f"{rasa:.1f} s, `rasa train`" if rasa else "",
                trained / rasa if rasa else None,
            ),
            Row(
                "… until an open conversation understands it",
                f"{understood:.1f} s",
                target=f"≤ {_SOUGHT:.0f} s",
                met=understood <= _SOUGHT,
            ),
            Row("`assistant train` after another answer", f"{answered:.1f} s"),
        ],
        Path("out/bench-teaching.json"),
    )


def _copied(settings: Settings, place: Path) -> Settings:
    data = place / "data"
    shutil.copytree(settings.data / "nlu_data", data / "nlu_data")
    shutil.copy(settings.nlu_config, data)
    (data / "voices").symlink_to(settings.data / "voices")
    return practice_settings(replace(settings, data=data, home=place / "home"))


def _taught(settings: Settings) -> tuple[float, float]:
    """Seconds until `assistant train` is done, and until the conversation understands."""
    with (
        practising(settings),
        Desk(settings, speaking=False, watch=True).load() as desk,
    ):
        conversation = desk.conversation()
        if _intent(conversation.read(SENTENCE)) == INTENT:
            raise SystemExit(f"“{SENTENCE}” is understood already: choose another sentence")
        _assistant(settings, "utterances", "add", SENTENCE, "--intent", INTENT, "--as-it-is")
        began = time.perf_counter()
        training = subprocess.Popen(_command("train"), env=_environment(settings), stdout=subprocess.DEVNULL)
        trained = understood = 0.0
        while not (trained and understood):
            time.sleep(_AGAIN)
            now = time.perf_counter() - began
            if not trained and training.poll() is not None:
                trained = now
            if not understood and _intent(conversation.read(SENTENCE)) == INTENT:
                understood = time.perf_counter() - began
            if now > _MOST or training.poll():
                raise SystemExit("the sentence was not learnt")
    return trained, understood


def _answered(settings: Settings) -> float:
    """Seconds that `assistant train` takes after an answer was changed."""
    path = settings.nlu_data / "domain" / "accounts.yml"
    path.write_text(path.read_text("utf-8").replace("- text: ", "- text: Well, ", 1), "utf-8")
    began = time.perf_counter()
    _assistant(settings, "train")
    return time.perf_counter() - began


def _intent(turn: object) -> str:
    understood = getattr(turn, "understood", None)
    return str(understood.intent) if understood else ""


def _rasa(settings: Settings, place: Path) -> float:
    """Seconds that `rasa train` takes after one utterance was added, the second time."""
    data = place / "rasa"
    shutil.copytree(settings.nlu_data, data)
    shutil.copy(settings.nlu_config, data)
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "train", "--domain", "domain"]
    command += ["--data", "nlu", "rules.yml", "stories.yml"]
    took = 0.0
    for _ in range(2):
        began = time.perf_counter()
        subprocess.run(command, cwd=data, env=_environment(settings), check=True, capture_output=True)
        took = time.perf_counter() - began
        with (data / "nlu" / "added.yml").open("w", encoding="utf-8") as file:
            file.write(f'version: "3.1"\nnlu:\n  - intent: {INTENT}\n    examples: |\n      - {SENTENCE}\n')
    return took


def _assistant(settings: Settings, *arguments: str) -> None:
    subprocess.run(_command(*arguments), env=_environment(settings), check=True, stdout=subprocess.DEVNULL)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "assistant", *arguments]


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "ASSISTANT_DATA": str(settings.data),
        "ASSISTANT_HOME": str(settings.home),
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
    }


if __name__ == "__main__":
    main()
