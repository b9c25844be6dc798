"""What contenders made of trials: heard, partly heard, wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from radio_bench.contenders import Contender, Report
from radio_bench.signals import Batch, Sender, batches
from wardbell_simulator.radio.synth import Air

_BEFORE_US = 150_000.0  # a press whose first words were summed up may be dated a little early
_BEHIND_US = 150_000.0


@dataclass
class Tally:
    """Of `n_trials`: all codes heard, the strongest heard, a wrong code of 24 bits (or of fewer) heard."""

    n_trials: int = 0
    n_all: int = 0
    n_strongest: int = 0
    n_wrong: int = 0
    n_short: int = 0


def run(sender: Sender, air: Air, contenders: Sequence[Contender], n_trials: int, seed: int) -> dict[str, Tally]:
    """Let every contender hear the same trials."""
    tallies = {contender.name: Tally() for contender in contenders}
    for batch in batches(sender, air, n_trials, seed):
        for contender in contenders:
            count(batch, contender.hear(batch), tallies[contender.name])
    return tallies


def count(batch: Batch, reports: Sequence[Report], tally: Tally) -> None:
    """Add the trials of one recording."""
    for trial in batch.trials:
        near = [report for report in reports if trial.start_us - _BEFORE_US < report.at_us < trial.end_us + _BEHIND_US]
        words = {report.code for report in near if report.n_bits == 24}
        tally.n_trials += 1
        tally.n_all += words >= set(trial.codes)
        tally.n_strongest += trial.codes[0] in words
        tally.n_wrong += bool(words - set(trial.codes))
        tally.n_short += any(report.n_bits != 24 for report in near)
