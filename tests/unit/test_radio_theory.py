"""The closed forms of the limit, and a matched receiver that reaches them on synthesized signals."""

from collections.abc import Callable

import numpy as np
import pytest

from wardbell_simulator.radio.synth import Air, Transmission, press, random_code, synthesize
from wardbell_simulator.radio.theory import any_word, best_threshold, matched_code, snr_for, soft_combined, two_in_a_row

T_US = 430
SHARES = (0.5, 0.9, 0.99)


def points(scheme: Callable[[float], float]) -> list[float]:
    return [snr_for(share, scheme) for share in SHARES]


# radio.md 3.3, which rounds to 0.1 dB and reads a simulated curve at the last point.
@pytest.mark.parametrize(
    ("n_words", "expected"),
    [(1, (-13.4, -11.1, -9.2)), (4, (-17.9, -15.8, -14.1)), (8, (-20.0, -18.0, -16.4)), (16, (-22.0, -20.1, -18.6))],
)
def test_words_combined(n_words: int, expected: tuple[float, ...]) -> None:
    assert points(lambda snr_db: soft_combined(snr_db, T_US, n_words)) == pytest.approx(expected, abs=0.12)


@pytest.mark.parametrize(
    ("n_words", "any_one", "two"),
    [
        (4, (-15.3, -13.7, -12.5), (-13.4, -11.8, -10.5)),
        (8, (-16.1, -14.7, -13.6), (-14.2, -12.9, -11.9)),
        (16, (-16.8, -15.5, -14.6), (-14.8, -13.7, -13.0)),
    ],
)
def test_words_by_themselves(n_words: int, any_one: tuple[float, ...], two: tuple[float, ...]) -> None:
    assert points(lambda snr_db: any_word(snr_db, T_US, n_words)) == pytest.approx(any_one, abs=0.12)
    assert points(lambda snr_db: two_in_a_row(snr_db, T_US, n_words)) == pytest.approx(two, abs=0.12)


@pytest.mark.parametrize("t_us", [170, 350, 560])
def test_only_the_cells_energy_counts(t_us: int) -> None:
    shift_db = 10 * np.log10(t_us / T_US)
    here = snr_for(0.9, lambda snr_db: soft_combined(snr_db, t_us, 4))
    there = snr_for(0.9, lambda snr_db: soft_combined(snr_db, T_US, 4))
    assert here + shift_db == pytest.approx(there, abs=0.01)


@pytest.mark.parametrize(("n_words", "share"), [(1, 0.9), (4, 0.5)])
def test_a_matched_receiver_is_within_half_a_decibel(n_words: int, share: float) -> None:
    snr_db = snr_for(share, lambda db: soft_combined(db, T_US, n_words))
    threshold = best_threshold(snr_db, T_US, n_words)
    draws = np.random.default_rng(433)
    n_trials, n_right = 500, 0
    for _ in range(n_trials):
        code = random_code(draws)
        durations = press(code, T_US, n_words)
        iq = synthesize([Transmission(durations)], Air(snr_db), sum(durations), draws)
        n_right += matched_code(iq, 0.0, T_US, n_words, threshold) == code
    met_at_db = snr_for(n_right / n_trials, lambda db: soft_combined(db, T_US, n_words))
    assert met_at_db == pytest.approx(snr_db, abs=0.5)
