"""The criterion that a speech model is trained with. Needs PyTorch (docs/speech-model.md)."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from assistant.asr.graph_units import NOISE, Units  # noqa: E402
from assistant.training.speech.mmi import Criterion, Numerators, SoundGraph  # noqa: E402

TEXTS = [[("K", "AE", "T"), ("AH",), ("S", "IY")], [("AH",), ("AH",), (NOISE,), ("T", "UW")], []]


@pytest.fixture(params=[Units(), Units.plain()], ids=["left classes", "plain"])
def graph(request: pytest.FixtureRequest) -> SoundGraph:
    found = SoundGraph(request.param)
    found.learn(TEXTS * 5, 0.1, np.random.default_rng(0))
    return found


def _numerators(graph: SoundGraph) -> Numerators:
    return Numerators.of([graph.chain([[sounds] for sounds in text]) for text in TEXTS])


def _scored(graph: SoundGraph, scores: Any) -> Any:
    criterion = Criterion(graph, torch.device("cpu"))
    return criterion(scores, torch.tensor([24, 20, 11]), _numerators(graph))


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


def test_a_word_is_as_likely_as_all_its_pronunciations_together(graph: SoundGraph) -> None:
    torch.manual_seed(3)
    scores = torch.randn(1, 24, len(graph.sounds_of_outputs()))
    ways = [("AE", "N"), ("AH",), ("S", "T", "UW")]
    chains = [
        graph.chain([[("K",)], said, [("T",), ("AH",)], [("S",)]])
        for said in (*([way] for way in ways), ways)
    ]
    lengths = torch.full((len(chains),), 24)
    objective, _ = Criterion(graph, torch.device("cpu"))(
        scores.expand(len(chains), -1, -1), lengths, Numerators.of(chains)
    )
    *alone, together = objective.double()
    assert float(together) == pytest.approx(float(torch.stack(alone).logsumexp(0)), abs=1e-4)


def test_frames_after_the_end_do_not_count(graph: SoundGraph) -> None:
    torch.manual_seed(2)
    scores = torch.randn(3, 24, len(graph.sounds_of_outputs()))
    objective, gradient = _scored(graph, scores)
    scores[1, 20:] += 7
    assert torch.allclose(_scored(graph, scores)[0], objective, atol=1e-4)
    assert float(gradient[1, 20:].abs().max()) == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_what_a_gpu_replays_is_what_is_computed_there_step_by_step(graph: SoundGraph) -> None:
    criterion = Criterion(graph, torch.device("cuda"))
    numerators = _numerators(graph)
    walked = [torch.from_numpy(array).cuda() for array in numerators]
    for frames in (24, 40, 24):
        scores = torch.randn(3, frames, len(graph.sounds_of_outputs()), device="cuda")
        lengths = torch.tensor([frames, 20, 11], device="cuda")
        replayed = [each.clone() for each in criterion(scores, lengths, numerators)]
        for found, wanted in zip(replayed, criterion._compare(scores, lengths, *walked), strict=True):
            torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-5)
