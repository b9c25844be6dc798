"""Presses within a fifth of a second: how many arrive, how soon, and how many beds are told, beside a PT2262's words.

First on the level of whole frames and words (collisions.py), then real firmware in the virtual ward (collisions_ward.py), which
takes about five minutes; an argument says how many rounds each of the ward's cases has.
"""

import sys
from collections.abc import Callable

from collisions import FRAME_MS, WORD_MS, Outcome, Schedule, burst_of, play, wardbell
from collisions_ward import Round, play_round
from figures import print_table, write_figures

TRIALS = 4_000
ROUNDS = 150
NODES = (2, 3, 5, 10)

# Name, schedule, ms of a copy, clean copies in a row that make a press.
SCHEDULES: list[tuple[str, Schedule, float, int]] = [
    ("PT2262, 4 words of 55 ms", burst_of(4), WORD_MS, 1),
    ("the same, PT2272's two words", burst_of(4), WORD_MS, 2),
    ("PT2262, 16 words", burst_of(16), WORD_MS, 1),
    (f"Wardbell, {FRAME_MS:.0f} ms frames", wardbell, FRAME_MS, 1),
]

# Name, nodes, two-way, frames lost, hidden from each other.
CASES: list[tuple[str, int, bool, float, bool]] = [
    ("one-way", 3, False, 0.0, False),
    ("one-way", 5, False, 0.0, False),
    ("one-way", 10, False, 0.0, False),
    ("two-way, 20 % lost", 10, True, 0.2, False),
    ("two-way, 20 % lost, none hears another", 10, True, 0.2, True),
]


def on_frames() -> dict[str, object]:
    """Print the first table."""
    rows: list[list[object]] = []
    figures: dict[str, object] = {}
    for name, schedule, copy_ms, needed in SCHEDULES:
        outcomes = [play(schedule, copy_ms, n, TRIALS, seed=n, words_needed=needed) for n in NODES]
        rows.append([name, *(_shares(outcome) for outcome in outcomes), _latency(outcomes[1])])
        figures[name] = {
            str(outcome.n): {"all": outcome.all_share, "each": outcome.each_share} for outcome in outcomes
        } | {"latency_95_s_of_3": outcomes[1].latency_95_s}
    print_table(["schedule: all / each arrive", *(f"N = {n}" for n in NODES), "95 % by, N = 3"], rows)
    return figures


def in_the_ward(n_rounds: int) -> dict[str, object]:
    """Print the second table."""
    rows: list[list[object]] = []
    figures: dict[str, object] = {}
    for name, n, is_two_way, loss, are_hidden in CASES:
        rounds = [play_round(n, seed, is_two_way, loss, are_hidden) for seed in range(n_rounds)]
        all_rang = _mean(rounds, lambda found: float(found.n_rang == found.n))
        each_rang = _mean(rounds, lambda found: found.n_rang / found.n)
        told = _mean(rounds, lambda found: float(found.are_all_confirmed)) if is_two_way else None
        rang_s = sorted(second for found in rounds for second in found.rang_s)
        told_s = sorted(second for found in rounds for second in found.confirmed_s)
        cells = [f"{all_rang:.3f}", f"{each_rang:.3f}", _by(rang_s, 95), "-" if told is None else f"{told:.3f}"]
        rows.append([name, n, *cells, _by(told_s, 50), _by(told_s, 99)])
        figures[f"{name}, {n}"] = {
            "all_rang": all_rang,
            "each_rang": each_rang,
            "rang_95_s": _by(rang_s, 95),
            "all_told_in_5_s": told,
        }
    heads = ["in the ward", "N", "all rang", "each rang", "95 % by", "all told in 5 s", "half told by", "99 % by"]
    print_table(heads, rows)
    return figures


def _shares(outcome: Outcome) -> str:
    return f"{outcome.all_share:.3f} / {outcome.each_share:.3f}"


def _latency(outcome: Outcome) -> str:
    return "never" if outcome.latency_95_s is None else f"{outcome.latency_95_s:.2f} s"


def _by(times_s: list[float], per_cent: int) -> str:
    return f"{times_s[len(times_s) * per_cent // 100]:.2f} s" if times_s else "-"


def _mean(rounds: list[Round], figure: Callable[[Round], float]) -> float:
    return sum(map(figure, rounds)) / len(rounds)


def main() -> None:
    """Print both."""
    n_rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    figures: dict[str, object] = {"frames": on_frames()}
    print(f"{n_rounds} rounds each")
    figures["ward"] = in_the_ward(n_rounds)
    write_figures("collisions", figures)


if __name__ == "__main__":
    main()
