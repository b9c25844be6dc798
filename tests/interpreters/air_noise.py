"""Print what this interpreter hears in noise and under it; run by test_air_noise.py on both.

On MicroPython the noise is heard with the heap locked: an allocation is a MemoryError. The second argument names a
file of it, portions of durations as JSON, the third is after how many of `Portion`'s rounds it begins.
"""

import json
import sys

sys.path.insert(0, sys.argv[1])

from wardbell_protocol.air.air_watch import AirWatch
from wardbell_protocol.air.carrier import CarrierSense
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.ear import Ear
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.air.portion import ROUND_MS, Portion
from wardbell_protocol.air.presses import PressReceiver
from wardbell_protocol.air.waveform import burst, signed

try:
    from micropython import heap_lock, heap_unlock
except ImportError:

    def heap_lock() -> None:
        """Do nothing: a host may allocate."""

    heap_unlock = heap_lock


class Dice:
    """The same on every machine."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def below(self, limit: int) -> int:
        """Give 0..limit - 1."""
        self._seed = (self._seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (self._seed >> 8) % limit


def noise(dice: Dice, length_us: int, sign: int) -> "list[int]":
    """Return durations as an averaging slicer makes them of nothing, alternating, the first of that sign."""
    pulses = []
    while length_us > 0:
        size_us = 20 + dice.below(120) + dice.below(220) + (dice.below(1200) if dice.below(20) == 0 else 0)
        pulses.append(sign * size_us)
        sign = -sign
        length_us -= size_us
    return pulses


def weak(dice: Dice, code: int, n_words: int) -> "list[int]":
    """Return a press with breaks of 60 us in a fifth of its marks and spaces, and noise in each gap's second half."""
    pulses = []
    for duration in signed(burst(CodeWord(code), 107.5, n_words)):
        if abs(duration) > 10000:
            pulses += [duration // 2]
            pulses += noise(dice, abs(duration) // 2, 1)
            if pulses[-1] > 0:
                pulses.append(-30)
        elif abs(duration) > 1000 and dice.below(5) == 0:
            sign = 1 if duration > 0 else -1
            at_us = 200 + dice.below(700)
            pulses += [sign * at_us, sign * -60, duration - sign * (at_us + 60)]
        else:
            pulses.append(duration)
    return pulses


class Path:
    """All that a receiver hears with, on one ear."""

    def __init__(self, n_rounds: int) -> None:
        self.ear = Ear()
        self.ear.n_rounds = n_rounds
        self.watch = AirWatch((5000, 2000), self.ear)
        self.sense = CarrierSense(self.ear)
        self.presses = PressReceiver(self.ear)
        self.frames = FrameReceiver({1: bytes(16)}, self.ear)

    def receive(self, portion: Portion) -> int:
        """Return how many events came of a portion."""
        self.ear.receive(portion)
        self.watch.receive(portion)
        self.sense.receive(portion)
        events = len(self.presses.receive(portion)) + len(self.frames.receive(portion))
        events += len(self.watch.poll(portion.end_us, self.presses.n_words, self.frames.n_read))
        return events + len(self.presses.poll(portion.end_us)) + len(self.frames.poll(portion.end_us))


def dated(air: "list[list[int]]", n_rounds: int) -> "list[Portion]":
    """Return portions that follow on one another from 5 s after that round's begin on; times are counted anew meanwhile."""
    portions = []
    end_us = 5_000_000
    for pulses in air:
        portion = Portion.of(pulses)
        end_us += portion.end_us
        portion.renew(n_rounds, end_us)
        n_rounds, end_us = portion.n_rounds, portion.end_us
        portions.append(portion)
    return portions


dice = Dice(433)
begin_at = int(sys.argv[3])
path = Path(begin_at)
receiver = path.presses
for reason in ("noise", "clock", "gap", "short", "long", "ratio"):
    receiver.rejects[reason] = 0  # a reason's first time makes room for it
with open(sys.argv[2]) as file:  # noqa: PTH123  MicroPython has no pathlib
    portions = dated(json.load(file), begin_at)
path.frames.rejects["noise"] = 0
events = n_renewed = 0
heap_lock()
for portion in portions:
    n_renewed += path.ear.n_rounds != portion.n_rounds
    events += path.receive(portion)
heap_unlock()
print("noise", events, n_renewed, sorted(receiver.rejects.items()), sorted(path.frames.rejects.items()))
print(path.watch.edges, path.watch.percent, path.watch.normal, path.ear.ms(path.sense.last_us) - ROUND_MS * begin_at)
for at in range(8):
    receiver = PressReceiver()
    pulses = noise(dice, 200000, -1) + weak(dice, 0x741D03 + 4112 * at, 4) + noise(dice, 300000, -1)
    now_us = 0
    for pulse in pulses:
        now_us += abs(pulse)
        for event in receiver.receive(Portion.of([pulse], now_us)):
            print(at, now_us, event, event.press.quality)
    print(sorted(receiver.rejects.items()))
