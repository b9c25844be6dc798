"""Section `sensitivity`: at which SNR250 a press is heard with P = 0.5, 0.9 and 0.99."""

from collections.abc import Sequence

from radio_bench.contenders import Contender
from radio_bench.curves import SHARES, Point, crossing_db
from radio_bench.signals import one_press
from radio_bench.trials import run
from wardbell_simulator.radio.synth import Air
from wardbell_simulator.radio.theory import any_word, snr_for, soft_combined

_HIGHEST_DB = 16
_STEP_DB = 1


def sensitivity(
    t_us: float, n_words: int, contenders: Sequence[tuple[Contender, int]], n_trials: int, step_db: int = _STEP_DB
) -> dict[str, object]:
    """Curves of each contender from the SNR given with it upwards, until two points in a row hear everything."""
    curves: dict[str, list[Point]] = {contender.name: [] for contender, _ in contenders}
    for snr_db in range(min(lowest for _, lowest in contenders), _HIGHEST_DB + 1, step_db):
        active = [one for one, lowest in contenders if snr_db >= lowest and not _is_done(curves[one.name])]
        if not active:
            continue
        seed = 1_000_000 + 1_000 * (snr_db + 100) + 10 * n_words + round(t_us) * 7_919
        for name, tally in run(one_press(t_us, n_words), Air(snr_db), active, n_trials, seed).items():
            curves[name].append(Point(snr_db, tally.n_trials, tally.n_all, tally.n_wrong))
    return {
        "t_us": t_us,
        "words": n_words,
        "presses": n_trials,
        "curves": {name: [vars(point) for point in points] for name, points in curves.items()},
        "at_db": {name: [_rounded(crossing_db(points, share)) for share in SHARES] for name, points in curves.items()}
        | bounds(t_us, n_words),
    }


def bounds(t_us: float, n_words: int) -> dict[str, list[float | None]]:
    """What physics allows, in the same form."""
    return {
        "bound: any word right": [_rounded(snr_for(p, lambda db: any_word(db, t_us, n_words))) for p in SHARES],
        "bound: words combined": [_rounded(snr_for(p, lambda db: soft_combined(db, t_us, n_words))) for p in SHARES],
    }


def _is_done(points: Sequence[Point]) -> bool:
    return len(points) >= 2 and all(point.n_right == point.n_trials for point in points[-2:])


def _rounded(snr_db: float | None) -> float | None:
    return None if snr_db is None else round(snr_db, 1)
