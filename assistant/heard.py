"""What somebody said in a turn, with what is known of how surely it was heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from assistant.asr.adaptation_confidence import Calibration
from assistant.asr.adaptation_questions import YES
from assistant.events import Transcript
from assistant.security.demands import Reach


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody said, before it is answered."""

    text: str = field(repr=False)
    metadata: Mapping[str, object] = field(default_factory=dict)
    """What Rasa is told beside the text; nothing for typed text, which is certain."""
    intent: str = ""
    """What is answered without anything having been said."""
    audio: tuple[npt.NDArray[np.int16], ...] = field(default=(), repr=False)
    reach: Reach = Reach.ALL


HEARD_ELSEWHERE: Mapping[str, object] = {
    "certainty": 1.0,
    "clarity": 1.0,
    "words": [],
    "amount_readings": [],
    "yes": None,
    "overlapped": False,
    "reply_heard": False,
}
"""Doubts are not voiced, since there is nothing to base them on; numbers and names count as not clear."""


def what_is_known(transcript: Transcript, calibration: Calibration) -> dict[str, object]:
    """What `assistant.actions.money.certainty` reads, in what JSON can hold."""
    said = transcript.confirmation
    return {
        "words": [[word.text, calibration.word(word.confidence)] for word in transcript.words],
        "overruled": transcript.overruled,
        "amount_readings": [[reading.text, reading.behind] for reading in transcript.amount_readings],
        "account_readings": list(transcript.account_readings),
        "yes": None if said is None else said in YES,
    }
