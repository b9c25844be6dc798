"""Where words may be in a narrow channel: the period they repeat with, their clock and where they begin.

Nothing is known beforehand but the form of a word: 24 pairs of 4 T that begin with a mark, and a gap. Words of one press are
equal, so the power of the channel repeats with the word's length, however deep each word lies in the noise: the
autocorrelation shows it. Folded at that period the words add up, and the fold is compared with every clock and start.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardbell_protocol.air.slicer import N_PAIRS, T_MAX_US, T_MIN_US

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]

# A word and the gap behind it, in T: 97 and 15..60.
SHORTEST_T = 112
LONGEST_T = 157

_BEST_LAGS = 2
_LEAST_SIGMAS = 4.5
_N_PHASES = 400
_N_CLOCKS = 24


class Guess(NamedTuple):
    """Words that seem to repeat every `period` samples, one of them beginning at sample `start`, of narrow time `t` samples."""

    period: float
    start: float
    t: float


def guesses(power: Floats, t_least: float, t_most: float) -> Iterator[Guess]:
    """Word patterns in a channel's power, the clearest repetition first.

    Args:
        power: samples of the power; its mean need not be 0.
        t_least, t_most: the narrow times to look for, in samples.
    """
    for period in _periods(power, SHORTEST_T * t_least, LONGEST_T * t_most):
        guess = _fit(power, period, t_least, t_most)
        if guess is not None:
            yield guess


def _periods(power: Floats, least: float, most: float) -> list[float]:
    """Lags at which the power repeats itself beyond chance."""
    clipped = np.minimum(power, np.mean(power) + 4 * np.std(power))  # an impulse must not speak for all
    moved = clipped - np.mean(clipped)
    n = len(moved)
    first, last = int(least), min(int(most) + 2, n * 3 // 4)
    if last - first < 8 or not np.any(moved):
        return []
    size = 1 << int(np.ceil(np.log2(n + last)))
    spectrum = np.fft.rfft(moved, size)
    sums = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, size)[:last]
    sigmas = sums / (np.var(moved) * np.sqrt(np.arange(n, n - last, -1)))
    peaks = np.flatnonzero(
        (sigmas[first + 1 : -1] > sigmas[first:-2])
        & (sigmas[first + 1 : -1] >= sigmas[first + 2 :])
        & (sigmas[first + 1 : -1] > _LEAST_SIGMAS)
    )
    peaks += first + 1
    best = peaks[np.argsort(-sigmas[peaks])[:_BEST_LAGS]]
    return [lag + _vertex(sums[lag - 1], sums[lag], sums[lag + 1]) for lag in best]


def _vertex(before: float, at: float, after: float) -> float:
    bend = before - 2 * at + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0


def _fit(power: Floats, period: float, t_least: float, t_most: float) -> Guess | None:
    low, high = max(t_least, period / LONGEST_T), min(t_most, period / SHORTEST_T)
    if low >= high:
        return None
    folded = _fold(power, period)
    sums = np.concatenate(([0.0], np.cumsum(np.tile(folded, 2))))
    clocks = np.exp(np.linspace(np.log(low), np.log(high), _N_CLOCKS)) * _N_PHASES / period
    scores = np.array([_scores(sums, t) for t in clocks])
    at_clock, at_phase = np.unravel_index(np.argmax(scores), scores.shape)
    t = clocks[at_clock] * period / _N_PHASES
    return Guess(period, float(at_phase * period / _N_PHASES), float(t))


def _fold(power: Floats, period: float) -> Reals:
    """Mean power by phase, above its lower quarter's mean, in `_N_PHASES` steps."""
    turns = np.arange(len(power)) / period
    turns -= np.floor(turns)
    phases = (turns * _N_PHASES).astype(np.intp)
    np.minimum(phases, _N_PHASES - 1, out=phases)
    counts = np.bincount(phases, minlength=_N_PHASES)
    folded = np.bincount(phases, power, _N_PHASES) / np.maximum(counts, 1)
    lower = np.sort(folded)[: _N_PHASES // 4]
    return folded - float(np.mean(lower))


_PAIRS_T = 4.0 * np.arange(N_PAIRS + 1)


def _scores(sums: Reals, t: float) -> Reals:
    """How well words of clock `t` explain the fold, for each phase they may begin at: gain in likelihood, unscaled."""
    n_places = 2 * _N_PHASES - 4 * int(t + 1)
    at_bit = _at(sums, t, n_places)
    mark = at_bit - sums[:n_places]
    bit = _at(sums, 3 * t, n_places) - at_bit
    places = np.rint(_PAIRS_T * t).astype(np.intp)
    marks = np.add.reduce(_by_phase(mark)[places], axis=0)
    level = np.maximum(marks / ((N_PAIRS + 1) * t), 0)
    ones = np.add.reduce(np.maximum(_by_phase(bit)[places[:N_PAIRS]] - level * t, 0), axis=0)
    gain: Reals = level * (marks / 2 + ones)
    return gain


def _by_phase(values: Reals) -> Reals:
    """For each place that of the values which a word finds there that begins at phase 0, 1, ... instead."""
    (step,) = values.strides
    shape = (len(values) - _N_PHASES + 1, _N_PHASES)
    return np.lib.stride_tricks.as_strided(values, shape, (step, step), writeable=False)


def _at(sums: Reals, first: float, n: int) -> Reals:
    """`n` values of `sums` from the place `first` on, which lies between two."""
    whole = int(first)
    below = sums[whole : whole + n]
    between: Reals = below + (sums[whole + 1 : whole + 1 + n] - below) * (first - whole)
    return between


T_LEAST_US = T_MIN_US
T_MOST_US = T_MAX_US
