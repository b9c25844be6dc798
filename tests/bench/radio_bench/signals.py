"""Signals that every contender gets: presses one after the other in noise, drawn from a seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from wardbell_firmware.bedside.schedule import copy_times_ms
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_simulator.radio.slicers import LogPeak, Rxb6
from wardbell_simulator.radio.synth import IQ, Air, Transmission, press, random_code, synthesize

GAP_US = (350_000.0, 600_000.0)  # noise between presses; radio.md 3.1
_RECORDING_US = 6e6  # about; arrays of this size are taken from and given back to the heap at no cost


@dataclass(frozen=True)
class Trial:
    """One press, or some that overlap: their codes, the strongest first, and when they were on the air."""

    codes: tuple[int, ...]
    start_us: float
    end_us: float


@dataclass(frozen=True)
class Batch:
    """A recording and what was sent in it."""

    iq: IQ
    snr_db: float
    trials: list[Trial]
    _durations: dict[Rxb6 | LogPeak, list[int]] = field(default_factory=dict)

    def durations(self, slicer: Rxb6 | LogPeak) -> list[int]:
        """What `slicer` makes of it, for each contender the same."""
        if slicer not in self._durations:
            self._durations[slicer] = slicer.slice(self.iq)
        return self._durations[slicer]


Sender = Callable[[float, np.random.Generator], tuple[tuple[int, ...], list[Transmission]]]


def batches(sender: Sender, air: Air, n_trials: int, seed: int) -> Iterator[Batch]:
    """Recordings with `n_trials` trials in all; the same seed gives the same."""
    source = np.random.default_rng(seed)
    while n_trials > 0:
        trials: list[Trial] = []
        sent: list[Transmission] = []
        now_us = source.uniform(*GAP_US)
        while len(trials) < n_trials and now_us < _RECORDING_US:
            codes, transmissions = sender(now_us, source)
            end_us = max(transmission.end_us for transmission in transmissions)
            trials.append(Trial(codes, now_us, end_us))
            sent += transmissions
            now_us = end_us + source.uniform(*GAP_US)
        n_trials -= len(trials)
        yield Batch(synthesize(sent, air, now_us, source), air.snr_db, trials)


def one_press(t_us: float, n_words: int) -> Sender:
    """A remote alone."""

    def send(start_us: float, source: np.random.Generator) -> tuple[tuple[int, ...], list[Transmission]]:
        code = random_code(source)
        return (code,), [Transmission(press(code, t_us, n_words), start_us=start_us)]

    return send


NODE_ID = 0x433
NODE_KEY = bytes(range(16))


def node_press(n_copies: int) -> Sender:
    """A node with a key: the first `n_copies` frames of its schedule. The press is told by its counter."""

    def send(start_us: float, source: np.random.Generator) -> tuple[tuple[int, ...], list[Transmission]]:
        counter = int(start_us / 1_000)  # rises along a recording, as a node's does
        frame = frame_durations(seal(Frame(NODE_ID, counter, int(source.integers(1, 15))), NODE_KEY))
        starts_us = [start_us + 1e3 * after_ms for after_ms in copy_times_ms(NODE_ID, counter)[:n_copies]]
        return (counter,), [Transmission(frame, start_us=at_us) for at_us in starts_us]

    return send


def overlapping(n_remotes: int, t_us: float, n_words: int, step_db: float) -> Sender:
    """Remotes pressed within half a press, clocks up to 5 % off, each `step_db` weaker than the one before."""

    def send(start_us: float, source: np.random.Generator) -> tuple[tuple[int, ...], list[Transmission]]:
        codes = tuple(random_code(source) for _ in range(n_remotes))
        half_us = 64 * t_us * n_words
        starts_us = [start_us, *(start_us + source.uniform(0, half_us, n_remotes - 1))]
        source.shuffle(starts_us)  # the strongest may be any
        return codes, [
            Transmission(
                press(code, t_us, n_words),
                start_us=starts_us[nth],
                level_db=-step_db * nth,
                clock=1 + source.uniform(-0.05, 0.05),
            )
            for nth, code in enumerate(codes)
        ]

    return send
