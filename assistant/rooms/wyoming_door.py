"""One Wyoming connection: what the device asks for is done in a thread, one thing after another.

Which events are understood, and what is answered, is in docs/rooms.md.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, async_write_event
from wyoming.info import Describe
from wyoming.intent import Recognize
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.snd import Played
from wyoming.tts import Synthesize
from wyoming.wake import Detect

from assistant.errors import AssistantError, BusyError, FrameError, NoAccessError, SoundFormatError
from assistant.rooms.access import Access
from assistant.rooms.feed import FULL, Feed, Intake
from assistant.rooms.guarded import guarded
from assistant.rooms.outbox import Outbox
from assistant.rooms.room import Caller, Rooms
from assistant.rooms.wyoming_info import info
from assistant.rooms.wyoming_tasks import Tasks
from assistant.rooms.wyoming_wire import read_event

_log = logging.getLogger(__name__)

AUTH, AUTHENTICATED = "auth", "authenticated"
"""Events of ours: Wyoming itself knows no tokens. `auth` has `token` among its data."""
_PATIENCE = 10.0
"""Seconds in which a token must come, and in which a device must take what is sent to it."""
_WAITING = 32
"""Requests of one connection that may wait for each other."""


class WyomingConnection:
    """Serves one connection from `run` until it ends."""

    def __init__(
        self,
        rooms: Rooms,
        access: Access,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        caller: Caller | None,
        *,
        silence: float | None = None,
    ) -> None:
        """`caller`: who it is, where that is known already; else a token must come first. `silence`: seconds
        after which whoever says nothing is gone."""
        self._silence = silence
        self._rooms, self._access = rooms, access
        self._reader, self._writer = reader, writer
        self._caller = caller
        self._loop = asyncio.get_running_loop()
        self._outbox = Outbox(self._sent)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="room")
        self._waiting = 0
        self._intake = Intake()
        self._wanted: Event | None = None
        """What the next sound is for."""
        self._feed: Feed | None = None
        self._tasks: Tasks | None = None

    async def run(self) -> None:
        self._outbox.open()
        try:
            while True:
                patience = _PATIENCE if self._caller is None else self._silence
                event = await asyncio.wait_for(read_event(self._reader), patience)
                if event is None:
                    break
                await self._take(event)
        except AssistantError as error:
            self._fail(error)
        except asyncio.TimeoutError:
            if self._caller is None:
                self._fail(NoAccessError("no token came"))
        except (OSError, asyncio.IncompleteReadError):
            _log.debug("a connection broke")
        finally:
            if self._feed is not None:
                self._feed.withdraw()
            await self._loop.run_in_executor(None, self._worker.shutdown)
            await self._outbox.close()
            if self._tasks is not None:
                await self._loop.run_in_executor(None, self._tasks.close)
            self._writer.close()

    # --- in --------------------------------------------------------------------------------------

    async def _take(self, event: Event) -> None:
        try:
            if event.type == AUTH:
                self._authenticate(event)
            elif self._caller is None:
                raise NoAccessError(f"{event.type} before a token")
            else:
                await self._serve(event, self._caller)
        except SoundFormatError as error:
            if self._feed is not None:
                self._feed.withdraw()
            self._feed = self._wanted = None  # what else comes of it is not told again and again
            self._fail(error)
        except BusyError as error:
            self._fail(error)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FrameError(f"{event.type} lacks something") from error

    def _authenticate(self, event: Event) -> None:
        self._caller = self._access.caller(str(event.data.get("token") or ""))
        self.send(Event(AUTHENTICATED, {"name": self._caller.name}))

    async def _serve(self, event: Event, caller: Caller) -> None:
        if self._tasks is None:
            self._tasks = Tasks(self._rooms, caller, self.send)
        tasks = self._tasks
        if AudioChunk.is_type(event.type):
            await self._hear(AudioChunk.from_event(event))
        elif Describe.is_type(event.type):
            self.send(info(self._rooms.desk).event())
        elif Ping.is_type(event.type):
            self.send(Pong(Ping.from_event(event).text).event())
        elif RunPipeline.is_type(event.type):
            RunPipeline.from_event(event)
            self._listen_for(event)
        elif Transcribe.is_type(event.type) or Detect.is_type(event.type):
            self._listen_for(event)
        elif AudioStart.is_type(event.type):
            self._begin()
        elif AudioStop.is_type(event.type):
            self._end()
        elif Transcript.is_type(event.type) or Recognize.is_type(event.type):
            text, context = str(event.data["text"]), dict(event.data.get("context") or {})
            self._do(lambda: tasks.handle(text, context))
        elif Synthesize.is_type(event.type):
            spoken, where = str(event.data["text"]), dict(event.data.get("context") or {})
            self._do(lambda: tasks.synthesize(spoken, where))
        elif Played.is_type(event.type):
            tasks.played()
        # The protocol says that unknown events are to be left alone.

    def _listen_for(self, event: Event) -> None:
        """What comes next is for this; what was heard for something else is over."""
        if self._feed is not None:
            self._feed.withdraw()
            self._feed = None
        self._wanted = event

    def _end(self) -> None:
        if self._feed is not None:
            self._feed.end()
            self._feed = None
        if self._wanted is not None and not RunPipeline.is_type(self._wanted.type):
            self._wanted = None

    def _begin(self) -> Feed:
        if self._feed is not None:
            self._feed.end()
        assert self._tasks is not None  # noqa: S101 - `_serve` has made them
        feed, wanted, tasks = Feed(), self._wanted, self._tasks
        self._feed, self._intake = feed, Intake()
        began = time.monotonic()
        if wanted is not None and RunPipeline.is_type(wanted.type):
            pipeline = RunPipeline.from_event(wanted)
            # Satellites of before 2024 stream for ever, and do not know the word for it.
            if "restart_on_end" not in wanted.data:
                pipeline.restart_on_end = pipeline.start_stage is PipelineStage.WAKE
            self._do(lambda: tasks.pipeline(pipeline, feed), feed)
        elif wanted is not None and Detect.is_type(wanted.type):
            self._do(lambda: tasks.detect(feed), feed)
        else:
            context = dict((wanted.data.get("context") if wanted else None) or {})
            self._do(lambda: tasks.transcribe(feed, context, began), feed)
        return feed

    async def _hear(self, chunk: AudioChunk) -> None:
        if self._feed is None and self._wanted is None:
            return  # sound after the end of what was asked for is nobody's
        samples = self._intake.samples(
            chunk.audio, rate=chunk.rate, width=chunk.width, channels=chunk.channels
        )
        feed = self._feed or self._begin()  # a satellite sends no start
        feed.put(samples)
        while feed.waiting > FULL and not self._reader.at_eof():
            await asyncio.sleep(0.02)

    # --- work ------------------------------------------------------------------------------------

    def _do(self, work: Callable[[], None], feed: Feed | None = None) -> None:
        if self._waiting >= _WAITING:
            raise BusyError("too many requests wait")
        self._waiting += 1

        def job() -> None:
            try:
                guarded(work, self._fail)
            finally:
                self._waiting -= 1
                if feed is not None:
                    feed.close()

        self._worker.submit(job)

    # --- out -------------------------------------------------------------------------------------

    def _fail(self, error: AssistantError) -> None:
        self.send(Error(error.say, error.code).event())

    def send(self, event: Event) -> None:
        """From any thread."""
        self._outbox.put(event)

    async def _sent(self, event: Event) -> bool:
        try:
            await asyncio.wait_for(async_write_event(event, self._writer), _PATIENCE)
        except (OSError, asyncio.TimeoutError):
            self._writer.close()
            return False
        return True
