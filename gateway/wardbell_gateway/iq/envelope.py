"""A narrow channel to durations of carrier on and off: the slicer for signals that stand clearly above the noise.

The carrier's level is the 95th percentile of the amplitude in the 72 ms around each 10 ms: a word is on for at least 19.5 %.
From halfway between it and the noise the carrier is on, with 10 % hysteresis. Where it is less than 3.2 times the noise
(10 dB) nothing is on: noise would swallow a mark now and then, and two words of 25 bits that lose the same one are a press
of 24. What is that weak is for the soft combiner.
"""

from collections import deque

import numpy as np

from wardbell_gateway.iq.spectrum import N_OUT, Floats

N_AHEAD = 3  # blocks looked ahead
_SQUELCH = 3.2
_HYSTERESIS = 0.1


class EnvelopeSlicer:
    """Amplitudes in, a block at a time; signed durations in samples out, `N_AHEAD` blocks later."""

    def __init__(self) -> None:
        self._blocks: deque[Floats] = deque(maxlen=2 * N_AHEAD + 1)
        self._n_blocks = 0
        self._is_on = False
        self._since = 0.0  # samples that what is now had lasted at the end of the last block, as not yet given

    def receive(self, amplitude: Floats, noise: float) -> list[float]:
        """Durations of one block, the last one cut off at its end; `noise` is its root mean square amplitude."""
        self._blocks.append(amplitude)
        self._n_blocks += 1
        if self._n_blocks <= N_AHEAD:
            return []
        block = self._blocks[-1 - N_AHEAD]
        around = np.concatenate([near[::4] for near in self._blocks])
        at = len(around) * 95 // 100
        carrier = float(np.partition(around, at)[at])
        if carrier < _SQUELCH * noise:
            self._is_on = False
            return [float(-N_OUT)]
        return self._slice(block, (carrier + noise) / 2)

    def _slice(self, block: Floats, threshold: float) -> list[float]:
        decided = (block > threshold * (1 + _HYSTERESIS)).astype(np.int8) - (block < threshold * (1 - _HYSTERESIS))
        places = np.flatnonzero(decided)
        levels = decided[places] > 0
        before = np.concatenate(([self._is_on], levels[:-1]))
        edges = places[levels != before].astype(np.float64)
        durations: list[float] = []
        last = 0.0
        for edge in edges:
            durations.append(float(edge - last) if self._is_on else float(last - edge))
            self._is_on = not self._is_on
            last = float(edge)
        durations.append(N_OUT - last if self._is_on else last - N_OUT)
        return durations
