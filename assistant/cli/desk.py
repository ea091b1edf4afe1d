"""A loaded desk for a command, and what is shown while it loads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from getpass import getpass
from pathlib import Path

from assistant.actions.services import AskPassword, nobody_types
from assistant.asr.speech_model import check_model
from assistant.asr.store import SpeechModelStore
from assistant.asr.taught import teach
from assistant.cli.console import console, plain, working
from assistant.nlu.training import train, trained_model
from assistant.practice import PASSCODE, password_of, practice_settings, practising
from assistant.replay.bundle import PASSPHRASE
from assistant.replay.keeping import TurnKeeper
from assistant.replay.replayer import Setup
from assistant.security.keys import conversation_key
from assistant.settings import Settings
from assistant.startup import Desk


@contextmanager
def open_desk(
    *,
    practice: bool,
    hearing: bool = True,
    speaking: bool = True,
    watch: bool = False,
    bundles: Path | None = None,
) -> Iterator[Desk]:
    """Everything that a conversation needs, with the practice bank beside it where that is wanted.

    `watch`: take up what is trained meanwhile, and say so. `bundles`: folder in which each turn is kept.
    Raises AssistantError with what is missing.
    """
    typing: AskPassword = _type_password if sys.stdin.isatty() else nobody_types
    with ExitStack() as stack:
        with working("Getting ready") as progress:
            settings, password = _customer(stack, progress, practice=practice, hearing=hearing)
            keeper = stack.enter_context(_keeper(bundles)) if bundles is not None else None
            desk = Desk(
                settings,
                hearing=hearing,
                speaking=speaking,
                password=password or typing,
                watch=watch,
                notice=notice,
                keep=keeper.keep if keeper is not None else None,
            )
            stack.enter_context(desk.load(progress))
            if keeper is not None:
                model = trained_model(settings) or settings.nlu_models
                keeper.begin(Setup(settings, model, SpeechModelStore(settings).active if hearing else None))
        if practice:
            console().print(f"The passcode for practising is {PASSCODE}.")
        yield desk


@contextmanager
def ready_for_workers(*, practice: bool, count: int) -> Iterator[tuple[Settings, AskPassword, Path]]:
    """What several processes load from: settings, who types a bank's password, and a trained model.

    Raises AssistantError with what is missing.
    """
    # Imported here: other commands do without.
    from assistant.rooms.workers import check_workers

    check_workers(Settings.from_environment(), count)
    with ExitStack() as stack:
        with working("Getting ready") as progress:
            settings, password = _customer(stack, progress, practice=practice, hearing=True)
            model = train(settings, progress)
            # Once for all of them.
            teach(settings)
            conversation_key(settings)
        if practice:
            console().print(f"The passcode for practising is {PASSCODE}.")
        yield settings, password or nobody_types, model


@contextmanager
def _keeper(folder: Path) -> Iterator[TurnKeeper]:
    with TurnKeeper(folder, os.environ.get(PASSPHRASE, "")) as keeper:
        yield keeper
    turns = "turn" if keeper.kept == 1 else "turns"
    console().print(f"{keeper.kept} {turns} kept: {plain(str(folder))}", soft_wrap=True)


def _customer(
    stack: ExitStack, progress: Callable[[str], None], *, practice: bool, hearing: bool
) -> tuple[Settings, AskPassword | None]:
    """The settings; for practising with the bank running until the stack is closed, and its password."""
    settings = Settings.from_environment()
    if hearing:
        # Before half a minute of training: a look at the files finds most of what can be wrong with it.
        check_model(SpeechModelStore(settings).active)
    if not practice:
        return settings, None
    settings = practice_settings(settings)
    progress("Starting the practice bank.")
    stack.enter_context(practising(settings))
    return settings, password_of


def notice(text: str) -> None:
    console().print(f"[dim]{plain(text)}[/]", soft_wrap=True)


def _type_password(bank: str, psu_id: str) -> str:
    return getpass(f"Password of {psu_id} at {bank}: ")
