"""Start-up and memory: the whole assistant beside a bare `Agent.load` of the same model, a process each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from assistant.settings import Settings
from bench.measure import Row, percentile

_ROUNDS = 3

_REPORT = """
import json, os, re
# Proportional set size of this process and its children: shared pages are counted once.
def memory(pid):
    text = open(f"/proc/{pid}/smaps_rollup").read()
    kib = int(re.search(r"^Pss:\\s+(\\d+)", text, re.M).group(1))
    children = open(f"/proc/{pid}/task/{pid}/children").read().split()
    return kib + sum(memory(child) for child in children)
print(json.dumps({"seconds": ready - started, "mib": memory(os.getpid()) / 1024}), flush=True)
os._exit(0)
"""

_BARE = """
import asyncio, os, sys, time
started = time.perf_counter()
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
ready = time.perf_counter()
asyncio.run(agent.parse_message("how much money do i have"))
"""

_OURS = """
import sys, time
started = time.perf_counter()
from pathlib import Path
from assistant.settings import Settings
from assistant.startup import Desk
desk = Desk(Settings.from_environment()).load(model=Path(sys.argv[1]))
ready = time.perf_counter()
conversation = desk.conversation()
conversation.read("how much money do i have")
"""


def measure(settings: Settings, model: Path) -> list[Row]:
    """Alternating rounds, so that a slow moment of the machine meets both; the medians are compared."""
    ours: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    for _ in range(_ROUNDS):
        bare.append(_run(_BARE, settings, model))
        ours.append(_run(_OURS, settings, model))
    seconds = [percentile([each["seconds"] for each in runs], 50) for runs in (ours, bare)]
    memory = [percentile([each["mib"] for each in runs], 50) for runs in (ours, bare)]
    ratio = seconds[0] / seconds[1]
    more = memory[0] - memory[1]
    return [
        Row("ready to listen", f"{seconds[0]:.1f} s", f"{seconds[1]:.1f} s", ratio, "≤ 1.30 ×", ratio <= 1.3),
        Row(
            "memory after a turn (PSS, all processes)",
            f"{memory[0]:.0f} MiB",
            f"{memory[1]:.0f} MiB",
            memory[0] / memory[1],
            "≤ 150 MiB more",
            more <= 150,
        ),
    ]


def _run(code: str, settings: Settings, model: Path) -> dict[str, float]:
    environment = {
        **os.environ,
        "ASSISTANT_HOME": str(settings.home),
        "ASSISTANT_PRACTICE": "on",
        "PYTHONPATH": str(settings.data),
    }
    command = [sys.executable, "-W", "ignore", "-c", code + _REPORT, str(model)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(result.stdout.strip().splitlines()[-1])
    return figures
