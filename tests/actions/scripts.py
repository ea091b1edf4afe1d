"""Dialogues written as data: reading them, and holding what happened against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from assistant.nlu.answer import Answer
from assistant.replay.judging import wrong_replies
from assistant.replay.scenario import WantedReply


def scripts(folder: str) -> dict[str, dict[str, Any]]:
    """All dialogues of a folder beside this file, by `file: name`."""
    return {
        f"{path.stem}: {dialogue['dialogue']}": dialogue
        for path in sorted((Path(__file__).parent / folder).glob("*.yml"))
        for dialogue in YAML(typ="safe").load(path)
    }


Replies = Iterable[str | Mapping[str, Any]]


def wrong(answer: Answer, replies: Replies) -> list[str]:
    """What is not as it is wanted."""
    wanted = [
        WantedReply(each) if isinstance(each, str) else WantedReply(*next(iter(each.items())))
        for each in replies
    ]
    given = [(reply.response, reply.screen, reply.values) for reply in answer.replies]
    return [problem.text for problem in wrong_replies(wanted, given)]


def hold(answer: Answer, replies: Replies, step: object, told: str = "") -> None:
    """The replies that are wanted, and no template that was not filled."""
    found = wrong(answer, replies)
    assert not found, f"{step}: {answer.intent} {answer.entities}: {found}\n{told}"
    assert all(reply.screen for reply in answer.replies)
    assert "{" not in "".join(reply.screen + reply.speech for reply in answer.replies)
