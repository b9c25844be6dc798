"""Sections `impulses` and `collisions`: presses beside clicks, presses on top of each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from radio_bench.contenders import Contender
from radio_bench.signals import one_press, overlapping
from radio_bench.trials import Tally, run
from wardbell_simulator.radio.synth import Air

T_US = 430
_IMPULSES_SNR_DB = 15.0
_COLLISION_SNR_DB = 25.0
IMPULSES_PER_S = (30, 100, 300)


@dataclass(frozen=True)
class Overlap:
    """Remotes on top of each other: how many, with how many words, each how much weaker than the one before."""

    n_remotes: int
    n_words: int
    step_db: float

    @property
    def title(self) -> str:
        """The heading in the table."""
        apart = f"{self.step_db:g} dB apart" if self.step_db else "equal"
        return f"{self.n_remotes} x {self.n_words} words, {apart}"


OVERLAPS = (Overlap(2, 4, 0), Overlap(2, 4, 10), Overlap(2, 16, 0), Overlap(2, 16, 10), Overlap(3, 16, 0))


def impulses(rate_per_s: int, n_words: int, contenders: Sequence[Contender], n_trials: int) -> dict[str, object]:
    """Presses of a carrier of 15 dB among impulses of 60 µs, 10 dB above it."""
    air = Air(_IMPULSES_SNR_DB, impulses_per_s=rate_per_s)
    tallies = run(one_press(T_US, n_words), air, contenders, n_trials, 2_000_000 + rate_per_s)
    return {"per_s": rate_per_s, "words": n_words, "presses": n_trials, "tallies": _plain(tallies)}


def collisions(overlap: Overlap, contenders: Sequence[Contender], n_trials: int) -> dict[str, object]:
    """Presses at 25 dB that overlap at least by half."""
    sender = overlapping(overlap.n_remotes, T_US, overlap.n_words, overlap.step_db)
    seed = 3_000_000 + 1_000 * overlap.n_remotes + 10 * overlap.n_words + round(overlap.step_db)
    tallies = run(sender, Air(_COLLISION_SNR_DB), contenders, n_trials, seed)
    return {**vars(overlap), "trials": n_trials, "tallies": _plain(tallies)}


def _plain(tallies: dict[str, Tally]) -> dict[str, dict[str, int]]:
    return {name: dict(vars(tally)) for name, tally in tallies.items()}
