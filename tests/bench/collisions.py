"""Presses that collide, on the level of whole frames and words: two that overlap destroy each other, one clean copy arrives.

No capture, no noise. What a schedule does to real edges and receivers is for tests/system/test_ward_frames.py.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from wardbell_firmware.bedside.schedule import copy_times_ms
from wardbell_protocol.air.frame import Frame, frame_durations, seal

FRAME_MS = sum(frame_durations(seal(Frame(0x1234, 1, 1), bytes(16)))) / 1000
WITHIN_MS = 200  # all press within that
WORD_MS = 55.0  # 128 T at T = 430 µs

# When each copy begins, in ms after the press.
Schedule = Callable[[random.Random], list[float]]


def wardbell(chance: random.Random) -> list[float]:
    """Our node's: its id and counter decide."""
    return [float(at_ms) for at_ms in copy_times_ms(chance.randrange(1 << 16), chance.randrange(1 << 24))]


def burst_of(n_words: int) -> Schedule:
    """A PT2262's: word on word without a pause; it begins wherever its oscillator has it begin."""
    return lambda chance: [at * WORD_MS + chance.random() for at in range(n_words)]


@dataclass
class Outcome:
    """Of many trials with `n` senders."""

    n: int
    trials: int = 0
    all_arrived: int = 0
    arrived: int = 0
    latencies_s: list[float] | None = None

    @property
    def all_share(self) -> float:
        """Share of trials in which everybody's press arrived."""
        return self.all_arrived / self.trials

    @property
    def each_share(self) -> float:
        """Share of presses that arrived."""
        return self.arrived / self.trials / self.n

    @property
    def latency_95_s(self) -> float | None:
        """By then 95 % of all presses had arrived, counted from the press; None where that is never."""
        arrived = sorted(self.latencies_s or [])
        at = -(-95 * self.trials * self.n // 100) - 1
        return arrived[at] if at < len(arrived) else None


def play(schedule: Schedule, copy_ms: float, n: int, trials: int, seed: int, words_needed: int = 1) -> Outcome:
    """Let `n` press at drawn moments within 0.2 s, that many times; `words_needed` clean ones in a row make a press."""
    chance = random.Random(seed)
    outcome = Outcome(n, latencies_s=[])
    for _ in range(trials):
        arrivals = _arrivals(schedule, copy_ms, n, chance, words_needed)
        outcome.trials += 1
        outcome.arrived += len(arrivals)
        outcome.all_arrived += len(arrivals) == n
        assert outcome.latencies_s is not None
        outcome.latencies_s += arrivals
    return outcome


def _arrivals(schedule: Schedule, copy_ms: float, n: int, chance: random.Random, needed: int) -> list[float]:
    copies = []
    pressed = [chance.uniform(0, WITHIN_MS) for _ in range(n)]
    for sender, at_ms in enumerate(pressed):
        copies += [(at_ms + after_ms, sender) for after_ms in schedule(chance)]
    copies.sort()
    clean_in_a_row = [0] * n
    arrived: dict[int, float] = {}
    for at, (begin_ms, sender) in enumerate(copies):
        is_hit = any(other != sender for other in _overlapping(copies, at, copy_ms))
        clean_in_a_row[sender] = 0 if is_hit else clean_in_a_row[sender] + 1
        if clean_in_a_row[sender] >= needed and sender not in arrived:
            arrived[sender] = (begin_ms + copy_ms - pressed[sender]) / 1000
    return list(arrived.values())


def _overlapping(copies: list[tuple[float, int]], at: int, copy_ms: float) -> list[int]:
    begin_ms = copies[at][0]
    senders = []
    for step in (-1, 1):
        other = at + step
        while 0 <= other < len(copies) and abs(copies[other][0] - begin_ms) < copy_ms:
            senders.append(copies[other][1])
            other += step
    return senders
