"""`doctor`: looks at every part and says the remedy for each fault."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

import typer

from assistant.asr.examine import examine_speech_model
from assistant.audio.devices import devices, portaudio_version
from assistant.bank.connections import Connections
from assistant.bank.portfolio import Portfolio
from assistant.bank.secrets import keyring_is_usable
from assistant.cli.console import console, plain
from assistant.errors import (
    AssistantError,
    LockedError,
    NoBankError,
    NoDeviceError,
    NoLanguageModelError,
    NoPasscodeError,
)
from assistant.nlu.training import trained_model
from assistant.security.guard import Guard
from assistant.settings import Settings
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Set up")(doctor)


def doctor() -> None:
    """Check sound, speech model, voice, Rasa, banks and keyring; say what to do about each fault.

    The exit status is 1 when something that is needed does not work.
    """
    settings = Settings.from_environment()
    checks: tuple[tuple[str, bool, Callable[[Settings], str]], ...] = (
        ("sound system", False, _sound_system),
        ("microphone", False, _microphone),
        ("loudspeaker", False, _loudspeaker),
        ("speech model", True, _speech_model),
        ("voice", True, _voice),
        ("Rasa", True, _rasa),
        ("trained model", True, _trained_model),
        ("banks", False, _banks),
        ("secrets", True, _secrets),
        ("passcode", False, _passcode),
        ("limits", True, _limits),
        ("record of acts", True, _record),
    )
    broken = False
    for name, needed, check in checks:
        try:
            console().print(f"[green]  ok  [/] {name:14} {plain(check(settings))}", soft_wrap=True)
        except AssistantError as fault:
            broken |= needed
            mark = "[red] FAULT[/]" if needed else "[yellow] none [/]"
            console().print(f"{mark} {name:14} {plain(fault.detail or fault.say)}", soft_wrap=True)
            console().print(f"       {'':14} → {plain(fault.remedy)} ({fault.code})", soft_wrap=True)
    if broken:
        raise typer.Exit(1)


def _sound_system(_settings: Settings) -> str:
    return portaudio_version()


def _microphone(_settings: Settings) -> str:
    return _names([each.name for each in devices() if each.inputs], "no microphone")


def _loudspeaker(_settings: Settings) -> str:
    return _names([each.name for each in devices() if each.outputs], "no loudspeaker")


def _names(found: list[str], otherwise: str) -> str:
    if not found:
        raise NoDeviceError(otherwise)
    return ", ".join(found)


def _speech_model(settings: Settings) -> str:
    report = examine_speech_model(settings)
    if report.problem is not None:
        raise report.problem
    return f"{report.name}, {report.words:,} words"


def _voice(settings: Settings) -> str:
    profile = VoiceProfile.load(settings.voice)
    with Synthesiser(profile) as voice:
        seconds = voice.render("Testing, one two three.").seconds
    return f"{profile.voice}, spoke for {seconds:.1f} s"


def _rasa(_settings: Settings) -> str:
    return f"{version('rasa')}, telemetry off"


def _trained_model(settings: Settings) -> str:
    model = trained_model(settings)
    if model is None:
        raise NoLanguageModelError("not trained for the data as they are now")
    return model.name


def _banks(settings: Settings) -> str:
    connections = Connections.from_settings(settings).all()
    if not connections:
        raise NoBankError("none is connected")
    portfolio = Portfolio.from_settings(settings)
    try:
        gathered = portfolio.accounts()
    finally:
        portfolio.close()
    if gathered.failures:
        raise gathered.failures[0]
    names = ", ".join(each.name for each in connections)
    return f"{names}: {len(gathered.items)} accounts"


def _secrets(settings: Settings) -> str:
    if settings.keyring and keyring_is_usable():
        return "kept in the keyring of this computer"
    return f"no keyring; kept in files that only you can read, under {settings.home}"


def _passcode(settings: Settings) -> str:
    guard = Guard.from_settings(settings)
    if not guard.has_passcode:
        raise NoPasscodeError("none is set, so no money moves")
    wrong, wait = guard.tries()
    if wait:
        raise LockedError(f"{wrong} wrong answers; {wait:.0f} seconds left to wait")
    return f"set; {wrong} wrong answers since the last right one"


def _limits(settings: Settings) -> str:
    limits = Guard.from_settings(settings).rules.limits
    return ", ".join(f"{each.payment:,.0f} {currency} a payment" for currency, each in sorted(limits.items()))


def _record(settings: Settings) -> str:
    return f"{len(Guard.from_settings(settings).trail.entries())} entries, each as it was written"
