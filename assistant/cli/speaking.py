"""For people who speak or type: `demo`, `chat`, `say`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from assistant.audio.loudspeaker import Loudspeaker
from assistant.audio.writer import WavWriter
from assistant.cli.console import console, plain
from assistant.cli.desk import open_desk
from assistant.cli.turns import TurnPrinter
from assistant.conversation import Conversation
from assistant.settings import MAX_UTTERANCE_CHARACTERS, Settings
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser

Practice = Annotated[
    bool, typer.Option("--practice", help="Talk to the practice bank, which is started for you.")
]
DeviceOption = Annotated[
    str | None, typer.Option("--device", help="Microphone, by (part of) its name or its number.")
]
SpeakerOption = Annotated[
    str | None, typer.Option("--speaker", help="Loudspeaker, by (part of) its name or its number.")
]

BundleOption = Annotated[
    Path | None,
    typer.Option("--bundle", help="Folder in which each turn is kept as one file, masked, to be replayed."),
]


def add_to(app: typer.Typer) -> None:
    for command in (demo, chat, say):
        app.command(rich_help_panel="Talk")(command)


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="The whole conversation as one WAV.")] = Path(
        "out/demo.wav"
    ),
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not play it, only write the WAV.")] = False,
) -> None:
    """Replay a recorded spoken conversation with the practice bank, every part real."""
    from assistant.cli.demonstration import demonstrate

    demonstrate(Settings.from_environment(), output, play=not quiet)


def chat(practice: Practice = False, bundle: BundleOption = None) -> None:
    """Type instead of speaking; the same dialogue. Ctrl-D ends it.

    Lines from a pipe are taken as well: `echo "what is my balance" | assistant chat --practice`
    """
    with open_desk(practice=practice, hearing=False, speaking=False, watch=True, bundles=bundle) as desk:
        printer = TurnPrinter(console(), heard=False)
        conversation = desk.conversation(observers=[printer])
        typed = sys.stdin.isatty()
        if typed:
            console().print("Type what you would say. Ctrl-D ends the conversation.")
        if desk.has_news:
            conversation.tell_news()
        failures = 0
        for line in _lines(typed, conversation):
            turn = conversation.read(line)
            failures += turn.failure is not None
            understood = turn.understood
            if understood is not None and understood.intent == "goodbye":
                break
        if failures and not typed:
            raise typer.Exit(1)


def say(
    text: Annotated[str, typer.Argument(help='What to say, written as usual: "You have €12.50".')],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write a WAV instead of playing.")
    ] = None,
    rate: Annotated[
        float, typer.Option("--rate", min=0.4, max=2.5, help="1 is the voice's own speed.")
    ] = 1.0,
    speaker: SpeakerOption = None,
) -> None:
    """Speak a text with the assistant's voice.

    Amounts and dates are said as a bank clerk would: `assistant say "You have €1,234.56."`
    """
    settings = Settings.from_environment()
    with Synthesiser(VoiceProfile.load(settings.voice)) as voice:
        speech = voice.render(text, rate=rate)
    if output is not None:
        with WavWriter(output, speech.sample_rate) as sound:
            sound.write(speech.samples)
        console().print(f"{plain(str(output))}: {speech.seconds:.1f} s", soft_wrap=True)
        return
    Loudspeaker(speaker).play(speech.samples, speech.sample_rate)


def number_or_name(device: str | None) -> int | str | None:
    return int(device) if device is not None and device.isdecimal() else device


def _lines(typed: bool, conversation: Conversation) -> Iterator[str]:
    shown = conversation.shown
    while True:
        try:
            if typed and conversation.asks_passcode:
                line = getpass("you (not shown) ")
            else:
                line = console().input("[bold]you[/] ") if typed else input()
        except EOFError:
            return
        if line.strip():
            if not typed:
                console().print(
                    f"[bold]you[/] {plain(shown(line[:MAX_UTTERANCE_CHARACTERS]))}", soft_wrap=True
                )
            yield line
