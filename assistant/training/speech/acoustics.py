"""From recordings to training features: degraded copies of clean speech, and Kaldi's MFCCs of them.

Everything here works on float32 samples at 16 kHz in the range -1 to 1 unless it says otherwise.
"""

from __future__ import annotations

from typing import Any

import kaldi_native_fbank
import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve, lfilter

from assistant.training.speech.recordings import RATE, Samples, noise, over_a_telephone

COEFFICIENTS = 40
MEL_EDGES = 20, 7600
"""Hz: where the lowest mel band begins and the highest ends."""
_HALF_TELEPHONE = 4000
"""Hz: the highest frequency that recordings at 8 kHz hold."""
_IMAGE_HERTZ = (4000, 4450, 5100, 5800, 7600)
_IMAGE_LOSS = (-1.5, -3.0, -7.7, -10.2, -10.7)
"""Log energy that the mirror image of Kaldi's resampler has less than what it mirrors."""
BEFORE, AFTER = (0.1, 0.5), (0.1, 0.7)
"""Seconds of pause around speech."""
_SOFT = 400, 800
"""Samples before and after what is loud that belong to speech too."""
ABRUPT = 0.25
"""Share of copies that begin with the speech itself, and of those that end with it: many recordings of single
words were cut so, and a model that always met a pause first hears nothing in them."""
IN_A_ROOM, TILTED = 0.4, 0.6
"""Shares of copies in a room, and through a microphone that is not even."""
ECHO_SECONDS, ECHO_AFTER, ECHO_LOUDNESS = (0.08, 0.5), (0.001, 0.01), (0.15, 0.9)
"""Of a room: how many seconds it echoes, after how many it begins to, how loud (1: as what is said)."""
TILT, RESONANCE = (-0.5, 0.5), (-0.4, 0.4)
"""Of a microphone: weights of the last sample that went in and that came out."""
NOISY, BABBLING, ECHOING = 0.5, 0.15, 0.1
"""Shares of copies with noise, other people, or the assistant's own voice in them."""
NOISE_BELOW, BABBLE_BELOW, ECHO_BELOW = (0, 32), (8, 28), (10, 30)
"""Decibels below the speech, its pauses included."""
PEAKS = (-28, -1)
"""Decibels below full scale."""
MFCC_CONF = (
    "--sample-frequency=16000\n--use-energy=false\n--num-mel-bins=40\n--num-ceps=40\n"
    f"--low-freq={MEL_EDGES[0]}\n--high-freq={MEL_EDGES[1]}\n--dither=0\n--allow-downsample=true\n--allow-upsample=true\n"
)
"""What `conf/mfcc.conf` must say for Vosk to compute the same features; no dither makes tests repeatable."""

Features = Samples


def mfcc(samples: Samples) -> Features:
    """(frames, 40) MFCCs, a frame every 10 ms, exactly as Vosk computes them with MFCC_CONF."""
    extractor = kaldi_native_fbank.OnlineMfcc(_options())
    extractor.accept_waveform(RATE, (samples * 32768.0).tolist())
    extractor.input_finished()
    frames = [extractor.get_frame(i) for i in range(extractor.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, COEFFICIENTS), np.float32)


def degrade(
    samples: Samples,
    rng: np.random.Generator,
    babble: Samples | None = None,
    own_voice: Samples | None = None,
) -> Samples:
    """One random copy: pauses around it, room, channel, telephone, noise, voices, level.

    `babble`: several people; `own_voice`: the assistant, heard again by its own microphone.
    """
    speech = _set_apart(trimmed(samples), rng)
    if rng.random() < IN_A_ROOM:
        speech = _room(speech, rng)
    if rng.random() < TILTED:
        speech = _channel(speech, rng)
    if rng.random() < 0.12:
        speech = over_a_telephone(speech)
    loudness = float(np.sqrt(np.mean(speech**2))) + 1e-9
    draw = rng.random()
    if draw < NOISY:
        speech = speech + noise(rng, len(speech)) * loudness * 10 ** (-rng.uniform(*NOISE_BELOW) / 20)
    elif draw < NOISY + BABBLING and babble is not None:
        other = np.resize(babble, len(speech))
        speech = speech + other / (other.std() + 1e-9) * loudness * 10 ** (-rng.uniform(*BABBLE_BELOW) / 20)
    elif draw < NOISY + BABBLING + ECHOING and own_voice is not None:
        echo = _room(np.resize(own_voice, len(speech)), rng)
        speech = speech + echo / (echo.std() + 1e-9) * loudness * 10 ** (-rng.uniform(*ECHO_BELOW) / 20)
    peak = float(np.abs(speech).max()) + 1e-9
    levelled = np.clip(speech * (10 ** (rng.uniform(*PEAKS) / 20) / peak), -1, 1)
    return np.asarray(np.round(levelled * 32767) / 32768, np.float32)


def mel(hertz: float | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1127 * np.log(1 + np.asarray(hertz) / 700))


