"""Degraded copies of a whole batch of recordings at once, in PyTorch.

`acoustics.degrade` makes one copy at a time, kept on disk and learnt from again and again. On a GPU a copy
takes less time than learning from it, so none is heard twice. Both have the same kinds of damage.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assistant.training.speech import acoustics
from assistant.training.speech.cepstra import Cepstra, frames_of
from assistant.training.speech.recordings import RATE

Pcm = npt.NDArray[np.int16]
_SPEEDS = 4
"""In a batch: one is the recording's own, the others are drawn."""
_SPREAD = (0.85, 1.17)
_LONGEST_ECHO = int(RATE * acoustics.ECHO_SECONDS[1])
_BABBLING = 3
"""People."""


class Degrader:
    """`hear` gives features of recordings, each time as if they had been made elsewhere."""

    def __init__(self, recordings: Sequence[Pcm], own_voice: Sequence[Pcm], seed: int, device: torch.device):
        """int16 at 16 kHz; `own_voice` sounds like the assistant itself, for its echo."""
        self.device = device
        self._lengths = torch.tensor([len(samples) for samples in recordings], device=device)
        self._begins = self._lengths.cumsum(0) - self._lengths
        self._all = torch.from_numpy(np.concatenate(recordings)).to(device)
        self._own = torch.from_numpy(np.concatenate(own_voice)).to(device) if own_voice else None
        self._draws = torch.Generator(device).manual_seed(seed)
        self._cepstra = Cepstra(device)

    def hear(self, which: Sequence[int]) -> tuple[Tensor, Tensor]:
        """(recordings, frames of the longest, 40) MFCCs, each row's last frame repeated; frames of each."""
        rows = torch.tensor(which, device=self.device)
        speeds = [1.0, *(float(self._uniform(1, *_SPREAD)) for _ in range(_SPEEDS - 1))]
        groups = [
            self._at_speed(*self._taken(part), speed)
            for part, speed in zip(rows.tensor_split(_SPEEDS), speeds, strict=True)
            if len(part)
        ]
        longest = max(samples.shape[1] for samples, _ in groups)
        speech = torch.cat([_lengthened(samples, longest) for samples, _ in groups])
        speech, lengths = self._with_pauses(speech, torch.cat([lengths for _, lengths in groups]))
        inside = torch.arange(speech.shape[1], device=self.device)[None] < lengths[:, None]
        speech = self._elsewhere(speech, self._chance(acoustics.IN_A_ROOM, len(rows))) * inside
        speech = self._beside(speech, lengths) * inside
        peak = speech.abs().amax(1, keepdim=True) + 1e-9
        speech = speech / peak * 10 ** (self._uniform(len(rows), *acoustics.PEAKS)[:, None] / 20)
        frames = frames_of(lengths)
        features = self._cepstra(torch.round(speech * 32767) / 32768)
        shown = torch.minimum(torch.arange(features.shape[1], device=self.device)[None], frames[:, None] - 1)
        return features.gather(1, shown[..., None].expand_as(features)), frames

    def _taken(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        lengths = self._lengths[rows]
        places = torch.arange(int(lengths.max()), device=self.device)[None]
        samples = self._all[(self._begins[rows, None] + places).clamp_max(len(self._all) - 1)]
        return samples * (places < lengths[:, None]) / 32768.0, lengths

    @staticmethod
    def _at_speed(samples: Tensor, lengths: Tensor, speed: float) -> tuple[Tensor, Tensor]:
        """Played so many times as fast: pitch, formants and tempo."""
        if speed == 1.0:
            return samples, lengths
        before = _good_size(samples.shape[1])
        after = _good_size(round(before / speed))
        played = torch.fft.irfft(torch.fft.rfft(samples, before), after) * (after / before)
        return played, (lengths * after) // before

    def _with_pauses(self, speech: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        before, after = (
            (RATE * self._uniform(len(speech), *most)).long() * ~self._chance(acoustics.ABRUPT, len(speech))
            for most in (acoustics.BEFORE, acoustics.AFTER)
        )
        total = before + lengths + after
        places = torch.arange(int(total.max()), device=self.device)[None] - before[:, None]
        said = (places >= 0) & (places < lengths[:, None])
        return speech.gather(1, places.clamp(0, speech.shape[1] - 1)) * said, total

    def _elsewhere(self, speech: Tensor, in_a_room: Tensor) -> Tensor:
        """In rooms, through microphones, some of which hear no high sounds, and over telephones."""
        count = len(speech)
        size = _good_size(speech.shape[1] + _LONGEST_ECHO)
        spectrum = torch.fft.rfft(speech, size)
        echoes = torch.fft.rfft(self._echoes(count), size)
        spectrum = spectrum * torch.where(in_a_room[:, None], echoes, torch.ones_like(echoes))
        hertz = torch.arange(spectrum.shape[1], device=self.device)[None] * (RATE / size)
        delay = torch.exp(-2j * torch.pi * hertz / RATE)
        tilt = (1 + self._uniform(count, *acoustics.TILT)[:, None] * delay) / (
            1 + self._uniform(count, *acoustics.RESONANCE)[:, None] * delay
        )
        spectrum = spectrum * torch.where(
            self._chance(acoustics.TILTED, count)[:, None], tilt, torch.ones_like(tilt)
        )
        highest = torch.where(
            self._chance(0.25, count),
            self._uniform(count, 5000, 7500),
            torch.full_like(tilt[:, 0].real, RATE),
        )
        highest = torch.where(self._chance(0.1, count), self._uniform(count, 3400, 4000), highest)
        spectrum = spectrum * torch.sigmoid((highest[:, None] - hertz) / 40)
        return torch.fft.irfft(spectrum, size)[:, : speech.shape[1]]

    def _echoes(self, count: int) -> Tensor:
        places = torch.arange(_LONGEST_ECHO, device=self.device)[None]
        length = (RATE * self._uniform(count, *acoustics.ECHO_SECONDS))[:, None]
        echo = self._normal(count, _LONGEST_ECHO) * torch.exp(-6.9 * places / length)
        echo *= (places < length) & (places >= RATE * self._uniform(count, *acoustics.ECHO_AFTER)[:, None])
        echo *= (self._uniform(count, *acoustics.ECHO_LOUDNESS) / (echo.square().sum(1) + 1e-9).sqrt())[
            :, None
        ]
        echo[:, 0] = 1
        return echo

    def _beside(self, speech: Tensor, lengths: Tensor) -> Tensor:
        """Noise, other people, or the assistant itself, as far below the speech as `acoustics` says."""
        count, size = speech.shape
        loudness = ((speech.square().sum(1) / lengths).sqrt() + 1e-9)[:, None]
        draw = self._uniform(count, 0, 1)[:, None]
        others = torch.stack([_level(self._somewhere(self._all, count, size)) for _ in range(_BABBLING)]).sum(
            0
        )
        own = self._somewhere(self._all if self._own is None else self._own, count, size)
        echo = self._elsewhere(own, torch.ones(count, dtype=torch.bool, device=self.device))
        for share, sound, (least, most) in (
            (acoustics.NOISY, self._noise(count, size), acoustics.NOISE_BELOW),
            (acoustics.BABBLING, others, acoustics.BABBLE_BELOW),
            (acoustics.ECHOING, echo, acoustics.ECHO_BELOW),
        ):
            gain = loudness * 10 ** (-self._uniform(count, least, most)[:, None] / 20)
            speech = speech + _level(sound) * gain * ((draw >= 0) & (draw < share))
            draw = draw - share
        return speech

    def _noise(self, count: int, size: int) -> Tensor:
        """White to pink: the spectrum falls with a random power of frequency."""
        padded = _good_size(size)
        spectrum = torch.fft.rfft(self._normal(count, padded))
        places = torch.arange(1, spectrum.shape[1] + 1, device=self.device)[None]
        return torch.fft.irfft(spectrum / places ** self._uniform(count, 0, 1)[:, None], padded)[:, :size]

    def _somewhere(self, samples: Tensor, count: int, size: int) -> Tensor:
        begins = (self._uniform(count, 0, 1).double() * max(1, len(samples) - size)).long()
        places = begins[:, None] + torch.arange(size, device=self.device)[None]
        return samples[places % len(samples)] / 32768.0

    def _uniform(self, count: int, least: float, most: float) -> Tensor:
        return least + (most - least) * torch.rand(count, generator=self._draws, device=self.device)

    def _normal(self, count: int, size: int) -> Tensor:
        return torch.randn(count, size, generator=self._draws, device=self.device)

    def _chance(self, share: float, count: int) -> Tensor:
        return self._uniform(count, 0, 1) < share


def _level(sound: Tensor) -> Tensor:
    return sound / (sound.std(1, keepdim=True) + 1e-6)


def _lengthened(samples: Tensor, size: int) -> Tensor:
    return torch.nn.functional.pad(samples, (0, size - samples.shape[1]))


def _good_size(size: int) -> int:
    """As large at least, and quick to transform."""
    return -(-size // 1024) * 1024
