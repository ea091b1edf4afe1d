"""The recipe itself on a tiny set. Needs PyTorch; docs/speech-model.md says how to run it."""

import shutil
import wave
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr

torch = pytest.importorskip("torch")
pytest.importorskip("kaldi_native_fbank")

from assistant.asr.grammar import Grammar  # noqa: E402
from assistant.asr.graph_lexicon import read_lexicon  # noqa: E402
from assistant.asr.graph_units import Units  # noqa: E402
from assistant.asr.recogniser import Recogniser  # noqa: E402
from assistant.training.speech import fragments, kaldi_model, network, train  # noqa: E402
from assistant.training.speech.acoustics import mel_to_cepstra, mfcc, telephone  # noqa: E402
from assistant.training.speech.listen import hear  # noqa: E402
from assistant.training.speech.mmi import SoundGraph  # noqa: E402
from assistant.training.speech.people import Clip  # noqa: E402
from assistant.training.speech.recipe import Recipe  # noqa: E402
from assistant.training.speech.recordings import Samples, load  # noqa: E402
from assistant.training.speech.texts import ALONE  # noqa: E402
from assistant.training.speech.voices import installed_engines  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]


def test_vosk_computes_what_the_network_computes(tmp_path: Path) -> None:
    """A random network, exported, is loaded by Vosk, which hears nothing or words that it knows."""
    units = Units()
    made = network.Network(torch.from_numpy(SoundGraph(units).sounds_of_outputs()), network.Shape(layers=2))
    parts, lines = network.export(made)
    shutil.copytree(ROOT / "voices" / "en" / "speech-model", tmp_path / "m")
    kaldi_model.write(tmp_path / "m" / "am" / "final.mdl", units, parts, lines, made.shape.context)
    heard = Recogniser(tmp_path / "m").transcribe([np.zeros(16_000, np.int16)]).text.split()
    assert set(heard) <= read_lexicon(tmp_path / "m" / "lexicon.txt").keys()


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
    # Six seconds of training teach nothing; that Vosk reads the model and writes words of its own is enough.
    heard = Recogniser(recipe.target).transcribe([np.zeros(16_000, np.int16)]).text.split()
    assert set(heard) <= read_lexicon(recipe.target / "lexicon.txt").keys()
    card = (recipe.target / "README.md").read_text("utf-8")
    assert "LibriSpeech" in card
    final = (recipe.work / "final.mdl").read_bytes()
    recipe.run(said.append)
    assert (recipe.work / "final.mdl").read_bytes() == final


@pytest.mark.parametrize("narrower", [0, 64])
def test_training_goes_on_from_an_exported_network(tmp_path: Path, narrower: int) -> None:
    """What was exported and taken over computes the same, bottlenecks widened."""
    torch.manual_seed(3)
    units = Units()
    outputs = torch.from_numpy(SoundGraph(units).sounds_of_outputs())
    features = 10 * torch.randn(3, 90, 40)
    shape = network.Shape()
    first = network.Network(outputs, replace(shape, bottleneck=shape.bottleneck - narrower))
    second = network.Network(outputs)
    for parameter in first.parameters():
        parameter.data += 0.05 * torch.randn(parameter.shape)
    first.train()
    first(features)
    parts, lines = network.export(first)
    kaldi_model.write(tmp_path / "final.mdl", units, parts, lines, first.shape.context)
    rounded = kaldi_model.read(tmp_path / "final.mdl")
    exact = {
        part.name: network.Affine(part.weight, part.bias)
        for part in parts
        if part.weight is not None and part.bias is not None
    }
    assert rounded.keys() == exact.keys()
    for name, map_ in exact.items():
        lost = np.square(rounded[name].weight - map_.weight).mean()
        assert lost <= 0.015**2 * np.square(map_.weight).mean()
        assert np.array_equal(rounded[name].bias, map_.bias)
    second.mean.normal_()
    second.deviation.uniform_(5, 10)
    network.take_over(second, exact)
    second.eval()
    with torch.no_grad():
        expected, found = first(features), second(features)
    assert torch.allclose(expected, found, atol=1e-3 * float(expected.abs().max()))


def test_what_goes_on_is_trained_as_it_will_hear(tmp_path: Path) -> None:
    """Steps of no size leave it as it was, whatever the batches are like; and small ones hurt it little."""
    units = Units()
    shape = network.Shape(front=32, width=48, bottleneck=16, layers=2, before_output=24)
    torch.manual_seed(5)
    made = network.Network(torch.from_numpy(SoundGraph(units).sounds_of_outputs()), shape)
    for parameter in made.parameters():
        parameter.data += 0.05 * torch.randn(parameter.shape)
    made(10 * torch.randn(3, 90, 40))
    kaldi_model.write(tmp_path / "final.mdl", units, *network.export(made), shape.context)
    start = kaldi_model.read(tmp_path / "final.mdl")
    sounds = torch.randn(4, 120, 40) * torch.tensor([1.0, 5.0, 20.0, 60.0])[:, None, None]

    def hear(numbers: Sequence[int]) -> tuple[Any, Any]:
        return sounds[list(numbers)], torch.full((len(numbers),), 120)

    def trained(rate: float) -> network.Network:
        return train.train(
            [train.Line(number, "yes", 120, human=False) for number in range(4)], hear,
            {"yes": [("Y", "EH", "S")]}, units, shape, train.Plan(0.02, 1, rate, batch_frames=100),
            tmp_path / str(rate), torch.device("cpu"), lambda _: None, start,
        ).network  # fmt: skip

    for part in network.export(trained(0.0))[0]:
        if part.weight is not None:
            assert np.allclose(part.weight, start[part.name].weight, atol=1e-4)
    for part in network.export(trained(1e-4))[0]:
        if part.weight is not None:
            moved = np.abs(part.weight - start[part.name].weight).max()
            assert 0 < moved < 0.1 * np.sqrt(np.square(start[part.name].weight).mean())


