"""IQ samples to blocks of spectrum, and any channel of them back to narrow baseband: fast convolution, one FFT for all.

Blocks overlap by three eighths, so that a channel cut out of them is filtered exactly (overlap-save). A channel is 25 kHz
wide: wide enough for T = 80 us, a tenth of what an RTL-SDR delivers, so a tenth of its noise.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from wardbell_protocol.errors import ConfigError

IQ = NDArray[np.complex64]
Floats = NDArray[np.float32]

N_CHANNEL = 1024  # bins of a channel, so samples of it in a block before its ends are cut off
N_OUT = 640  # samples of a channel a block gives
BLOCK_MS = 10.24  # what a block advances
BIN_HZ = 1e3 * N_OUT / N_CHANNEL / BLOCK_MS  # 61 Hz

MIN_RATE_HZ = 200_000
MAX_RATE_HZ = 3_200_000  # the most an RTL-SDR gives

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
        # In the order of an FFT: a channel's middle first.
        self._shape = np.fft.ifftshift(_filter_shape(self.channel_rate_hz / N_CHANNEL))
        self._bins = np.fft.ifftshift(np.arange(N_CHANNEL) - N_CHANNEL // 2)

    def blocks(self, samples: IQ) -> Iterator[IQ]:
        """FFTs of the blocks that these samples complete, in bins as `numpy.fft` orders them."""
        waiting = np.concatenate((self._waiting, samples)) if len(self._waiting) else samples
        at = 0
        while at + self.n_fft <= len(waiting):
            yield np.fft.fft(waiting[at : at + self.n_fft]).astype(np.complex64, copy=False)
            at += self.hop
        self._waiting = waiting[at:].copy()

    def channel(self, block: IQ, number: int, centre: int) -> IQ:
        """`N_OUT` samples of the channel around bin `centre` (may be negative) out of block `number`."""
        narrow = np.fft.ifft(block.take(self._bins + centre, mode="wrap") * self._shape)
        # Each block counts its time from its own start: turn its phase to where the last one left it.
        turns = centre * (number * self.hop % self.n_fft) / self.n_fft
        scale = N_CHANNEL / self.n_fft * np.exp(-2j * np.pi * turns)
        samples: IQ = (narrow[_CUT : _CUT + N_OUT] * scale).astype(np.complex64)
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
