"""The two servers that `bench.rooms` compares, each in a process of its own; the address is printed."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import vosk
from websockets.server import WebSocketServerProtocol, serve

from assistant.asr.store import SpeechModelStore
from assistant.cores import cores
from assistant.rooms.access import Access
from assistant.rooms.door import Kind, open_door
from assistant.rooms.server import RoomServer
from assistant.settings import SAMPLE_RATE, Settings
from assistant.startup import Desk


def bare(settings: Settings) -> None:
    """What alphacep/vosk-server does: a recogniser a connection, in as many threads as there are cores."""
    vosk.SetLogLevel(-1)
    model = vosk.Model(str(SpeechModelStore(settings).active))
    threads = ThreadPoolExecutor(cores())

    def process(recogniser: vosk.KaldiRecognizer, message: str | bytes) -> str:
        if isinstance(message, str):
            return str(recogniser.FinalResult())
        whole = recogniser.AcceptWaveform(message)
        return str(recogniser.Result() if whole else recogniser.PartialResult())

    async def recognise(socket: WebSocketServerProtocol) -> None:
        recogniser = vosk.KaldiRecognizer(model, SAMPLE_RATE)
        recogniser.SetWords(True)
        async for message in socket:
            answer = await asyncio.get_running_loop().run_in_executor(threads, process, recogniser, message)
            await socket.send(answer)
            if isinstance(message, str):
                return

    async def run() -> None:
        door = open_door(Kind.WEBSOCKET, "ws://127.0.0.1:0")
        async with serve(recognise, sock=door.socket):
            print(door.uri, flush=True)
            await asyncio.Future()

    asyncio.run(run())


def ours(settings: Settings, model: Path) -> None:
    """The whole conversation, as `assistant serve` serves it."""
    with Desk(settings).load(model=model) as desk:
        door = open_door(Kind.WYOMING, "tcp://127.0.0.1:0")
        server = RoomServer(desk, [door], Access(settings))
        threading.Thread(
            target=lambda: (server.ready.wait(), print(door.uri, flush=True)), daemon=True
        ).start()
        server.serve_until_stopped()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    if sys.argv[1] == "bare":
        bare(Settings.from_environment())
    else:
        ours(Settings.from_environment(), Path(sys.argv[2]))
