"""What stands in line while as many recognisers decode as may."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TypeVar

from assistant.asr.turnstile import DECODING
from assistant.cores import cores

Heard = TypeVar("Heard")


def in_line(hear: Callable[[], Heard]) -> Heard:
    """What it returns, once the others are done; fails where it does not wait for them."""
    with ThreadPoolExecutor(1) as thread:
        with ExitStack() as places:
            for _ in range(cores()):
                places.enter_context(DECODING.passed(hurry=False))
            heard = thread.submit(hear)
            while DECODING.waiting == 0:
                assert not heard.done(), "it did not wait"
                time.sleep(0.001)
        return heard.result()
