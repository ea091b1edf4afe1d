"""The live loop: 16 kHz frames in, events and sound out, no device and no clock of its own.

Everything is counted in seconds of sound. Turns are understood and answered in a thread of their own; while
a turn is being heard the two take steps by turns, so that the same frames give the same turns. Its states
are drawn in docs/live.md.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from assistant.asr.endpoint import EndOfTurn, Pace, Verdict
from assistant.asr.spotter import Spotted, Spotter
from assistant.asr.voice_activity import VoiceActivity
from assistant.audio.frames import Samples, convert
from assistant.audio.level import loudness
from assistant.audio.player import Player
from assistant.conversation import Conversation
from assistant.events import Event, Interrupted, LoopState, Observer, PartialTranscript, Woken
from assistant.live.echo import Echo
from assistant.live.hearing import GAP, HeardTurn
from assistant.live.latency import LatencyMeter
from assistant.live.manner import Key, Manner, State
from assistant.live.mouth import Mouth
from assistant.live.recent import RecentSound
from assistant.settings import SAMPLE_RATE
from assistant.tts.synthesiser import Speech

_LEAD = 0.4
"""Seconds before the first voice that are heard with it: a soft consonant comes before what counts."""
_EDGE = 0.05
"""Seconds by which the recogniser may be wrong about the end of a phrase."""
_ONSET = 0.5
"""Seconds before a word from which whoever says it may have stood out; a loud voice soon passes for echo."""
_BARGE_IN = 0.25
"""Seconds of voice that interrupt in full duplex."""


class LiveLoop:
    """One person at one microphone. `feed` and `close` belong to one thread, `press` to any."""

    def __init__(
        self,
        converse: Callable[[Observer, Callable[[Speech], None]], Conversation],
        player: Player,
        manner: Manner,
        *,
        observers: Iterable[Observer] = (),
        wake: Spotter | None = None,
        halt: Spotter | None = None,
        clock: Callable[[], float] = time.monotonic,
        step_by_step: bool = False,
    ) -> None:
        """`converse` makes the conversation from an observer and a taker of its speech.

        `wake` listens for the wake phrase, `halt` for what silences us. `step_by_step`: `feed` waits for
        every answer, so that a recording gives the same events however fast it is fed.
        """
        self._player, self._manner = player, manner
        self._observers = list(observers)
        self._wake, self._halt = wake, halt
        self._clock, self._step_by_step = clock, step_by_step
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="turn")
        self._keys: queue.SimpleQueue[Key] = queue.SimpleQueue()
        self._voice = VoiceActivity()
        self._echo = Echo(cancelled=manner.full_duplex)
        self._pace, self._recent = Pace(), RecentSound()
        self._seconds = 0.0
        self._hearing: HeardTurn | None = None
        self._sound_ended = self._stood_out = -1e9
        self._since = 0.0
        self.muted = False
        self.level = -100.0
        """dBFS of the last chunk."""
        self.state = State.OPEN if manner.always_open else State.ASLEEP
        self.latency = LatencyMeter(self._publish, clock)
        self._mouth = Mouth(player, self.latency)
        self._conversation = converse(self._observe, self._mouth.say)

    # --- in and out ------------------------------------------------------------------------------

    def press(self, key: Key) -> None:
        """A key was pressed; silence does not wait for the next chunk."""
        if key is Key.STOP:
            self._mouth.silence()
        self._keys.put(key)

    def feed(self, chunk: Samples, at: float | None = None) -> None:
        """The next sound of the microphone; `at`: when its last sample was recorded, on the loop's clock."""
        seconds = len(chunk) / SAMPLE_RATE
        self._seconds += seconds
        self.latency.tick(self._clock() if at is None else at, self._seconds)
        sent = self._player.taken()
        reference = convert(sent, self._player.rate) if len(sent) else sent
        explained = self._echo.explains(chunk, reference, seconds)
        if not explained or not self._echo.known:  # before it is known, anything may have been a person
            self._stood_out = self._seconds
        self.level = loudness(chunk)
        while not self._keys.empty():
            self._pressed(self._keys.get())
        if self._player.speaking:
            self._sound_ended = self._seconds
        self._recent.add(chunk)
        self._voice.feed(chunk, explained=explained)
        if self.muted:
            self._voice.forget()
            self._wait_for_speech()
            return
        step = {
            State.ASLEEP: self._asleep,
            State.OPEN: self._open,
            State.HEARING: self._hear,
            State.THINKING: self._think,
            State.SPEAKING: self._speak,
        }[self.state]
        step(chunk)
        self.latency.publish()

    def tell_news(self) -> None:
        """Say what happened while nobody was there, before anybody asks."""
        hearing = HeardTurn(self._seconds, EndOfTurn())
        hearing.turn = self._worker.submit(self._conversation.tell_news)
        self._hearing = hearing
        self._mouth.begin()
        self._enter(State.THINKING)

    def lost(self) -> None:
        """Sound is missing from here on, a microphone was pulled out: what was half heard is no request."""
        if self.state is State.HEARING and self._hearing is not None:
            self._withdraw(self._hearing)
        self._recent.forget()

    def warm_up(self) -> None:
        """Have everything in memory and at work once, so that the first turn is as quick as the others."""
        silence = np.zeros(SAMPLE_RATE, np.int16)
        self._conversation.makes_sense("what is my balance")
        VoiceActivity().feed(silence)
        for spotter in (self._wake, self._halt):
            if spotter is not None:
                spotter.holds(silence, 1.0)

    def close(self) -> None:
        """End what goes on; the loop cannot be used afterwards."""
        if self._hearing is not None:
            self._hearing.handover.end(withdraw=True)
        self._worker.shutdown()

    # --- the states ------------------------------------------------------------------------------

    def _asleep(self, chunk: Samples) -> None:
        spotted = self._wake.feed(chunk) if self._wake else None
        if spotted is not None:
            self._publish(Woken(self._clock(), spotted.phrase))
            self._woken(self._seconds - max(0.0, spotted.end))

    def _woken(self, phrase_ended: float) -> None:
        """A request may follow in the same breath; only who waits is told that we listen."""
        if self._voice.speaking and self._voice.now - phrase_ended > GAP:
            self._begin(phrase_ended - _EDGE)
            return
        self._voice.forget()
        self._mouth.acknowledge()
        self._enter(State.OPEN)

    def _open(self, _chunk: Samples) -> None:
        if self._voice.started is not None:
            self._begin(self._voice.started - _LEAD)
        elif not self._manner.always_open:
            waited = EndOfTurn().verdict(self._seconds - self._since, None, 0.0, "")
            if waited is Verdict.NOTHING_SAID:
                self._enter(State.ASLEEP)

    def _hear(self, chunk: Samples) -> None:
        hearing = self._hearing
        if hearing is None:
            return
        hearing.handover.put(chunk)
        verdict = hearing.verdict(self._voice, self._pace, self._conversation.makes_sense)
        if verdict is Verdict.NO_WORDS or (verdict is not Verdict.GO_ON and hearing.was_no_halt):
            self._withdraw(hearing)
        elif verdict is not Verdict.GO_ON:
            self._finish(hearing)

    def _think(self, chunk: Samples) -> None:
        if self._halted(chunk):
            return
        hearing = self._hearing
        if hearing is None:
            return
        if self._step_by_step and hearing.turn is not None:
            hearing.turn.result()
        started = self._voice.started
        if started is not None and not self._player.playing and self._voice.ended - started >= GAP:
            # Who goes on speaking was cut off: the answer waits, and what is said now is heard first.
            self._mouth.silence()
            if hearing.answered:
                self._pace.cut_off(started - hearing.voice_ended)
                self._begin(started - _LEAD).resumes = True
        elif self._player.speaking:
            self._enter(State.SPEAKING)
        else:
            self._wait_for_speech()

    def _speak(self, chunk: Samples) -> None:
        if not self._halted(chunk):
            self._wait_for_speech()

    def _wait_for_speech(self) -> None:
        """When the answer is over: the microphone is open once after a question."""
        answered = self._hearing is None or self._hearing.answered
        if self.state not in (State.THINKING, State.SPEAKING) or self._player.playing or not answered:
            return
        if not self._voice.speaking:
            self._voice.forget()
        asked = self._conversation.asked is not None
        self._enter(State.OPEN if asked or self._manner.always_open else State.ASLEEP)

    # --- turns -----------------------------------------------------------------------------------

    def _begin(self, begun: float, *, halted: bool = False) -> HeardTurn:
        """Hear a turn that began at that second of the sound."""
        started = self._voice.started if self._voice.started is not None else begun
        begun = max(begun, self._seconds - self._recent.seconds)
        hearing = HeardTurn(
            begun,
            self._conversation.end_of_turn(self._pace.pause),
            halted=halted,
            overlapped=started < self._sound_ended + (_LEAD if self._echo.audible else 0.0),
        )
        self._mouth.begin()
        hearing.turn = self._worker.submit(hearing.take, self._conversation, self._mouth.unheard.text)
        self._hearing = hearing
        self._enter(State.HEARING)
        for chunk in self._recent.last(self._seconds - begun):
            hearing.handover.put(chunk)
        return hearing

    def _finish(self, hearing: HeardTurn) -> None:
        hearing.voice_ended = self._voice.ended
        answer = hearing.rules.question is not None
        self.latency.turn_over(hearing.begun, self._voice.ended, answer=answer)
        self._voice.forget()
        self._mouth.answered()
        hearing.handover.end()
        if self._halt is not None:
            self._halt.reset()
        self._enter(State.THINKING)

    def _withdraw(self, hearing: HeardTurn) -> None:
        """No words, or others' talk: go on as if nothing had been."""
        hearing.handover.end(withdraw=True)
        if hearing.turn is not None:
            hearing.turn.result()
        self._hearing = None
        self._voice.forget()
        if hearing.resumes and self._mouth.cut:
            self._mouth.resume()
            self._enter(State.SPEAKING)
        else:
            self._enter(State.OPEN, keep_waiting=True)

    # --- interrupting ----------------------------------------------------------------------------

    def _halted(self, chunk: Samples) -> bool:
        """Whether somebody silenced us in this chunk; a turn is heard then."""
        halt, echo = self._halt, self._echo
        spotted = halt.feed(chunk, doubtful=echo.audible) if halt else None
        if halt and spotted and not (echo.audible and self._is_our_own(halt, spotted)):
            echo.unlearn(spotted.start + _ONSET)
            self._interrupt(spotted.phrase)
            began = self._seconds - spotted.start
            if spotted.phrase == self._manner.wake_phrase:
                self._publish(Woken(self._clock(), spotted.phrase))
                self._woken(self._seconds - max(0.0, spotted.end))
            else:
                self._voice.assume(began)
                self._begin(began - _LEAD, halted=True)
            return True
        started = self._voice.started
        if (
            self._manner.full_duplex
            and self.state is State.SPEAKING
            and started is not None
            and self._voice.ended - started >= _BARGE_IN
        ):
            self._interrupt("voice")
            self._begin(started - _LEAD)
            return True
        return False

    def _is_our_own(self, halt: Spotter, spotted: Spotted) -> bool:
        """An echo: nothing stood out of it meanwhile, or the words are in what was played as well."""
        stood_out = self._stood_out >= self._seconds - spotted.start - _ONSET
        return not stood_out or self._mouth.said(halt, spotted)

    def _interrupt(self, by: str) -> None:
        self._mouth.silence()
        self._publish(Interrupted(self._clock(), by))

    def _pressed(self, key: Key) -> None:
        if key is Key.MUTE:
            self.muted = not self.muted
            self._publish(LoopState(self._clock(), "muted" if self.muted else self.state.value))
            if self.muted and self.state is State.HEARING and self._hearing:
                self._withdraw(self._hearing)
            return
        if key is Key.TALK and self.state is State.HEARING and self._hearing:
            self._finish(self._hearing)  # the second press: that was all
            return
        if self.state in (State.THINKING, State.SPEAKING):
            self._interrupt("key")
        if key is Key.TALK and self.state is not State.THINKING:
            self._publish(Woken(self._clock(), "key"))
            self._voice.forget()
            self._mouth.acknowledge()
            self._enter(State.OPEN)
        elif key is Key.STOP and self.state is State.SPEAKING:
            self._voice.forget()
            self._enter(State.OPEN)

    # --- out -------------------------------------------------------------------------------------

    def _enter(self, state: State, *, keep_waiting: bool = False) -> None:
        if state is State.OPEN and not keep_waiting:
            self._since = self._seconds
        if state is State.ASLEEP and self._wake is not None:
            self._wake.reset()
        if state is State.SPEAKING and self._halt is not None and self.state is not State.THINKING:
            self._halt.reset()
        if state is not self.state:
            self.state = state
            self._publish(LoopState(self._clock(), state.value))

    def _observe(self, event: Event) -> None:
        """What happens in the conversation."""
        if isinstance(event, PartialTranscript) and self._hearing is not None:
            self._hearing.text = event.text
            event = replace(event, text=self._conversation.shown(event.text))
        self.latency.observe(event)
        self._publish(event)

    def _publish(self, event: Event) -> None:
        for observer in self._observers:
            observer(event)
