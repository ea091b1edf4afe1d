"""The model card: where the model comes from, how well it does, and what it cannot do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from assistant.training.speech.corpus import read_plan
from assistant.training.speech.people import Clip

FIGURES = "figures.md"
"""Table that `bench/speech.py` leaves in the work folder; the card quotes it when it is there."""

_LICENCES = {
    "espeak": "espeak-ng (program GPL-3; its output is free)",
    "flite": "flite awb, kal16, slt (Carnegie Mellon and Edinburgh, free for any use)",
    "festival": "festival kal_diphone, rab_diphone, cmu_us_slt_arctic_hts (Edinburgh, Carnegie Mellon, free)",
    "pico": "SVOX pico en-US (Apache-2.0 by its makers; Debian non-free: its source is not published)",
    "kokoro": "Kokoro-82M, its voices but for six, and mixtures of two (hexgrad, Apache-2.0)",
    "rhvoice": "RHVoice alan, bdl, slt (LGPL-2.1+; Debian non-free: the voices cannot be rebuilt)",
}

TEMPLATE = Path(__file__).with_name("card.md")


def write_card(target: Path, work: Path, clips: Sequence[Clip]) -> None:
    """Write `README.md` into the model folder from what the stages left behind."""
    sayings = read_plan(work / "train.jsonl")
    spoken = [saying for saying in sayings if saying.path(work / "audio").is_file()]
    engines = sorted({saying.speaker.engine for saying in spoken})
    trained = [clip for clip in clips if not clip.held_out]
    figures = work / FIGURES
    table = json.loads((work / "reliability.json").read_text("utf-8"))
    size = sum(
        path.stat().st_size for path in target.rglob("*") if path.is_file() and path.name != "README.md"
    )
    text = TEMPLATE.read_text("utf-8").format(
        words=len((target / "graph" / "words.txt").read_text("utf-8").splitlines()) - 2,
        size=size / 1e6,
        sayings=len(spoken),
        voices="; ".join(_LICENCES[engine] for engine in engines),
        hours=sum(clip.seconds for clip in trained) / 3600,
        speakers=len({(clip.corpus, clip.speaker) for clip in trained}),
        held_out=len({(clip.corpus, clip.speaker) for clip in clips if clip.held_out}),
        figures=figures.read_text("utf-8").strip() if figures.is_file() else "Not measured yet.",
        reliability="\n".join(f"| {sure:.2f} | {right:.2f} | {count} |" for sure, right, count in table),
    )
    (target / "README.md").write_text(text, "utf-8")