def _speech_like(seed: int) -> Samples:
    """Two seconds of noise that fades in and out and falls off with frequency as speech does."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal(32_000))
    falling = spectrum / (1 + np.arange(len(spectrum)) / 2000) ** 1.5
    sound = np.fft.irfft(falling) * (0.1 + np.sin(np.arange(32_000) / 3000) ** 2)
    return np.asarray(0.3 * sound / np.abs(sound).max(), np.float32)


def _by_kaldi(narrow: Samples) -> Samples:
    """From 8 to 16 kHz as Kaldi's LinearResample does it: a Hann window over six zero crossings."""
    cutoff, reach = 3960.0, 6 / (2 * 3960.0)
    steps = np.arange(-7, 8)
    wide = np.zeros(2 * len(narrow))
    for phase in (0, 1):
        away = phase / 16_000 - steps / 8000
        window = np.where(abs(away) < reach, 0.5 * (1 + np.cos(2 * np.pi * cutoff / 6 * away)), 0)
        taps = window * 2 * cutoff * np.sinc(2 * cutoff * away) / 8000
        wide[phase::2] = np.convolve(narrow, taps[::-1], "same")[: len(narrow)]
    return wide.astype(np.float32)


def test_features_over_a_telephone_are_those_of_the_narrow_sound() -> None:
    sound = _speech_like(5)
    narrow = soxr.resample(sound, 16_000, 8000)
    to_mel = np.linalg.inv(mel_to_cepstra()).T
    whole = mfcc(sound)
    for resampled, floor in ((_by_kaldi(narrow), None), (soxr.resample(narrow, 8000, 16_000), -6.0)):
        matrix, offset = telephone(floor)
        made, real = (whole @ matrix.T + offset) @ to_mel, mfcc(resampled) @ to_mel
        frames = slice(20, min(len(made), len(real)) - 20)
        apart = (made[frames] - real[frames]).mean(0)
        plain = (whole[frames] @ to_mel - real[frames]).mean(0)
        assert np.abs(apart[:28]).max() < 1.5
        if floor is None:
            assert np.abs(apart[30:]).max() < 2 < np.abs(plain[30:]).max()
        else:
            assert made[frames, 31:].max() == pytest.approx(floor, abs=0.1)


def test_going_on_from_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "final.mdl").write_bytes(b"\0Bsomething else")
    with pytest.raises(ValueError, match="not written by this recipe"):
        kaldi_model.read(tmp_path / "final.mdl")


def test_what_was_learnt_is_mixed_with_what_was_known() -> None:
    outputs = torch.from_numpy(SoundGraph(Units()).sounds_of_outputs())
    old, new = (network.export(network.Network(outputs, network.Shape(layers=1)))[0] for _ in range(2))
    for share, wanted in ((0.0, new), (1.0, old)):
        for part, other in zip(network.mixed(new, old, share), wanted, strict=True):
            if part.weight is not None and other.weight is not None:
                assert np.allclose(part.weight, other.weight, atol=1e-6)
    (half,) = (part for part in network.mixed(new, old, 0.5) if part.name == "front.affine")
    weights = [part.weight for part in (half, old[0], new[0])]
    middle, first, last = (np.asarray(each) for each in weights)
    assert np.abs(middle - (first + last) / 2).max() < 1e-6


LAST_FIVE = "what were the last five things i paid for"


def test_words_are_cut_out_where_they_were_said(tmp_path: Path) -> None:
    clip = Clip(
        ROOT / "tests" / "audio" / "list-transactions-1.flac",
        "recorded",
        "synthetic",
        "adult",
        LAST_FIVE,
        3.0,
    )
    unheard = replace(clip, text="and now for something altogether different")
    model = ROOT / "voices" / "en" / "speech-model"
    pieces = fragments.cut([clip, unheard], model, tmp_path / "cut", 7, lambda _: None)
    alone = [piece for piece in pieces if piece.text in ALONE]
    assert alone
    recogniser = Recogniser(model)
    for piece in pieces:
        assert piece.human
        assert piece.path is not None
        assert piece.text in LAST_FIVE
        samples = load(piece.path)
        assert 0.1 < len(samples) / 16_000 < 0.6 * len(piece.text.split()) + 0.2
    for piece in alone:
        assert piece.path is not None
        heard = hear(recogniser, load(piece.path), Grammar(sorted(ALONE)))
        assert heard.text == piece.text
    again = fragments.cut(
        [clip, unheard], tmp_path / "no model is needed", tmp_path / "cut", 7, lambda _: None
    )
    assert again == pieces
