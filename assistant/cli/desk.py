"""A loaded desk for a command, and what is shown while it loads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from getpass import getpass

from assistant.actions.services import AskPassword, nobody_types
from assistant.asr.speech_model import check_model
from assistant.asr.store import SpeechModelStore
from assistant.cli.console import console, plain, working
from assistant.practice import PASSCODE, password_of, practice_settings, practising
from assistant.settings import Settings
from assistant.startup import Desk


@contextmanager
def open_desk(
    *, practice: bool, hearing: bool = True, speaking: bool = True, watch: bool = False
) -> Iterator[Desk]:
    """Everything that a conversation needs, with the practice bank beside it where that is wanted.

    `watch`: take up what is trained meanwhile, and say so. Raises AssistantError with what is missing.
    """
    settings = Settings.from_environment()
    if hearing:
        # Before half a minute of training: a look at the files finds most of what can be wrong with it.
        check_model(SpeechModelStore(settings).active)
    password: AskPassword = _type_password if sys.stdin.isatty() else nobody_types
    with ExitStack() as stack:
        with working("Getting ready") as progress:
            if practice:
                settings, password = practice_settings(settings), password_of
                progress("Starting the practice bank.")
                stack.enter_context(practising(settings))
            desk = Desk(
                settings, hearing=hearing, speaking=speaking, password=password, watch=watch, notice=_notice
            )
            stack.enter_context(desk.load(progress))
        if practice:
            console().print(f"The passcode for practising is {PASSCODE}.")
        yield desk


def _notice(text: str) -> None:
    console().print(f"[dim]{plain(text)}[/]", soft_wrap=True)


def _type_password(bank: str, psu_id: str) -> str:
    return getpass(f"Password of {psu_id} at {bank}: ")
