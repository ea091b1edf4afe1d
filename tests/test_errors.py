"""The one tree of errors: every one has a code, a sentence to hear and a remedy to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from assistant import errors
from assistant.errors import AssistantError, BankError


def tree(root: type[AssistantError] = AssistantError) -> Iterator[type[AssistantError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__.startswith(errors.__name__):
            yield from tree(child)


ALL = list(tree())


def test_the_tree_holds_every_error_that_can_be_imported() -> None:
    named = {
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)
    }
    assert set(ALL) == named
    assert len(ALL) > 40


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in ALL]
    assert sorted(codes) == sorted(set(codes))
    assert all("code" in vars(kind) for kind in ALL)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)
def test_each_can_be_matched_heard_and_mended(kind: type[AssistantError]) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)?", kind.code)
    assert re.fullmatch(r"[A-Z][^{}<>_/\\\n]*[.?!]", kind.say), "a plain sentence"
    assert len(kind.say) < 120
    assert "`" not in kind.say, "nobody can hear a command"
    assert re.fullmatch(r"[A-Z`].*[.]", kind.remedy, re.DOTALL)
    assert kind.exit_status in (1, 2)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)
def test_a_child_is_named_like_its_room(kind: type[AssistantError]) -> None:
    parent = kind.__mro__[1]
    if issubclass(parent, AssistantError) and parent is not AssistantError:
        assert kind.code.split(".")[0] == parent.code.split(".")[0]


def test_detail_sentence_and_remedy_of_one_occasion() -> None:
    error = AssistantError("what happened", remedy="Do that.", say="It broke.")
    assert (str(error), error.detail, error.say, error.remedy) == (
        "what happened",
        "what happened",
        "It broke.",
        "Do that.",
    )
    assert str(AssistantError()) == AssistantError.say
    assert AssistantError.remedy != "Do that."


def test_a_banks_error_tells_which_call() -> None:
    error = BankError("detail", bank="Meadow Bank", status=503, request_id="7")
    assert (error.bank, error.status, error.request_id) == ("Meadow Bank", 503, "7")
