"""Fitting certainty: how often a word of a given raw confidence was right, on speakers not trained on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from assistant.asr.adaptation_confidence import Calibration, Curve
from assistant.asr.recogniser import Recogniser
from assistant.training.speech.listen import align, hear
from assistant.training.speech.recordings import Samples


def fit(
    recogniser: Recogniser, recordings: Iterable[tuple[Samples, str]]
) -> tuple[Calibration, list[tuple[float, float, int]]]:
    """(calibration, reliability table) from recordings and what was said in them.

    The table's rows are (mean calibrated confidence, share right, words) over ten equally filled bins;
    its words are the odd recordings, the curve was fitted on the even ones.
    """
    words: list[list[tuple[float, bool]]] = [[], []]
    whole: list[tuple[float, bool]] = []
    for number, (samples, said) in enumerate(recordings):
        heard = hear(recogniser, samples)
        alignment = align(said.split(), heard.text.split())
        words[number % 2] += [(conf, ok) for conf, ok in zip(heard.confidences, alignment.right, strict=True)]
        if heard.confidences:
            whole.append((min(heard.confidences), alignment.errors == 0))
    calibration = Calibration(rising_curve(words[0]), rising_curve(whole))
    return calibration, reliability([(calibration.word(conf), ok) for conf, ok in words[1]])


def rising_curve(pairs: Sequence[tuple[float, bool]], points: int = 20) -> Curve:
    """Isotonic regression (pool adjacent violators) over `points` equally filled bins.

    A bin starts with one right and one wrong observation, so no finite sample claims certainty.
    """
    bins = _bins(pairs, points)
    if len(bins) < 2:
        return ((0.0, 1.0), (0.0, 1.0))
    blocks: list[list[float]] = []  # weight, sum of raw, share right
    for part in bins:
        blocks.append([len(part), part[:, 0].sum(), (part[:, 1].sum() + 1) / (len(part) + 2)])
        while len(blocks) > 1 and blocks[-2][2] >= blocks[-1][2]:
            weight, raw, share = blocks.pop()
            last = blocks[-1]
            last[2] = (last[2] * last[0] + share * weight) / (last[0] + weight)
            last[0] += weight
            last[1] += raw
    raws = [round(raw / weight, 5) for weight, raw, _ in blocks]
    shares = [round(share, 5) for _, _, share in blocks]
    if len(raws) == 1:
        return ((0.0, 1.0), (shares[0], shares[0]))
    return tuple(raws), tuple(shares)


def reliability(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> list[tuple[float, float, int]]:
    """Rows (mean confidence, share right, count) of equally filled bins, the least sure first."""
    parts = _bins(pairs, bins)
    return [(float(part[:, 0].mean()), float(part[:, 1].mean()), len(part)) for part in parts]


def _bins(pairs: Sequence[tuple[float, bool]], count: int) -> list[npt.NDArray[np.float64]]:
    """Rows (figure, right) in about `count` bins of like size, the lowest figures first.

    Equal figures stay in one bin, so that right and wrong ones among them are never told apart.
    """
    ordered = np.array([(figure, float(right)) for figure, right in pairs]).reshape(-1, 2)
    ordered = ordered[np.argsort(ordered[:, 0], kind="stable")]
    cuts = [len(ordered) * number // count for number in range(1, count)]
    starts = {int(np.searchsorted(ordered[:, 0], ordered[cut, 0])) for cut in cuts if cut < len(ordered)}
    return [part for part in np.split(ordered, sorted(starts)) if len(part)]
