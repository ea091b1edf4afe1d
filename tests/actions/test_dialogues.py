"""Typed conversations through the trained model, the dialogue, the actions and the practice bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.actions.services import Services, configure
from assistant.actions.services import services as services_now
from assistant.nlu.runtime import Dialogue
from assistant.nlu.values.today import TODAY as TODAY_VARIABLE
from assistant.settings import Settings
from tests.actions.conftest import PASSCODE, TODAY, Practice, guarded, services_of
from tests.actions.scripts import hold, scripts

DIALOGUES = scripts("dialogues")


@pytest.fixture
def given(
    request: pytest.FixtureRequest,
    services: Services,
    settings: Settings,
    practice: Practice,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The world that a dialogue takes place in."""
    world = str(request.param)
    monkeypatch.setenv(TODAY_VARIABLE, TODAY.isoformat())
    services.portfolio.forget()
    if world == "no bank":
        configure(services_of(settings))
    elif world in ("guarded", "no passcode", "screen only", "limits"):
        configure(guarded_world(world, services, tmp_path))
    else:
        configure(services)
    if world == "harbour down":
        practice.order("harbour", kind="reset", calls=1000)
    if world == "harbour expired":
        practice.order("harbour", kind="error", code="CONSENT_EXPIRED", calls=1000)
    yield world
    practice.relieve()
    configure(None)


def guarded_world(world: str, services: Services, folder: Path) -> Services:
    made = guarded(services, folder, passcode="" if world == "no passcode" else PASSCODE)
    if world == "screen only":
        made.guard.set_rules(replace(made.guard.rules, answers_after=None, screen_only=True))
    if world == "limits":
        made.guard.set_rules(replace(made.guard.rules, answers_after=None))
    return made


def test_there_are_enough_turns() -> None:
    assert sum(len(dialogue["turns"]) for dialogue in DIALOGUES.values()) >= 40


@pytest.mark.parametrize(
    ("name", "given"),
    [(name, dialogue.get("given", "both banks")) for name, dialogue in DIALOGUES.items()],
    ids=list(DIALOGUES),
    indirect=["given"],
)
def test_a_dialogue(name: str, given: str, dialogue: Dialogue) -> None:
    if given not in ("guarded", "no passcode", "limits"):
        services_now().guard.answer(name, PASSCODE, typed=True)
    for turn in DIALOGUES[name]["turns"]:
        answer = dialogue.handle(turn["say"], conversation=name)
        hold(answer, turn["replies"], turn)
        spoken = [reply.speech for reply in answer.replies]
        if given == "screen only":
            assert spoken == ["It is on your screen."] + [""] * (len(spoken) - 1)
        else:
            assert all(spoken)
