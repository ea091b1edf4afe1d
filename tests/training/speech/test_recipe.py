"""The recipe itself on a tiny set. Needs PyTorch; docs/speech-model.md says how to run it."""

import shutil
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("kaldi_native_fbank")

from assistant.asr.graph_units import NOISE, Units  # noqa: E402
from assistant.asr.recogniser import Recogniser  # noqa: E402
from assistant.training.speech import kaldi_model, network  # noqa: E402
from assistant.training.speech.mmi import Criterion, SoundGraph  # noqa: E402
from assistant.training.speech.recipe import Recipe  # noqa: E402
from assistant.training.speech.voices import installed_engines  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
TEXTS = [[("K", "AE", "T"), ("AH",), ("S", "IY")], [("AH",), ("AH",), (NOISE,), ("T", "UW")], []]


@pytest.fixture(params=[Units(), Units.plain()], ids=["left classes", "plain"])
def graph(request: pytest.FixtureRequest) -> SoundGraph:
    found = SoundGraph(request.param)
    found.learn(TEXTS * 5, 0.1, np.random.default_rng(0))
    return found


def _scored(graph: SoundGraph, scores: Any) -> Any:
    criterion = Criterion(graph, torch.device("cpu"))
    return criterion(scores, torch.tensor([24, 20, 11]), [graph.chain(text) for text in TEXTS])


def test_what_was_said_is_never_likelier_than_anything_that_may_be(graph: SoundGraph) -> None:
    torch.manual_seed(0)
    for spread in (0.1, 1.0, 5.0):
        objective, _ = _scored(graph, spread * torch.randn(3, 24, len(graph.sounds_of_outputs())))
        assert (objective <= 1e-3).all()


def test_the_gradient_is_the_slope_of_the_objective(graph: SoundGraph) -> None:
    torch.manual_seed(1)
    scores = torch.randn(3, 24, len(graph.sounds_of_outputs()))
    _, gradient = _scored(graph, scores)
    step = 1e-2
    for row, frame in ((0, 3), (0, 23), (1, 10), (2, 0)):
        output = int(gradient[row, frame].abs().argmax())
        up, down = scores.clone(), scores.clone()
        up[row, frame, output] += step
        down[row, frame, output] -= step
        slope = (_scored(graph, up)[0] - _scored(graph, down)[0])[row] / (2 * step)
        assert float(slope) == pytest.approx(float(gradient[row, frame, output]), abs=2e-3)


def test_frames_after_the_end_do_not_count(graph: SoundGraph) -> None:
    torch.manual_seed(2)
    scores = torch.randn(3, 24, len(graph.sounds_of_outputs()))
    objective, gradient = _scored(graph, scores)
    scores[1, 20:] += 7
    assert torch.allclose(_scored(graph, scores)[0], objective, atol=1e-4)
    assert float(gradient[1, 20:].abs().max()) == 0


def test_vosk_computes_what_the_network_computes(tmp_path: Path) -> None:
    """A random network, exported, is loaded by Vosk and hears something without complaint."""
    units = Units()
    made = network.Network(torch.from_numpy(SoundGraph(units).sounds_of_outputs()), network.Shape(layers=2))
    parts, lines = network.export(made)
    shutil.copytree(ROOT / "voices" / "en" / "speech-model", tmp_path / "m")
    kaldi_model.write(tmp_path / "m" / "am" / "final.mdl", units, parts, lines, made.shape.context)
    assert Recogniser(tmp_path / "m").transcribe([np.zeros(16_000, np.int16)]).text == ""


@pytest.mark.skipif("espeak" not in installed_engines(), reason="espeak-ng is not installed")
def test_the_whole_recipe_on_a_tiny_set(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "speech").mkdir(parents=True)
    rows = ["path\tcorpus\tspeaker\tgender\tgroup\ttranscript\tseconds\tlicence"]
    rng = np.random.default_rng(0)
    for speaker in ("84", "1462"):
        with wave.open(str(data / "speech" / f"{speaker}.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes((rng.standard_normal(32_000) * 3000).astype(np.int16).tobytes())
        row = (
            f"{speaker}.wav",
            "librispeech_devclean_part",
            speaker,
            "f",
            "adult",
            "show my balance",
            "2.0",
            "free",
        )
        rows.append("\t".join(row))
    (data / "speech" / "manifest.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    recipe = Recipe(
        work=tmp_path / "work", data=data, nlu_data=ROOT / "nlu_data" / "en",
        lexicon=ROOT / "voices" / "en" / "lexicon", target=tmp_path / "model",
        sayings=40, test_sayings=2, copies_of_people=1, copies_of_voices=1, noises=4, minutes=0.1, workers=2,
        shape=network.Shape(front=32, width=48, bottleneck=16, layers=2, before_output=24),
    )  # fmt: skip
    said: list[str] = []
    recipe.run(said.append)
    assert Recogniser(recipe.target).transcribe([np.zeros(16_000, np.int16)]).text == ""
    card = (recipe.target / "README.md").read_text("utf-8")
    assert "LibriSpeech" in card
    final = (recipe.work / "final.mdl").read_bytes()
    recipe.run(said.append)
    assert (recipe.work / "final.mdl").read_bytes() == final


def test_training_goes_on_from_an_exported_network(tmp_path: Path) -> None:
    """What was exported and taken over computes the same, normalisation measured anew."""
    torch.manual_seed(3)
    units = Units()
    outputs = torch.from_numpy(SoundGraph(units).sounds_of_outputs())
    features = 10 * torch.randn(3, 90, 40)
    first, second = network.Network(outputs), network.Network(outputs)
    for parameter in first.parameters():
        parameter.data += 0.05 * torch.randn(parameter.shape)
    first.train()
    first(features)
    parts, lines = network.export(first)
    kaldi_model.write(tmp_path / "final.mdl", units, parts, lines, first.shape.context)
    second.mean.normal_()
    second.deviation.uniform_(5, 10)
    network.take_over(second, kaldi_model.read(tmp_path / "final.mdl"), features)
    second.eval()
    with torch.no_grad():
        expected, found = first(features), second(features)
    assert torch.allclose(expected, found, atol=1e-3 * float(expected.abs().max()))


def test_going_on_from_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "final.mdl").write_bytes(b"\0Bsomething else")
    with pytest.raises(ValueError, match="not written by this recipe"):
        kaldi_model.read(tmp_path / "final.mdl")
