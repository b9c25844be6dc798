"""A narrow channel to durations of carrier on and off: the slicer for signals that stand clearly above the noise.

The carrier's level is the 95th percentile of the amplitude in the 82 ms around each 20 ms: a word is on for at least 19.5 %.
From halfway between it and the noise the carrier is on, with 10 % hysteresis. Where it is less than 3.2 times the noise
(10 dB) nothing is on: noise would swallow a mark now and then, and two words of 25 bits that lose the same one are a press
of 24. What is that weak is for the soft combiner.
"""

from collections import deque
from typing import NamedTuple

import numpy as np

from wardbell_gateway.iq.spectrum import N_OUT, Floats

N_AHEAD = 3  # blocks looked ahead
_AT_ONCE = 2  # blocks decided together, which costs little more than one
N_DECIDED = _AT_ONCE * N_OUT  # samples
_SQUELCH = 3.2
_HYSTERESIS = 0.1
_SPARSE = 4  # every so many samples tell the carrier's level


class Keying(NamedTuple):
    """`N_DECIDED` samples: whether the carrier was on at their beginning, and before which of them that changed."""

    is_on: bool
    edges: list[int]


class EnvelopeSlicer:
    """Amplitudes in, a block at a time; what some of them say of the carrier out, `N_AHEAD` blocks later."""

    def __init__(self) -> None:
        self._blocks: deque[Floats] = deque(maxlen=_AT_ONCE + N_AHEAD)
        self._sparse: deque[Floats] = deque(maxlen=N_AHEAD + _AT_ONCE + N_AHEAD)
        self._n_waiting = 0  # blocks
        self._is_on = False

    def receive(self, amplitude: Floats, noise: float) -> Keying | None:
        """Take a block, `noise` being its root mean square amplitude; None while more are needed."""
        self._blocks.append(amplitude)
        self._sparse.append(amplitude[::_SPARSE])
        self._n_waiting += 1
        if self._n_waiting < _AT_ONCE + N_AHEAD:
            return None
        self._n_waiting = N_AHEAD
        around = np.concatenate(self._sparse)
        carrier = 0.0
        if np.max(around) >= _SQUELCH * noise:
            around.partition(len(around) * 95 // 100)
            carrier = float(around[len(around) * 95 // 100])
        if carrier < _SQUELCH * noise:
            self._is_on = False
            return _OFF
        decided = np.concatenate([self._blocks[nth] for nth in range(_AT_ONCE)])
        return self._slice(decided, (carrier + noise) / 2)

    def _slice(self, amplitude: Floats, threshold: float) -> Keying:
        is_above = amplitude > threshold * (1 + _HYSTERESIS)
        places = np.flatnonzero(is_above | (amplitude < threshold * (1 - _HYSTERESIS)))
        levels = is_above[places]
        was_on = self._is_on
        if not len(places):
            return Keying(was_on, [])
        edges: list[int] = places[1:][levels[1:] != levels[:-1]].tolist()
        if levels[0] != was_on:
            edges.insert(0, int(places[0]))
        self._is_on = bool(levels[-1])
        return Keying(was_on, edges)


_OFF = Keying(False, [])
