"""IQ samples to blocks of spectrum, and any channel of them back to narrow baseband: fast convolution, one FFT for all.

Blocks overlap by three eighths, so that a channel cut out of them is filtered exactly (overlap-save). A channel is 25 kHz
wide: wide enough for T = 80 us, a tenth of what an RTL-SDR delivers, so a tenth of its noise.
"""

import cmath
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from wardbell_protocol.errors import ConfigError

IQ = NDArray[np.complex64]
Floats = NDArray[np.float32]

N_CHANNEL = 1024  # bins of a channel, so samples of it in a block before its ends are cut off
N_OUT = 640  # samples of a channel a block gives
BLOCK_MS = 10.24  # what a block advances

MIN_RATE_HZ = 200_000
MAX_RATE_HZ = 3_200_000  # the most an RTL-SDR gives

BESIDE = N_CHANNEL // 2  # bins that a block repeats at either end: every channel is one piece of it
_CUT = (N_CHANNEL - N_OUT) // 2
_FLAT_HZ = 9_000
_STOP_HZ = 15_000


class Spectrum:
    """Samples in, FFT blocks out.

    `n_fft`: bins, `hop`: samples a block advances, `rate_hz`: of the input, 200 kHz to 3.2 MHz; `channel_rate_hz`: about
    62.5 kHz. A channel's sample 0 is the input's sample `first`.
    """

    def __init__(self, rate_hz: int) -> None:
        if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
            raise ConfigError("--rate", str(rate_hz), f"give {MIN_RATE_HZ} to {MAX_RATE_HZ} samples a second")
        self.rate_hz = rate_hz
        self.n_fft = 8 * round(rate_hz * BLOCK_MS / 1e3 / 5)
        self.hop = self.n_fft * N_OUT // N_CHANNEL
        self.channel_rate_hz = rate_hz * N_CHANNEL / self.n_fft
        self.first = _CUT * self.n_fft / N_CHANNEL
        self._waiting: IQ = np.zeros(0, np.complex64)
        shape = _filter_shape(self.channel_rate_hz / N_CHANNEL)
        self._n_side = int(_STOP_HZ * N_CHANNEL / self.channel_rate_hz) + 1  # bins that pass on either side
        self._above = shape[BESIDE : BESIDE + self._n_side]
        self._below = shape[BESIDE - self._n_side : BESIDE]
        self._bins: IQ = np.zeros(N_CHANNEL, np.complex64)  # a channel's, in the order of an FFT: the middle first

    def blocks(self, samples: IQ) -> Iterator[IQ]:
        """FFTs of the blocks that these samples complete: `n_fft` bins, the lowest first, and `BESIDE` again at either end."""
        waiting = np.concatenate((self._waiting, samples)) if len(self._waiting) else samples
        at = 0
        while at + self.n_fft <= len(waiting):
            bins = np.fft.fft(waiting[at : at + self.n_fft]).astype(np.complex64, copy=False)
            half = self.n_fft // 2
            yield np.concatenate((bins[half - BESIDE :], bins[: half + BESIDE]))
            at += self.hop
        self._waiting = waiting[at:].copy()

    def channel(self, block: IQ, number: int, centre: int) -> IQ:
        """`N_OUT` samples of the channel around bin `centre` (may be negative) out of block `number`."""
        at, n_side = centre + self.n_fft // 2 + BESIDE, self._n_side
        np.multiply(block[at : at + n_side], self._above, out=self._bins[:n_side])
        np.multiply(block[at - n_side : at], self._below, out=self._bins[-n_side:])
        narrow = np.fft.ifft(self._bins)
        # Each block counts its time from its own start: turn its phase to where the last one left it.
        turns = centre * (number * self.hop % self.n_fft) / self.n_fft
        turn = np.complex64(N_CHANNEL / self.n_fft * cmath.exp(-2j * cmath.pi * turns))
        samples: IQ = np.multiply(narrow[_CUT : _CUT + N_OUT], turn, dtype=np.complex64)
        return samples


def _filter_shape(bin_hz: float) -> Floats:
    """Pass 9 kHz to either side, nothing beyond 15 kHz."""
    away_hz = np.abs(np.arange(N_CHANNEL) - N_CHANNEL // 2) * bin_hz
    slope = np.clip((away_hz - _FLAT_HZ) / (_STOP_HZ - _FLAT_HZ), 0, 1)
    return np.cos(slope * np.pi / 2).astype(np.float32)


def noise_bandwidth_hz(rate_hz: float) -> float:
    """Noise bandwidth of a channel."""
    bin_hz = rate_hz / N_CHANNEL
    return float(np.sum(_filter_shape(bin_hz) ** 2) * bin_hz)
