"""The stages of the recipe in order; each leaves its result in the work folder and is not done twice."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from assistant.asr.graph_units import Units
from assistant.asr.recogniser import Recogniser
from assistant.training.speech import (
    calibrate,
    corpus,
    fragments,
    kaldi_model,
    material,
    model,
    network,
    train,
    vocabulary,
)
from assistant.training.speech.accents import with_british
from assistant.training.speech.card import write_card
from assistant.training.speech.features import make_shards, read_shards
from assistant.training.speech.names import common_words, people
from assistant.training.speech.outside import banking_texts, dictionary_examples
from assistant.training.speech.people import Clip, read_manifest
from assistant.training.speech.recordings import Source, add_noise, load
from assistant.training.speech.sentences import Commands
from assistant.training.speech.texts import SCOWL, WORDNET, gather
from assistant.training.speech.train import Hear, Line
from assistant.training.speech.voices import installed_engines

Progress = Callable[[str], None]
_OWN_VOICES = 200
_GPU_BATCH, _GPU_RATE = 80_000, 3e-3
"""Input frames and top learning rate: a hundred utterances take hardly longer there than ten."""


@dataclass(frozen=True)
class Recipe:
    """Everything that a run depends on; two runs with equal fields make the same plan and features.

    Training itself is bounded by minutes, so the number of its steps depends on the machine.
    """

    work: Path
    """Folder for audio, features and checkpoints: about 5 GB with the defaults."""
    data: Path
    """Folder with `speech/manifest.tsv` and `text/`; whatever is missing there is done without."""
    nlu_data: Path
    lexicon: Path
    """`voices/<language>/lexicon`"""
    target: Path
    """Model folder to write."""
    seed: int = 2026
    sayings: int = 16_000
    """Synthetic utterances."""
    test_sayings: int = 80
    """Test utterances for each held-out voice."""
    copies_of_people: int = 6
    """Degraded copies of each recording of a person."""
    copies_of_fragments: int = 6
    """Degraded copies of each word cut out of a person's reading."""
    copies_of_voices: int = 2
    """Degraded copies of each synthetic recording."""
    noises: int = 400
    """Utterances without any speech."""
    minutes: float = 56.0
    """Of training."""
    rate: float | None = None
    """Top learning rate (`train.Plan`). None: the device's."""
    start: Path | None = None
    """An acoustic model of this recipe to go on from, in its model's folder (`am/final.mdl`); a flat start
    without."""
    keeps: float = 0.0
    """Share of `start` in the weights that are written."""
    calibrate_every: int = 2
    """Every n-th held-out recording is enough for two curves."""
    workers: int = 2
    shape: network.Shape = network.Shape()  # noqa: RUF009 - frozen

    @property
    def clips(self) -> list[Clip]:
        return read_manifest(self.data / "speech")

    def run(self, progress: Progress) -> None:
        for stage in STAGES:
            progress(f"stage {stage}")
            getattr(self, stage)(progress)

    def plan(self, progress: Progress) -> None:
        """Decide what is said by whom."""
        if (self.work / "test.jsonl").is_file():
            return
        self.work.mkdir(parents=True, exist_ok=True)
        first, last = people()
        rng = random.Random(self.seed)
        names = [f"{rng.choice(first)} {rng.choice(last)}" for _ in range(3000)] + first
        texts = dict.fromkeys([*banking_texts(self.data / "text"), *dictionary_examples(WORDNET)])
        general = [text for text in texts if 3 <= len(text.split()) <= 14]
        words = common_words(SCOWL) or first
        commands = Commands(random.Random(self.seed + 1), names)
        engines = installed_engines()
        sayings = corpus.plan(
            self.sayings,
            self.seed,
            commands=commands,
            general=general or words,
            words=words,
            names=first + last,
            engines=engines,
        )
        corpus.write_plan(self.work / "train.jsonl", sayings)
        tests = Commands(random.Random(self.seed + 2), names)
        corpus.write_plan(
            self.work / "test.jsonl", corpus.plan_test(self.test_sayings, self.seed + 3, tests, engines)
        )
        progress(f"{len(sayings)} sayings by {', '.join(engines)}")

    def record(self, progress: Progress) -> None:
        """Synthesise them."""
        for name in ("test", "train"):
            sayings = corpus.read_plan(self.work / f"{name}.jsonl")
            corpus.record(sayings, self.work / "audio", self.workers, progress)

    def cut(self, progress: Progress) -> None:
        """Cut words out of people's readings, where there is a model to find them with."""
        self._fragments(progress)

    def features(self, progress: Progress) -> None:
        """Degrade all recordings and compute their features, unless a GPU does that while it trains."""
        if self._device.type == "cpu":
            self._shards(progress)

    def train(self, progress: Progress) -> None:
        """Train the acoustic model and write `final.mdl`."""
        if (self.work / "final.mdl").is_file():
            return
        device = self._device
        lines, hear = self._material(device, progress)
        words = {word for line in lines for word in line.text.split()}
        lexicon = with_british(vocabulary.pronounce(words, self.lexicon, words), words)
        known = [line for line in lines if all(word in lexicon for word in line.text.split())]
        units = Units()
        plan = train.Plan(minutes=self.minutes, seed=self.seed)
        if device.type != "cpu":
            plan = replace(plan, batch_frames=_GPU_BATCH, rate=_GPU_RATE)
        if self.rate is not None:
            plan = replace(plan, rate=self.rate)
        start = kaldi_model.read(self.start) if self.start else None
        trained = train.train(
            known, hear, lexicon, units, self.shape, plan, self.work / "model", device, progress, start
        )
        parts, layout = network.export(trained.network)
        if start:
            parts = network.mixed(parts, network.export(trained.began)[0], self.keeps)
        kaldi_model.write(self.work / "final.mdl", units, parts, layout, self.shape.context)

    def assemble(self, progress: Progress) -> None:
        """Vocabulary, language model and graph."""
        clips = self.clips
        tests = corpus.read_plan(self.work / "test.jsonl")
        held_out = {each.text for each in tests if each.kind == "test"}
        held_out |= {clip.text for clip in clips if clip.held_out}
        texts = gather(self.data, self.nlu_data, clips, held_out, self.seed + 11)
        count = model.assemble(self.target, self.work / "final.mdl", Units(), texts, self.lexicon)
        progress(f"{count} words")

    def calibrate(self, progress: Progress) -> None:
        """Measure what the model's certainty is worth, on voices that it has never heard."""
        tests = [each for each in corpus.read_plan(self.work / "test.jsonl") if each.kind == "test"]
        rng = np.random.default_rng(self.seed)
        recordings = [(s.path(self.work / "audio"), s.text) for s in tests]
        recordings += [(clip.path, clip.text) for clip in self.clips if clip.held_out]
        heard = (
            (load(path) if index // 2 % 4 else add_noise(load(path), 12, rng), text)
            for index, (path, text) in enumerate(recordings[:: self.calibrate_every])
            if path.is_file() and path.stat().st_size > 4000
        )
        calibration, table = calibrate.fit(Recogniser(self.target), heard)
        calibration.save(self.target)
        (self.work / "reliability.json").write_text(json.dumps(table), "utf-8")
        progress(f"calibrated on {len(recordings[:: self.calibrate_every])} recordings")

    def card(self, progress: Progress) -> None:
        """Write the model card."""
        write_card(self.target, self.work, self.clips)
        progress(f"{self.target / 'README.md'}")

    def _fragments(self, progress: Progress) -> list[Source]:
        if self.start is None:
            return []
        clips = [clip for clip in self.clips if not clip.held_out]
        return fragments.cut(clips, self.start.parents[1], self.work / "fragments", self.seed, progress)

    @property
    def _device(self) -> torch.device:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")

    def _material(self, device: torch.device, progress: Progress) -> tuple[list[Line], Hear]:
        if device.type == "cpu":
            return material.of_copies(read_shards(self._shards(progress)), device)
        kinds = self._sources(progress)
        sources = [(source, copies) for _, each, copies in kinds for source in each]
        samples = material.loaded([source for source, _ in sources], self.workers, progress)
        own = material.loaded(
            [Source(path, "", human=False) for path in self._own_voice], self.workers, progress
        )
        return material.of_recordings(
            [(pcm, *source) for pcm, source in zip(samples, sources, strict=True) if pcm is not None],
            [pcm for pcm in own if pcm is not None],
            self.seed,
            device,
        )

    def _shards(self, progress: Progress) -> list[Path]:
        folder = self.work / "features"
        own_voice = self._own_voice
        paths = []
        for name, sources, copies in self._sources(progress):
            paths += make_shards(sources, folder / name, copies, self.seed, self.workers, progress, own_voice)
        return paths

    @property
    def _own_voice(self) -> list[Path]:
        """The assistant speaks with the same engine."""
        sayings = corpus.read_plan(self.work / "train.jsonl")
        paths = [s.path(self.work / "audio") for s in sayings if s.speaker.engine == "espeak"]
        return [path for path in paths if path.is_file()][:_OWN_VOICES]

    def _sources(self, progress: Progress) -> list[tuple[str, list[Source], int]]:
        """Kinds of recordings, and how often each is heard in an epoch."""
        clips = [Source(clip.path, clip.text, human=True) for clip in self.clips if not clip.held_out]
        sayings = corpus.read_plan(self.work / "train.jsonl")
        spoken = [Source(saying.path(self.work / "audio"), saying.text, human=False) for saying in sayings]
        silent = [Source(None, "", human=False)] * self.noises
        return [
            ("people", clips, self.copies_of_people),
            ("fragments", self._fragments(progress), self.copies_of_fragments),
            ("synthetic", spoken, self.copies_of_voices),
            ("noise", silent, 1),
        ]


STAGES = ("plan", "record", "cut", "features", "train", "assemble", "calibrate", "card")
