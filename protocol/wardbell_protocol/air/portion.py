"""Durations of the air as a board hands them over: one buffer, filled anew at each read.

Each is a whole number, so that a loop in machine code reads it as it stands: twice the duration in µs, and 1 more where
the carrier was on.
"""

from array import array

LONGEST_US = (1 << 29) - 1  # what lasts longer, nearly nine minutes, stands in several pieces
# Times are counted anew before they outgrow the whole numbers that cost MicroPython no heap, 2**30: even one that is nearly
# nine minutes late is still to be compared with the oldest that `ear` keeps.
LATEST_US = 20_000_000
ROUND_MS = 16_000  # since a round that is counted, not since a time in ms: that one outgrows them after 12 days
_ROUND_US = 1000 * ROUND_MS
_LONGEST = 2 * LONGEST_US


class Portion:
    """`durations`: the first `n` of them are valid; `end_us`: when the last of them ended, µs since the round began.

    `n_rounds`: of 16 s since start; where a source renews it, all who listen go over to it (`ear`). Pieces of one duration
    may stand beside each other. `Portion(capacity)` is empty.
    """

    def __init__(self, capacity: int) -> None:
        self.durations = array("i", bytes(4 * capacity))
        self.n = 0
        self.end_us = 0
        self.n_rounds = 0
        self.is_cut = False  # it ends sooner than it must

    @staticmethod
    def of(pulses: "list[int]", end_us: "int | None" = None) -> "Portion":
        """Hold durations in signed µs, + carrier on, - off; without `end_us` they began at 0."""
        portion = Portion(len(pulses))
        portion.fill(pulses, sum(map(abs, pulses)) if end_us is None else end_us)
        return portion

    @property
    def is_full(self) -> bool:
        """Whether there may be more to read at once."""
        return self.is_cut or self.n == len(self.durations)

    def fill(self, pulses: "list[int]", end_us: int) -> None:
        """Hold these durations, signed as in `of`, instead of those before; more room is taken if need be."""
        self.n = 0
        self.end_us = end_us
        self.is_cut = False
        for us in pulses:
            is_mark = 1 if us > 0 else 0
            doubled = 2 * abs(us)
            while doubled > _LONGEST:
                self._put(_LONGEST + is_mark)
                doubled -= _LONGEST
            self._put(doubled + is_mark)

    def renew(self, n_rounds: int, end_us: int) -> None:
        """It ends `end_us` after that round began: say so with a later round where that is long ago."""
        if end_us >= LATEST_US:
            n_more = (end_us - LATEST_US) // _ROUND_US + 1
            n_rounds += n_more
            end_us -= n_more * _ROUND_US
        self.n_rounds = n_rounds
        self.end_us = end_us

    def signed(self) -> "list[int]":
        """Give the durations in signed µs."""
        return [value >> 1 if value & 1 else -(value >> 1) for value in self.durations[: self.n]]

    def _put(self, value: int) -> None:
        if self.n == len(self.durations):
            self.durations.append(value)
        else:
            self.durations[self.n] = value
        self.n += 1

    def __repr__(self) -> str:
        return "Portion.of(%r, end_us=%d)" % (self.signed(), self.end_us)
