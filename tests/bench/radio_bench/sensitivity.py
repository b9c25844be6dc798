"""Section `sensitivity`: at which SNR250 a press is heard with P = 0.5, 0.9 and 0.99."""

from collections.abc import Sequence

from radio_bench.contenders import Contender
from radio_bench.curves import SHARES, Point, crossing_db
from radio_bench.signals import Sender, node_press, one_press
from radio_bench.trials import run
from wardbell_simulator.radio.synth import Air
from wardbell_simulator.radio.theory import any_word, snr_for, soft_combined

_HIGHEST_DB = 16


def sensitivity(
    t_us: float, n_words: int, contenders: Sequence[tuple[Contender, int]], n_trials: int
) -> dict[str, object]:
    """Curves of presses of words, each contender from the SNR given with it upwards, beside what physics allows."""
    seed = 1_000_000 + 10 * n_words + round(t_us) * 7_919
    curves = _curves(one_press(t_us, n_words), contenders, n_trials, seed)
    return {
        "what": f"{n_words} words, T = {t_us:g} us",
        "t_us": t_us,
        "words": n_words,
        "presses": n_trials,
        "curves": _plain(curves),
        "at_db": _at_db(curves) | bounds(t_us, n_words),
    }


def frame_sensitivity(n_copies: int, contenders: Sequence[tuple[Contender, int]], n_trials: int) -> dict[str, object]:
    """The same of presses of an authenticated node, as many copies of its frame as are given."""
    curves = _curves(node_press(n_copies), contenders, n_trials, 4_000_000 + n_copies)
    return {
        "what": f"authenticated frame, {n_copies} of its copies",
        "copies": n_copies,
        "presses": n_trials,
        "curves": _plain(curves),
        "at_db": _at_db(curves),
    }


def _curves(
    sender: Sender, contenders: Sequence[tuple[Contender, int]], n_trials: int, seed: int
) -> dict[str, list[Point]]:
    """Every dB until two points in a row hear everything."""
    curves: dict[str, list[Point]] = {contender.name: [] for contender, _ in contenders}
    for snr_db in range(min(lowest for _, lowest in contenders), _HIGHEST_DB + 1):
        active = [one for one, lowest in contenders if snr_db >= lowest and not _is_done(curves[one.name])]
        if active:
            for name, tally in run(sender, Air(snr_db), active, n_trials, seed + 1_000 * (snr_db + 100)).items():
                curves[name].append(Point(snr_db, tally.n_trials, tally.n_all, tally.n_wrong))
    return curves


def _plain(curves: dict[str, list[Point]]) -> dict[str, list[dict[str, float]]]:
    return {name: [dict(vars(point)) for point in points] for name, points in curves.items()}


def _at_db(curves: dict[str, list[Point]]) -> dict[str, list[float | None]]:
    return {name: [_rounded(crossing_db(points, share)) for share in SHARES] for name, points in curves.items()}


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
