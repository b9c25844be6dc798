"""Where in the band somebody sends: power that stands out of the noise floor, by 4 kHz and 41 ms.

The floor of each group follows its own power slowly, so what is always there, a dongle's spur or a neighbour's carrier, is
floor in the end. Where a channel is open the floor stands still for a while: it must not learn a key that is held down.
What rises everywhere at once, a motor's sparks or bursts of the mains, is noise for as long as it lasts.
"""

from collections import deque
from functools import reduce

import numpy as np

from wardbell_gateway.iq.spectrum import BESIDE, IQ, Floats, Spectrum

GROUP = 64  # bins
N_RECENT = 4  # blocks
OPENS_AT = 0.4  # above the floor: six standard deviations of noise in two groups and four blocks
APART = 5  # groups between two channels
N_LOOK = 8  # blocks a carrier's frequency is told from

_WEAKEST = 3e-3  # beside the strongest: hard keying alone spreads that far
_STEP = 0.004  # of the floor a block
_FIRST_STEP = 0.04
_N_FIRST = 50
_LEAST_SAMPLE = (1 / 127.5) ** 2 / 6  # power of a sample's rounding to 8 bits
_SMOOTH = 17  # bins, 1 kHz
_SKIRT = 3
_N_AROUND = 8
_UNEVEN = 4.5  # times the distance of the quartiles: six standard deviations


class Gate:
    """Blocks of spectrum in, centres of what is new in them out. Bins count from the middle of the band.

    `broadband`: how many times the floor the whole band has now, at least 1.
    """

    def __init__(self, spectrum: Spectrum) -> None:
        self._n_fft = spectrum.n_fft
        self._n_groups = spectrum.n_fft // GROUP
        self._floor: Floats | None = None
        self._least = np.float32(_LEAST_SAMPLE * spectrum.n_fft * GROUP)
        self._recent: deque[Floats] = deque(maxlen=N_RECENT)
        self._blocks: deque[IQ] = deque(maxlen=N_LOOK)
        self._excess: Floats = np.zeros(self._n_groups, np.float32)
        self._n_blocks = 0
        self.broadband = 1.0

    def receive(self, block: IQ, held: list[int]) -> None:
        """Take a block; the floor around the bins `held` stands still."""
        bins = block[BESIDE : BESIDE + self._n_fft]
        parts = bins[: self._n_groups * GROUP].view(np.float32)
        groups: Floats = np.square(parts).reshape(-1, 2 * GROUP).sum(axis=1)
        self._blocks.append(bins)
        self._recent.append(groups)
        self._n_blocks += 1
        if self._n_blocks < N_RECENT:
            return
        recent: Floats = reduce(np.add, self._recent) / np.float32(N_RECENT)
        if self._floor is None:
            self._floor = _around(recent)
        self._learn(self._floor, groups, held)
        above = recent / self._floor
        self.broadband = max(1.0, float(np.partition(above, self._n_groups // 2)[self._n_groups // 2]))
        self._excess = above / self.broadband - 1

    def opening(self, held: list[int], n_most: int) -> list[int]:
        """Centre bins of signals that no held channel covers, strongest first."""
        pairs = (self._excess[:-1] + self._excess[1:]) / 2
        is_free = pairs > max(OPENS_AT, _WEAKEST * float(np.max(pairs)))
        for centre in held:
            self._cover(is_free, self._group_of(centre))
        if not np.any(is_free):
            return []
        # Short bursts over the whole band average badly: then all of it is as uneven as its middle half is.
        quarter = len(pairs) // 4
        middle = np.partition(pairs, (quarter, 3 * quarter))
        is_free &= pairs > _UNEVEN * float(middle[3 * quarter] - middle[quarter])
        found: list[int] = []
        while len(found) < n_most and np.any(is_free):
            at = int(np.argmax(np.where(is_free, pairs, -1)))
            found.append(self._carrier(at))
            self._cover(is_free, at)
        return found

    def excess(self, centre: int) -> float:
        """Power above the floor within 8 kHz of the bin, times the floor."""
        at = self._group_of(centre)
        return _mean(self._excess[max(0, at - 1) : at + 2])

    def floor(self, centre: int) -> float:
        """Noise power of one sample of the input, told from the floor around the bin; 0 before there is one."""
        if self._floor is None:
            return 0.0
        at = self._group_of(centre)
        return _mean(self._floor[max(0, at - 1) : at + 2]) * self.broadband / GROUP / self._n_fft

    def _learn(self, floor: Floats, groups: Floats, held: list[int]) -> None:
        step = _FIRST_STEP if self._n_blocks < _N_FIRST else _STEP
        factors = np.where(groups > floor, 1 + step, 1 - step).astype(np.float32)
        for centre in held:
            at = self._group_of(centre)
            factors[max(0, at - _SKIRT) : at + _SKIRT + 1] = 1
        floor *= factors
        np.maximum(floor, self._least, out=floor)

    def _group_of(self, centre: int) -> int:
        return min(self._n_groups - 1, max(0, (centre + self._n_fft // 2) // GROUP))

    @staticmethod
    def _cover(is_free: "np.ndarray[tuple[int], np.dtype[np.bool_]]", at: int) -> None:
        is_free[max(0, at - APART) : at + APART + 1] = False

    def _carrier(self, at: int) -> int:
        """The strongest kilohertz of groups `at` and the one behind."""
        first = max(0, at * GROUP - _SMOOTH)
        near = np.array([block[first : (at + 2) * GROUP + _SMOOTH] for block in self._blocks])
        power = np.sum(near.real**2 + near.imag**2, axis=0)
        smooth = np.convolve(power, np.ones(_SMOOTH), mode="same")
        return first + int(np.argmax(smooth)) - self._n_fft // 2


def _mean(few: Floats) -> float:
    values: list[float] = few.tolist()
    return sum(values) / len(values)


def _around(groups: Floats) -> Floats:
    """The median of the groups around each: whoever sends fills few of them."""
    padded = np.pad(groups, _N_AROUND, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _N_AROUND + 1)
    return np.median(windows, axis=1).astype(np.float32)
