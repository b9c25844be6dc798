"""Section `cost`: CPU time on this computer, in noise, with presses, and where others never stop."""

from collections.abc import Sequence

import numpy as np

from radio_bench.contenders import Contender
from radio_bench.signals import Batch, batches, one_press
from wardbell_simulator.radio.noise import gaussian, recordings
from wardbell_simulator.radio.slicers import Rxb6
from wardbell_simulator.radio.synth import Air, Transmission, press, random_code, synthesize

_PAUSE_US = (5e3, 3e4)
_WEAK_DB = -6.0  # too weak for a slicer, so all of it is for the soft combiner
_CROWD_DB = 10.0
_CROWD_HZ = (-5e4, 0.0, 5e4)
_CROWD_US = (60.0, 3_000.0)


def cost(contenders: Sequence[Contender], seconds: float) -> dict[str, object]:
    """CPU milliseconds a second of air, by what is in it.

    `noise`: the receiver's; `presses`: 4 words at 20 dB every 0.7 s; `weak presses`: at -6 dB, other stations', one after the
    other; `a crowd`: carriers on three frequencies that go on and off at random for ever.
    """
    noise = Batch(next(recordings(gaussian, 5, seconds * 1e6)), 0.0, [])
    kinds: dict[str, Sequence[Batch]] = {
        "noise": [noise],
        "presses": list(batches(one_press(430, 4), Air(20.0), max(1, round(seconds / 0.7)), 6)),
        "weak presses": [_weak_presses(seconds * 1e6)],
        "a crowd": [_crowd(seconds * 1e6)],
    }
    spent = {
        one.name: {name: round(1e3 * _spent_s(one, kind), 2) for name, kind in kinds.items()} for one in contenders
    }
    return {"rxb6 noise edges per s": round(len(noise.durations(Rxb6())) / seconds), "ms per s": spent}


def _weak_presses(length_us: float) -> Batch:
    source = np.random.default_rng(7)
    sent: list[Transmission] = []
    now_us = 0.0
    while now_us < length_us:
        sent.append(Transmission(press(random_code(source), source.uniform(200, 600)), start_us=now_us))
        now_us = sent[-1].end_us + source.uniform(*_PAUSE_US)
    return Batch(synthesize(sent, Air(_WEAK_DB), length_us, source), _WEAK_DB, [])


def _crowd(length_us: float) -> Batch:
    source = np.random.default_rng(8)
    n_durations = 2 * round(length_us / sum(_CROWD_US))  # of that mean
    sent = [Transmission(source.uniform(*_CROWD_US, n_durations).tolist(), offset_hz=hz) for hz in _CROWD_HZ]
    return Batch(synthesize(sent, Air(_CROWD_DB), length_us, source), _CROWD_DB, [])


def _spent_s(contender: Contender, kind: Sequence[Batch]) -> float:
    """CPU seconds a second of air."""
    cpu_s, air_s = contender.cpu_s, contender.air_s
    for batch in kind:
        contender.hear(batch)
    return (contender.cpu_s - cpu_s) / (contender.air_s - air_s)
