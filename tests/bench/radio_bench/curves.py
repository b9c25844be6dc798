"""Shares of presses heard to the SNR at which a share is reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SHARES = (0.5, 0.9, 0.99)


@dataclass(frozen=True)
class Point:
    """At `snr_db`, `n_right` of `n_trials` presses were heard; in `n_wrong` of them a wrong code of 24 bits was."""

    snr_db: float
    n_trials: int
    n_right: int
    n_wrong: int = 0

    @property
    def share(self) -> float:
        """Of the presses that were heard."""
        return self.n_right / self.n_trials


def crossing_db(points: Sequence[Point], share: float) -> float | None:
    """SNR250 at which `share` is reached, between points in a straight line; None if outside them.

    Shares are made rising first, neighbours that fall being averaged: more signal never hears less.
    """
    rising = _rising(points)
    for (low_db, low), (high_db, high) in pairwise(rising):
        if low < share <= high:
            return low_db + (high_db - low_db) * (share - low) / (high - low)
    return None


def _rising(points: Sequence[Point]) -> list[tuple[float, float]]:
    pools: list[tuple[int, int, list[float]]] = []  # right, trials, the SNRs
    for point in sorted(points, key=lambda point: point.snr_db):
        pools.append((point.n_right, point.n_trials, [point.snr_db]))
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] > pools[-1][0] * pools[-2][1]:
            right, trials, snrs_db = pools.pop()
            pools[-1] = (pools[-1][0] + right, pools[-1][1] + trials, pools[-1][2] + snrs_db)
    return [(snr_db, right / trials) for right, trials, snrs_db in pools for snr_db in snrs_db]