def mel_steps() -> npt.NDArray[np.float64]:
    """(42,): each band reaches from one over the next, its middle, to the one after."""
    least, most = (float(mel(hertz)) for hertz in MEL_EDGES)
    return np.linspace(least, most, COEFFICIENTS + 2)


def mel_to_cepstra() -> npt.NDArray[np.float64]:
    """(40, 40): Kaldi's cosine transform and lifter, which make MFCCs of log mel energies."""
    k, n = np.arange(COEFFICIENTS)[:, None], np.arange(COEFFICIENTS)[None]
    cosine = np.sqrt(2 / COEFFICIENTS) * np.cos(np.pi / COEFFICIENTS * (n + 0.5) * k)
    cosine[0] = np.sqrt(1 / COEFFICIENTS)
    lifter = 1 + 0.5 * 22 * np.sin(np.pi * np.arange(COEFFICIENTS) / 22)  # cepstral-lifter=22, the default
    return np.asarray(lifter[:, None] * cosine)


def other_throat(length: float) -> npt.NDArray[np.float64]:
    """(40, 40) that turns MFCCs into those of a vocal tract `length` times as long: mel bands are moved."""
    hertz = _middles()
    return _of_cepstra(_read_at(np.interp(hertz * length, hertz, np.arange(COEFFICIENTS))))


def telephone(floor: float | None = None) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(40, 40) matrix and (40,) offset: MFCCs become those of the same speech at 8 kHz, made 16 kHz again.

    A good resampler leaves `floor` (log energy of a mel band) above 4 kHz. Without it: Kaldi's own, which
    Vosk uses for what comes at 8 kHz, leaves a mirror image, weaker the further up (measured on synthetic
    speech).
    """
    middles, places = _middles(), np.arange(COEFFICIENTS)
    narrow = middles < _HALF_TELEPHONE
    mirrored = np.interp(2 * _HALF_TELEPHONE - middles, middles, places)
    bands = _read_at(np.where(narrow, places, mirrored))
    wide = np.interp(middles, _IMAGE_HERTZ, _IMAGE_LOSS)
    if floor is not None:
        bands[~narrow] = 0
        wide = np.full(COEFFICIENTS, floor)
    offset = np.where(narrow, np.interp(middles, [3700, _HALF_TELEPHONE], [0, -2]), wide)
    return _of_cepstra(bands), np.asarray(mel_to_cepstra() @ offset)


def _read_at(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(40, 40) that gives each mel band what lies at that place among them, between two of them perhaps."""
    below = np.minimum(places.astype(int), COEFFICIENTS - 2)
    bands = np.zeros((COEFFICIENTS, COEFFICIENTS))
    bands[np.arange(COEFFICIENTS), below] = 1 - (places - below)
    bands[np.arange(COEFFICIENTS), below + 1] = places - below
    return bands


def _of_cepstra(bands: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What does to MFCCs what this does to mel bands."""
    to_cepstra = mel_to_cepstra()
    return np.asarray(to_cepstra @ bands @ np.linalg.inv(to_cepstra))


def _middles() -> npt.NDArray[np.float64]:
    """Middle of each mel band in Hz."""
    return np.asarray(700 * (np.exp(mel_steps()[1:-1] / 1127) - 1))


def _options() -> Any:
    options = kaldi_native_fbank.MfccOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.use_energy = False
    options.num_ceps = COEFFICIENTS
    options.mel_opts.num_bins = COEFFICIENTS
    options.mel_opts.low_freq, options.mel_opts.high_freq = MEL_EDGES
    return options


def trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max() + 1e-6)
    return samples[max(0, loud[0] - _SOFT[0]) : loud[-1] + _SOFT[1]] if len(loud) else samples


def _set_apart(speech: Samples, rng: np.random.Generator) -> Samples:
    """With a pause before and after it, or cut where it begins or ends, or sooner."""
    first, last = (int(rng.integers(most)) if rng.random() < ABRUPT else None for most in _SOFT)
    before, after = (np.zeros(int(RATE * rng.uniform(*most)), np.float32) for most in (BEFORE, AFTER))
    begun = speech[first:] if first is not None else np.concatenate([before, speech])
    return begun[: len(begun) - last] if last is not None else np.concatenate([begun, after])


def _room(samples: Samples, rng: np.random.Generator) -> Samples:
    length = int(RATE * rng.uniform(*ECHO_SECONDS))
    echo = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    echo[: int(RATE * rng.uniform(*ECHO_AFTER))] = 0
    echo *= rng.uniform(*ECHO_LOUDNESS) / np.sqrt((echo**2).sum() + 1e-9)
    echo[0] = 1
    return np.asarray(fftconvolve(samples, echo)[: len(samples)], np.float32)


def _channel(samples: Samples, rng: np.random.Generator) -> Samples:
    tilted = lfilter([1, rng.uniform(*TILT)], [1], samples)
    return np.asarray(lfilter([1], [1, rng.uniform(*RESONANCE)], tilted), np.float32)
