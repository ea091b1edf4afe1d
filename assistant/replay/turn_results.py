"""A turn that has happened, beside what was wanted of it."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.audio.frames import Samples
from assistant.events import (
    BankCalled,
    Event,
    PartialTranscript,
    ReplyText,
    Transcript,
    TurnFailed,
    Understood,
)
from assistant.nlu.values.today import today
from assistant.replay.ending import Ending
from assistant.replay.judging import Happened, is_confident, problems_of
from assistant.replay.results import TurnResult
from assistant.replay.scenario import SaidTurn
from assistant.replay.words import word_errors
from assistant.settings import SAMPLE_RATE
from assistant.turn import Turn


def result_of(
    number: int,
    wanted: SaidTurn,
    turn: Turn,
    earlier: tuple[str, ...],
    sound: Samples | None,
    ending: Ending | None,
) -> TurnResult:
    """A turn beside what was wanted of it. `earlier`: calls to a bank before it; `sound`: as it was heard."""
    understood = turn.understood
    transcript = next((event for event in turn.events if isinstance(event, Transcript)), None)
    heard = wanted.say if sound is None else turn.heard
    happened = Happened(
        heard=heard,
        spoken=sound is not None,
        intent=understood.intent if understood else "nothing",
        entities=understood.entities if understood else (),
        replies=tuple((reply.response, reply.screen, reply.values) for reply in turn.replies),
        calls=tuple(call_of(call) for call in turn.bank_calls),
        earlier=earlier,
        failure=turn.failure.code if turn.failure else "",
        stages=turn.stages,
    )
    problems = problems_of(wanted, happened, today())
    return TurnResult(
        number=number,
        said=wanted.say,
        spoken=happened.spoken,
        heard=heard,
        words=tuple(
            (word.text, round(word.start, 3), round(word.end, 3), round(word.confidence, 4))
            for word in (transcript.words if transcript else ())
        ),
        intent=happened.intent,
        confidence=round(understood.confidence, 6) if understood else 0.0,
        entities=tuple((name, _jsonable(value)) for name, value in happened.entities),
        replies=tuple(
            {"response": response, "screen": screen, "values": _jsonable(values)}
            for response, screen, values in happened.replies
        ),
        calls=happened.calls,
        failure=happened.failure,
        problems=problems,
        confident=is_confident(happened),
        judged=wanted.judged,
        counts=word_errors(wanted.say, heard) if wanted.say and happened.spoken else None,
        seconds=round(len(sound) / SAMPLE_RATE, 3) if sound is not None else 0.0,
        end=ending.found() if ending else None,
        stages={name: round(milliseconds, 3) for name, milliseconds in turn.stages.items()},
        timeline=tuple(_timeline(turn)),
    )


def call_of(event: Event) -> str:
    """`METHOD path` of a call to a bank; empty for other events."""
    return f"{event.method} {event.path}" if isinstance(event, BankCalled) else ""


def _jsonable(value: object) -> object:
    if isinstance(value, dict):
        return {str(name): _jsonable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _timeline(turn: Turn) -> Iterator[tuple[float, str, str]]:
    began = turn.events[0].at
    for event in turn.events:
        at = round((event.at - began) * 1000, 2)
        if isinstance(event, PartialTranscript | Transcript):
            yield at, type(event).__name__, event.text
        elif isinstance(event, Understood):
            yield at, "Understood", f"{event.intent} {event.confidence:.0%}"
        elif isinstance(event, BankCalled):
            yield (
                at,
                "BankCalled",
                f"{event.bank}: {call_of(event)} → {event.status}, {event.milliseconds:.0f} ms",
            )
        elif isinstance(event, ReplyText):
            yield at, "ReplyText", event.response
        elif isinstance(event, TurnFailed):
            yield at, "TurnFailed", event.code
        else:
            yield at, type(event).__name__, ""
