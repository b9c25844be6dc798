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
Complexes = NDArray[np.complex64]

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
    moved = power - np.mean(power)
    np.minimum(moved, 4 * np.sqrt(np.mean(moved * moved)), out=moved)  # an impulse must not speak for all
    moved -= np.mean(moved)
    n = len(moved)
    first, last = int(least), min(int(most) + 2, n * 3 // 4)
    if last - first < 8 or not np.any(moved):
        return []
    size = 1 << (n + last - 1).bit_length()
    size = 3 * size // 4 if n + last <= 3 * size // 4 else size
    spectrum = np.fft.rfft(moved, size)
    sums = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, size)[:last]
    sigmas = sums / (np.mean(moved * moved) * np.sqrt(np.arange(n, n - last, -1)))
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
    clocks = _CLOCKS * period / _N_PHASES
    is_able = (clocks > _LESS * t_least) & (clocks < t_most / _LESS)
    if not np.any(is_able):
        return None
    scores = _scores(_fold(power, period))
    scores[~is_able] = 0
    at_clock, at_phase = np.unravel_index(np.argmax(scores), scores.shape)
    return Guess(period, float(at_phase * period / _N_PHASES), float(clocks[at_clock]))


def _fold(power: Floats, period: float) -> Floats:
    """Mean power by phase, above its lower quarter's mean, in `_N_PHASES` steps."""
    turns = np.arange(len(power)) / period
    turns -= np.floor(turns)
    phases = (turns * _N_PHASES).astype(np.intp)
    np.minimum(phases, _N_PHASES - 1, out=phases)
    counts = np.bincount(phases, minlength=_N_PHASES)
    folded = np.bincount(phases, power, _N_PHASES) / np.maximum(counts, 1)
    lower = np.sort(folded)[: _N_PHASES // 4]
    return (folded - float(np.mean(lower))).astype(np.float32)


def _scores(folded: Floats) -> Reals:
    """How well words explain the fold, [clock, phase they begin at]: gain in likelihood, unscaled."""
    around = np.fft.rfft(folded)
    marks = np.fft.irfft(around * _MARKS, _N_PHASES)
    levels = np.maximum(marks, 0) / ((N_PAIRS + 1) * _T)
    # A bit is more likely a 1 than a 0 by what its cells hold above a carrier's half. Which of a clock's phases is right is
    # not known yet; at the right one the marks are the carrier, and nothing is stronger.
    over = np.maximum(np.fft.irfft(around * _BIT, _N_PHASES) - np.max(levels, axis=1)[:, None] * _T, 0)
    ones = np.fft.irfft(np.fft.rfft(over) * _PAIRS, _N_PHASES)
    return levels * (marks / 2 + ones)


def _look_for(clock: float, begins: Reals, length: float) -> Complexes:
    """What turns a fold's spectrum into that of its sums over stretches of `length`, by the phase from which they `begin`."""
    places = np.arange(_N_PHASES)[:, None]
    shares = np.minimum(places + 1, clock * (begins + length)) - np.maximum(places, clock * begins)
    return np.conj(np.fft.rfft(np.sum(np.maximum(shares, 0), axis=1))).astype(np.complex64)


_LESS = (SHORTEST_T / LONGEST_T) ** (0.5 / (_N_CLOCKS - 1))  # half a step of the clocks
_CLOCKS = _N_PHASES / np.geomspace(LONGEST_T, SHORTEST_T, _N_CLOCKS)  # phases
_T = _CLOCKS.astype(np.float32)[:, None]
_MARKS = np.array([_look_for(clock, np.arange(0.0, 4 * N_PAIRS + 1, 4), 1.0) for clock in _CLOCKS])
_BIT = np.array([_look_for(clock, np.array([1.0]), 2.0) for clock in _CLOCKS])
_PAIRS = np.array([_look_for(clock, np.arange(0.0, 4 * N_PAIRS, 4), 1 / clock) for clock in _CLOCKS])

T_LEAST_US = T_MIN_US
T_MOST_US = T_MAX_US
