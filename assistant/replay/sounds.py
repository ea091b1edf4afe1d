"""What is heard in a turn of a scenario."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.asr.turns import split_turns
from assistant.audio.frames import Samples
from assistant.audio.recordings import RecordingSource, read_recording
from assistant.errors import SilentRecordingError
from assistant.replay.scenario import SaidTurn
from assistant.replay.variations import AS_IT_IS, Variation, varied


def sounds_of(turn: SaidTurn, variation: Variation | None = None) -> Iterator[Samples | None]:
    """16 kHz mono, one sound a turn; None where it is typed.

    A recording of which nobody knows what is said in it may hold several turns. Raises BadRecordingError.
    """
    variation = variation or AS_IT_IS
    if turn.audio is None:
        yield None
        return
    if turn.say:
        yield varied(read_recording(turn.audio), variation, turn.audio.name)
        return
    try:
        for part, sound in enumerate(split_turns(RecordingSource(turn.audio))):
            yield varied(sound, variation, f"{turn.audio.name} {part}")
    except SilentRecordingError:
        yield varied(read_recording(turn.audio), variation, turn.audio.name)
