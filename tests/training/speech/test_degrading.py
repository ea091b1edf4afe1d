"""What a GPU does to whole batches, here on a CPU: the same code, more slowly."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("kaldi_native_fbank")
soundfile = pytest.importorskip("soundfile")

from assistant.asr.graph_units import Units  # noqa: E402
from assistant.training.speech import network, train  # noqa: E402
from assistant.training.speech.acoustics import (  # noqa: E402 - PyTorch may be missing
    ABRUPT,
    degrade,
    mel_to_cepstra,
    mfcc,
    other_throat,
    telephone,
)
from assistant.training.speech.cepstra import Cepstra, frames_of  # noqa: E402
from assistant.training.speech.degrading import Degrader, Pcm  # noqa: E402
from assistant.training.speech.disguise import Disguise  # noqa: E402
from assistant.training.speech.material import loaded, of_recordings  # noqa: E402
from assistant.training.speech.mmi import Criterion, Numerators, SoundGraph  # noqa: E402
from assistant.training.speech.recordings import Source  # noqa: E402

CPU = torch.device("cpu")
TO_MEL = np.linalg.inv(mel_to_cepstra())


def _tone(hertz: float, seconds: float) -> Pcm:
    wave = 9000 * np.sin(2 * np.pi * hertz * np.arange(int(16_000 * seconds)) / 16_000)
    return np.asarray(wave, np.int16)


def test_the_cepstra_of_a_batch_are_those_that_kaldi_computes() -> None:
    rng = np.random.default_rng(1)
    loud, quiet = rng.uniform(-0.5, 0.5, 9000), rng.uniform(-1e-4, 1e-4, 9000)
    silent = np.zeros(9000)
    batch = np.stack([loud, quiet, silent]).astype(np.float32)
    found = Cepstra(CPU)(torch.from_numpy(batch)).numpy()
    for row, samples in zip(found, batch, strict=True):
        np.testing.assert_allclose(row, mfcc(samples), atol=0.01)
    assert found.shape[1] == int(frames_of(torch.tensor(9000)))


def test_copies_hang_on_the_seed_and_no_two_are_alike() -> None:
    recordings = [_tone(400, 1.0), _tone(900, 1.3)]
    first, again, other = (Degrader(recordings, [], seed, CPU) for seed in (5, 5, 6))
    features, frames = first.hear([0, 1])
    same, _ = again.hear([0, 1])
    assert torch.equal(features, same)
    assert not torch.equal(features[0, :80], other.hear([0, 1])[0][0, :80])
    assert not torch.equal(features[0, :80], first.hear([0, 1])[0][0, :80])
    assert features.shape == (2, int(frames.max()), 40)


def test_each_row_holds_its_own_recording_between_pauses_and_goes_on_as_it_ends() -> None:
    low, high = _tone(400, 1.0), _tone(2500, 2.0)
    degrader = Degrader([low, high], [], 7, CPU)
    peaks: dict[int, list[int]] = {0: [], 1: []}
    for _ in range(12):
        which = [0, 1, 0, 1, 1, 0]
        features, frames = degrader.hear(which)
        for row, (number, length) in enumerate(zip(which, frames.tolist(), strict=True)):
            seconds = (1.0, 2.0)[number]
            assert 100 * seconds / 1.17 - 8 <= length <= 100 * (seconds / 0.85 + 1.2) + 8
            end = features[row, length - 1 :]
            assert torch.equal(end, end[:1].expand_as(end))
            middle = (features[row, length // 2 - 5 : length // 2 + 5].numpy() @ TO_MEL.T).mean(0)
            peaks[number].append(int(middle.argmax()))
    # A tone stays where it is, but for the speed; now and then something else is louder.
    for number, hertz in ((0, 400), (1, 2500)):
        clean = int((mfcc((_tone(hertz, 1.0) / 32768).astype(np.float32))[40] @ TO_MEL.T).argmax())
        near = [abs(peak - clean) <= 3 for peak in peaks[number]]
        assert sum(near) >= 0.75 * len(near), (clean, peaks[number])


def test_some_copies_begin_or_end_with_the_speech_itself() -> None:
    """At either end, one at a time and a batch at a time; where noise is not about as loud as the speech."""
    tone = _tone(400, 1.0)
    rng = np.random.default_rng(4)
    batch, frames = Degrader([tone], [], 3, CPU).hear([0] * 400)
    copies = [mfcc(degrade((tone / 32768).astype(np.float32), rng)) for _ in range(400)]
    for heard in (copies, [row[:length].numpy() for row, length in zip(batch, frames.tolist(), strict=True)]):
        for end in (slice(4), slice(-4, None)):
            bands = [(copy[end] @ TO_MEL.T).mean(0) for copy in heard]
            middles = [(copy[len(copy) // 2 - 10 : len(copy) // 2 + 10] @ TO_MEL.T).mean(0) for copy in heard]
            loudest = [int(middle.argmax()) for middle in middles]
            shares = [
                band[at] > middle[at] - 3 for band, middle, at in zip(bands, middles, loudest, strict=True)
            ]
            assert sum(shares) / len(shares) == pytest.approx(ABRUPT + 0.1, abs=0.12)


def test_a_disguise_is_a_throat_a_telephone_or_something_hidden() -> None:
    mean = torch.full((40,), 0.5)
    rng = np.random.default_rng(2)
    speech = torch.from_numpy(rng.normal(0, 5, (30, 40))).float()
    heard = Disguise(mean)(speech.expand(400, 30, 40), rng).numpy()
    plain = np.isclose(heard, speech.numpy(), atol=2e-3).all((1, 2)).mean()
    assert plain == pytest.approx(0.5 * 0.8 * 0.6 * 0.6, abs=0.07)
    known = {
        "another throat": speech.numpy() @ other_throat(1.08).T,
        "a telephone": speech.numpy() @ telephone(0.0)[0].T + telephone(0.0)[1],
    }
    for name, expected in known.items():
        assert np.isclose(heard, expected, atol=2e-3).all((1, 2)).any(), name
    hidden = np.isclose(heard, 0.5, atol=1e-4).all(2)
    for row in hidden[hidden.any(1)]:
        places = np.flatnonzero(row)
        assert 3 <= len(places) <= 10 and all(b - a == 1 for a, b in pairwise(places))
    assert hidden.any(1).mean() == pytest.approx(0.4, abs=0.08)


def test_a_network_learns_from_recordings_as_they_are_read(tmp_path: Path) -> None:
    """What is broken, missing, silent or too long is left out; the rest makes the objective rise."""
    names = {"yes": 700.0, "no": 1800.0}
    sources = []
    for text, hertz in names.items():
        for number in range(6):
            path = tmp_path / f"{text}{number}.wav"
            soundfile.write(path, _tone(hertz + 10 * number, 0.6), 16_000)
            sources.append(Source(path, text, human=False))
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    silent, endless = tmp_path / "silent.wav", tmp_path / "endless.wav"
    soundfile.write(silent, np.zeros(16_000), 16_000)
    soundfile.write(endless, np.ones(18 * 16_000), 16_000)
    bad = [Source(path, "yes", human=False) for path in (broken, silent, endless, tmp_path / "missing.wav")]
    noise = Source(None, "", human=False)
    samples = loaded([*sources, *bad, noise], 1, print)
    assert [pcm is not None for pcm in samples] == [True] * 12 + [False] * 4 + [True]
    good = [
        (pcm, source, 2)
        for pcm, source in zip(samples, [*sources, *bad, noise], strict=True)
        if pcm is not None
    ]
    lines, hear = of_recordings(good, [], 1, CPU)
    assert len(lines) == 26
    plan = train.Plan(minutes=0.2, seed=1, batch_frames=1_000, easy_steps=0)
    shape = network.Shape(front=32, width=48, bottleneck=16, layers=2, before_output=24)
    lexicon: train.Lexicon = {"yes": [("Y", "EH", "S")], "no": [("N", "OW")]}
    trained = train.train(lines, hear, lexicon, Units(), shape, plan, tmp_path / "model", CPU, print)
    features, frames = hear(range(12))
    graph = SoundGraph(Units())
    graph.learn([lexicon[source.text] for source in sources], 0.0, np.random.default_rng(0))
    numerators = Numerators.of([graph.chain([lexicon[source.text]]) for source in sources])

    def objective(one: network.Network) -> float:
        ratios, _ = Criterion(graph, CPU)(one.train()(features).detach(), (frames + 2) // 3, numerators)
        return float(ratios.sum())

    assert objective(trained.network) > objective(trained.began)
