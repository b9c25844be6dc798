"""The least SNR250 that physics allows, in closed form, and a matched receiver that reaches it on `synth`'s signals.

Source: radio.md 3.3. Known timing and carrier frequency, white Gaussian noise, no fading. Of the four T of a
pair the first is always on and the last always off; the 2 T cell between them is off in a 0 and on in a 1. Its
energy, over the noise's density, is exponential when off and non-central chi-square of two degrees of freedom when
on; the best fixed threshold tells them apart; all 24 pairs must be right; finding the sync bit costs nothing.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wardbell_simulator.radio.synth import IQ, SAMPLE_US

N_PAIRS = 24
_WORD_T = 128
_THRESHOLDS = np.linspace(0.02, 1.2, 119)  # tried, from the mean of an off-cell (0) to that of an on-cell (1)

FloatArray = NDArray[np.float64]


def cell_energy(snr_db: float, t_us: float) -> float:
    """Eb/N0, not in dB, of the 2 T cell at SNR250 of `snr_db`."""
    return float(10 ** (snr_db / 10)) * 2 * t_us / SAMPLE_US


def soft_combined(snr_db: float, t_us: float, n_words: int = 1) -> float:
    """P that all 24 pairs are right when the cell energies of `n_words` words are summed pair by pair."""
    return float((1 - _pair_errors(snr_db, t_us, n_words).min()) ** N_PAIRS)


def any_word(snr_db: float, t_us: float, n_words: int) -> float:
    """P that at least one of `n_words` words is right by itself."""
    return 1 - (1 - soft_combined(snr_db, t_us)) ** n_words


def two_in_a_row(snr_db: float, t_us: float, n_words: int) -> float:
    """P that two neighbouring words of `n_words` are right by themselves, as a PT2272 wants."""
    right = soft_combined(snr_db, t_us)
    done, after_right, after_wrong = 0.0, 0.0, 1.0
    for _ in range(n_words):
        done, after_right, after_wrong = (
            done + after_right * right,
            after_wrong * right,
            (after_right + after_wrong) * (1 - right),
        )
    return done


def snr_for(share: float, scheme: Callable[[float], float]) -> float:
    """SNR250 in dB, -40..40, at which `scheme(snr_db)`, rising, gives `share`."""
    low, high = -40.0, 40.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if scheme(middle) < share else (low, middle)
    return (low + high) / 2


def matched_code(iq: IQ, start_us: float, t_us: float, n_words: int, threshold: float) -> int:
    """The word in `iq` by a receiver that knows its start and clock: the sum of cell energies against `best_threshold`."""
    energies = cell_energies(iq, start_us, t_us, n_words).sum(axis=0)
    return int("".join("1" if energy > threshold else "0" for energy in energies), 2)


def cell_energies(iq: IQ, start_us: float, t_us: float, n_words: int) -> FloatArray:
    """Energy over the noise's density of each 2 T cell, (n_words, 24): the carrier's part through its matched filter."""
    cells_t = np.arange(n_words)[:, np.newaxis] * _WORD_T + np.arange(N_PAIRS) * 4 + 1
    firsts = np.rint((start_us + cells_t * t_us) / SAMPLE_US).astype(np.int64)
    n_cell = round(2 * t_us / SAMPLE_US)
    sums = np.concatenate(([0], np.cumsum(iq, dtype=np.complex128)))
    energies: FloatArray = np.abs(sums[firsts + n_cell] - sums[firsts]) ** 2 / n_cell
    return energies


def best_threshold(snr_db: float, t_us: float, n_words: int) -> float:
    """Of the summed energies over the noise's density: where the fewest pairs are wrong."""
    return float(_thresholds(snr_db, t_us, n_words)[_pair_errors(snr_db, t_us, n_words).argmin()])


def _thresholds(snr_db: float, t_us: float, n_words: int) -> FloatArray:
    return n_words * (1 + cell_energy(snr_db, t_us) * _THRESHOLDS)


def _pair_errors(snr_db: float, t_us: float, n_words: int) -> FloatArray:
    """P of a wrong pair at each threshold, zeros and ones being equally frequent.

    A sum of n exponentials exceeds x when fewer than n events of a Poisson process of mean x have happened; a
    non-central sum of energy s is one of n + j of them, j Poisson of mean s.
    """
    thresholds = _thresholds(snr_db, t_us, n_words)
    energy = n_words * cell_energy(snr_db, t_us)
    most = int(max(thresholds[-1], energy) * 1.5 + 12 * math.sqrt(max(thresholds[-1], energy)) + 60)
    events = np.cumsum(_poisson(thresholds, most), axis=1)  # P(at most that many by the threshold)
    wrong_zeros = events[:, n_words - 1]
    shifts = _poisson(np.array([energy]), most - n_words)[0]
    wrong_ones = ((1 - events[:, n_words - 1 : most - 1]) * shifts[: most - n_words]).sum(axis=1)
    errors: FloatArray = (wrong_zeros + wrong_ones) / 2
    return errors


def _poisson(means: FloatArray, n_counts: int) -> FloatArray:
    """P(0), P(1), ... of each mean, (means, n_counts)."""
    counts = np.arange(n_counts)
    log_factorials = np.concatenate(([0.0], np.cumsum(np.log(np.maximum(counts[1:], 1)))))
    powers: FloatArray = np.exp(counts * np.log(means)[:, np.newaxis] - means[:, np.newaxis] - log_factorials)
    return powers
