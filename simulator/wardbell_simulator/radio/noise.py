"""Air without a press, hour after hour: what a receiver must not take for one.

Decides what each class of noise of radio.md 3.6 is. The streams are endless, and the same for the same seed.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from wardbell_simulator.radio.slicers import Rxb6
from wardbell_simulator.radio.synth import IQ, Air, Transmission, mark_first, synthesize

RXB6 = Rxb6()

_IMPULSES = Air(snr_db=15.0, impulses_per_s=100.0)  # 10 dB above a carrier of 15 dB, which is not there
_MAINS = Air(snr_db=0.0, mains_burst_us=1_000.0, mains_burst_db=20.0)
_KEYING_DB = 20.0
_KEYING_US = (50.0, 5_000.0)  # each on and each off, its logarithm uniform: from impulses to sync gaps
_TRAIN_DB = (5.0, 30.0)
_TRAIN_GAP_US = (20_000.0, 500_000.0)
_TRAIN_CLOCK = 0.1  # either way
_TRAIN_JITTER_US = 5.0

Noise = Callable[[float, np.random.Generator], IQ]
"""About that many µs of a class, anew at each call."""


class Slicer(Protocol):
    """What turns IQ into durations."""

    def slice(self, iq: IQ) -> list[int]:
        """Durations in µs, + mark, - space."""


def gaussian(length_us: float, source: np.random.Generator) -> IQ:
    """The receiver's own noise."""
    return synthesize([], Air(0.0), length_us, source)


def impulses(length_us: float, source: np.random.Generator) -> IQ:
    """100 impulses a second of 60 µs, 25 dB above the noise."""
    return synthesize([], _IMPULSES, length_us, source)


def mains(length_us: float, source: np.random.Generator) -> IQ:
    """Bursts of 1 ms every 10 ms in which the noise is 20 dB stronger."""
    return synthesize([], _MAINS, length_us, source)


def keyed_carrier(length_us: float, source: np.random.Generator) -> IQ:
    """A carrier of 20 dB that goes on and off at random, 50 µs to 5 ms each."""
    low_us, high_us = _KEYING_US
    mean_us = (high_us - low_us) / np.log(high_us / low_us)
    n_durations = int(1.2 * length_us / mean_us + 100) // 2 * 2
    sizes_us = np.exp(source.uniform(np.log(low_us), np.log(high_us), n_durations))
    return synthesize([Transmission(sizes_us.tolist())], Air(_KEYING_DB), length_us, source)


def other_devices(trains: Sequence[Sequence[int]]) -> Noise:
    """Recorded `trains` (signed durations) of devices that are none of ours, sent again and again in random order.

    Each at 5 to 30 dB, its clock up to 10 % off, edges jittering by 5 µs, 20 to 500 ms apart.
    """
    recorded = [mark_first(train)[1] for train in trains]

    def traffic(length_us: float, source: np.random.Generator) -> IQ:
        sent: list[Transmission] = []
        now_us = source.uniform(*_TRAIN_GAP_US)
        while now_us < length_us:
            sent.append(
                Transmission(
                    recorded[source.integers(len(recorded))],
                    start_us=now_us,
                    level_db=source.uniform(*_TRAIN_DB),
                    clock=1 + source.uniform(-_TRAIN_CLOCK, _TRAIN_CLOCK),
                    jitter_us=_TRAIN_JITTER_US,
                )
            )
            now_us = sent[-1].end_us + source.uniform(*_TRAIN_GAP_US)
        # To the end of the last: half a train is another class.
        return synthesize(sent, Air(0.0), now_us, source)

    return traffic


NOISES: dict[str, Noise] = {
    "gaussian": gaussian,
    "impulses": impulses,
    "keyed carrier": keyed_carrier,
    "mains": mains,
}


def recordings(noise: Noise, seed: int, length_us: float = 2e6) -> Iterator[IQ]:
    """`noise` without end, in pieces of about `length_us`."""
    source = np.random.default_rng(seed)
    while True:
        yield noise(length_us, source)


def durations(noise: Noise, seed: int, slicer: Slicer = RXB6) -> Iterator[list[int]]:
    """`noise` without end as a receiver gets it, in portions; a duration that spans two belongs to the later."""
    open_us = 0
    for iq in recordings(noise, seed):
        portion = slicer.slice(iq)
        if open_us and (open_us > 0) == (portion[0] > 0):
            portion[0] += open_us
        elif open_us:
            portion.insert(0, open_us)
        open_us = portion.pop()
        yield portion
