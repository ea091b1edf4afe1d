"""The turn: frames or text in, understood and answered, speech out; every step published as an event.

Whatever goes wrong, a turn ends in a reply or in a plain sentence that says what to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from assistant.asr.adaptation_questions import Question, question_of
from assistant.asr.endpoint import EndOfTurn
from assistant.attention import SECRET, Attention
from assistant.audio.watched import Watched
from assistant.engines import Dialogue as Dialogue
from assistant.engines import Ears
from assistant.errors import AssistantError, SilentRecordingError
from assistant.events import (
    Event,
    Observer,
    PartialTranscript,
    ReplyAudio,
    ReplyText,
    SpeechStarted,
    Transcript,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    Understood,
)
from assistant.heard import HEARD_ELSEWHERE, Heard, what_is_known
from assistant.nlu import apart
from assistant.nlu.answer import Answer
from assistant.security.demands import Reach
from assistant.tts.synthesiser import Speech, Synthesiser, joined
from assistant.turn import Turn as Turn

_log = logging.getLogger(__name__)

NEWS = "payment_news"
"""The intent whose answer is what became of payments."""

SAY_AGAIN = "utter_say_again"

Frames = Iterable[npt.NDArray[np.int16]]


class Withdrawn(Exception):  # noqa: N818 - it is no error
    """Raised by the frames of a turn that is none after all: nothing is understood, answered or said."""


class Conversation:
    """One person talking with the assistant; turns are taken one after another."""

    def __init__(
        self,
        dialogue: Dialogue,
        *,
        recogniser: Ears | None = None,
        synthesiser: Synthesiser | None = None,
        observers: Iterable[Observer] = (),
        on_speech: Callable[[Speech], None] | None = None,
        name: str = "desk",
        clock: Callable[[], float] = time.monotonic,
        keep: Callable[[Turn], None] | None = None,
        reach: Reach = Reach.ALL,
        ends: Callable[[Sequence[str]], float | None] = lambda _words: None,
    ) -> None:
        """`name` keeps the dialogue's memory apart from that of other conversations.

        `keep` is handed each turn when it is over; it raises nothing. `reach`: how far requests may go.
        `ends`: see `EndOfTurn`.
        `on_speech` is handed the reply sentence by sentence, the first while the others are not rendered yet.
        """
        self._dialogue = dialogue
        self._ears = recogniser
        self._unasked = self._listener = recogniser.expecting(None) if recogniser else None
        self._asked: Question | None = None
        self.said_last = ""
        """The reply that the next words answer, as far as `catch_up` knows."""
        self._said_back = ""
        """What was heard badly and is to be said again."""
        self._synthesiser = synthesiser
        self._observers = list(observers)
        self._on_speech = on_speech or (lambda _: None)
        self.name = name
        self._reach = reach
        self._ends = ends
        self._clock = clock
        self._keep = keep
        self._turns = 0
        self._in_turn = False
        self._events: list[Event] = []

    @property
    def asked(self) -> Question | None:
        """The kind of answer that the last reply waits for."""
        return self._asked

    def catch_up(self) -> None:
        """Know what was said and asked last, whichever server did it; every turn begins with that.

        Raises StoreError.
        """
        last = self._dialogue.last_reply(self.name)
        self.said_last = last.speech
        asked = question_of(last.expects)
        if asked is not self._asked:
            self._expect(asked)

    def end_of_turn(self, pace: float) -> EndOfTurn:
        """When what is said now is over, by somebody who pauses like that; see there."""
        return EndOfTurn(self._asked, pace=pace, ends=self._ends)

    def makes_sense(self, text: str) -> bool:
        """Whether the dialogue would clearly know what to do with it; nothing is answered."""
        return self._dialogue.understands(text, secret=self._asked in SECRET)

    def observe(self, event: Event) -> None:
        """Take in what happens elsewhere during a turn, a call to a bank for instance.

        What happens between turns, names read for the vocabulary for instance, belongs to none.
        """
        if self._in_turn:
            self._publish(event)

    def hear(
        self,
        frames: Frames,
        *,
        overlapped: Callable[[], bool] = lambda: False,
        reply_heard: Callable[[], bool] = lambda: True,
        unheard: str = "",
        awaited: Callable[[], bool] = lambda: True,
    ) -> Turn:
        """A spoken turn: 16 kHz mono int16 frames up to the end of the utterance.

        Asked when they are over: `overlapped`, whether any sound of our own was playing meanwhile, and
        `reply_heard`, whether the reply before was played to its end: a yes needs it. `unheard`: what
        was not said of a reply that was cut off, for "go on". `awaited` is `Recogniser.transcribe`'s. The
        frames may raise Withdrawn.
        """

        def listen(stages: dict[str, float]) -> Heard:
            heard = self._listen(Watched(frames, self._clock, awaited), stages)
            known: dict[str, object] = {"overlapped": overlapped(), "reply_heard": reply_heard()}
            if unheard:
                known["unheard"] = unheard
            return replace(heard, metadata={**heard.metadata, **known})

        return self._turn(listen)

    def listen(self, frames: Frames, *, awaited: Callable[[], bool] = lambda: True) -> Heard:
        """Only hear; `take` answers. Frames and `awaited` as for `hear`, and Withdrawn.

        Raises SilentRecordingError, SpeechModelError, StoreError.
        """
        self.catch_up()
        return self._listen(Watched(frames, self._clock, awaited), {})

    def take(self, heard: Heard, *, overlapped: bool, reply_heard: Callable[[], bool]) -> Turn:
        """A turn that was heard before; see `hear`."""
        known = {**heard.metadata, "overlapped": overlapped}
        return self._turn(lambda _: replace(heard, metadata={**known, "reply_heard": reply_heard()}))

    def read(self, text: str) -> Turn:
        """A typed turn."""
        return self._turn(lambda _: Heard(text))

    def take_unheard(self, text: str) -> Turn:
        """A turn whose words some other program heard, nobody knows how surely: no yes of these counts."""
        return self._turn(lambda _: Heard(text, HEARD_ELSEWHERE, reach=Reach.LOOK))

    def tell_news(self) -> Turn:
        """A turn that nobody asked for: what became of payments meanwhile."""
        return self._turn(lambda _: Heard("", intent=NEWS))

    @property
    def asks_passcode(self) -> bool:
        """The next turn is likely to hold digits of the passcode; its audio is not to be kept."""
        return self._asked is Question.PASSCODE

    def shown(self, text: str) -> str:
        """What may be shown of an utterance: no one-time code and no digit of a passcode."""
        return apart.masked(text, self._asked.value) if self._asked in SECRET else text

    # --- one turn ------------------------------------------------------------------------------

    def _turn(self, listen: Callable[[dict[str, float]], Heard]) -> Turn:
        self._turns += 1
        self._events = []
        stages: dict[str, float] = {}
        speech: Speech | None = None
        told = ""
        audio: tuple[npt.NDArray[np.int16], ...] = ()
        self._publish(TurnStarted(self._clock(), self._turns))
        self._in_turn = True
        try:
            self.catch_up()
            heard = listen(stages)
            told = self.shown(heard.text)
            audio = heard.audio if told == heard.text and not self.asks_passcode else ()
            answer = self._understand(heard, stages)
            said = " ".join(reply.speech for reply in answer.replies)
            speech = self._speak(said, answer.speech_rate, stages)
        except Withdrawn:
            self._in_turn = False
            self._publish(TurnEnded(self._clock(), self._turns))
            return Turn(self._turns, tuple(self._events), None)
        except AssistantError as error:
            speech = self._fail(error, stages)
        except Exception as error:  # noqa: BLE001 - no turn ends in silence, whatever happened
            # The type alone: a message may quote what was said or an account number.
            _log.error("a turn failed with %s", type(error).__name__)
            speech = self._fail(AssistantError(type(error).__name__), stages)
        self._in_turn = False
        self._publish(TurnEnded(self._clock(), self._turns, stages))
        turn = Turn(self._turns, tuple(self._events), speech, told, audio)
        if self._keep is not None:
            self._keep(turn)
        return turn

    def _listen(self, watched: Watched, stages: dict[str, float]) -> Heard:
        if self._listener is None or self._unasked is None:
            raise TypeError("this conversation was made without a recogniser")
        recogniser = self._listener()
        attention = Attention(recogniser, self._unasked, self._asked, self._dialogue.understands)
        transcript, certainty = attention.hear(watched, self._on_partial)
        now = self._clock()
        transcript = replace(transcript, at=now)
        if transcript.words:
            self._publish(SpeechStarted(now, transcript.words[0].start))
        self._publish(self._shown(transcript))
        if not transcript.text:
            raise SilentRecordingError
        stages["hear"] = (now - watched.last) * 1000
        known = what_is_known(transcript, recogniser.model.calibration)
        # Who was asked to say it again, and is heard alike, said just that.
        clarity = 1.0 if transcript.text == self._said_back else certainty.clarity
        known |= {"certainty": certainty.least, "clarity": clarity}
        return Heard(transcript.text, known, audio=tuple(watched.kept))

    def _understand(self, heard: Heard, stages: dict[str, float]) -> Answer:
        if heard.intent:
            answer = self._dialogue.begin(heard.intent, conversation=self.name)
        else:
            reach = heard.reach if self._reach is Reach.ALL else self._reach
            metadata = heard.metadata if reach is Reach.ALL else {**heard.metadata, "reach": reach.value}
            answer = self._dialogue.handle(
                heard.text, conversation=self.name, metadata=metadata, refusal=reach.refusal
            )
        self._expect(question_of(answer.expects))
        now = self._clock()
        stages["understand"] = answer.understanding_ms
        stages["answer"] = answer.acting_ms
        again = any(reply.response == SAY_AGAIN for reply in answer.replies)
        self._said_back = heard.text if again else ""
        self._publish(Understood(now, answer.intent, answer.confidence, answer.entities))
        for reply in answer.replies:
            self._publish(ReplyText(now, reply.screen, reply.speech, reply.response, reply.values))
        return answer

    def _expect(self, asked: Question | None) -> None:
        self._asked = asked
        if self._ears:
            self._listener = self._ears.expecting(asked)

    def _speak(self, text: str, rate: float, stages: dict[str, float]) -> Speech | None:
        if self._synthesiser is None or not text:
            return None
        started = self._clock()
        parts: list[Speech] = []
        for part in self._synthesiser.sentences(text, rate=rate):
            if not parts:
                stages["speak"] = (self._clock() - started) * 1000
            parts.append(part)
            self._on_speech(part)
        speech = joined(parts)
        self._publish(ReplyAudio(self._clock(), len(speech.samples), speech.sample_rate))
        return speech

    def _fail(self, error: AssistantError, stages: dict[str, float]) -> Speech | None:
        now = self._clock()
        self._publish(TurnFailed(now, error.code, error.say, error.remedy))
        try:
            return self._speak(error.say, 1.0, stages)
        except AssistantError:
            return None  # the sentence is on the screen

    def _on_partial(self, text: str) -> None:
        self._publish(PartialTranscript(self._clock(), self.shown(text)))

    def _shown(self, transcript: Transcript) -> Transcript:
        """As observers may know it."""
        shown = self.shown(transcript.text)
        if shown == transcript.text:
            return transcript
        return replace(transcript, text=shown, words=(), alternatives=(), amount_readings=(), overruled="")

    def _publish(self, event: Event) -> None:
        self._events.append(event)
        for observer in self._observers:
            observer(event)
