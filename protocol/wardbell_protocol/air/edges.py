"""Durations, kept as the times of edges in a ring: all that a receiver remembers of the air.

Nothing here is allocated while it listens.
"""

from array import array

from wardbell_protocol.air.edge_loops import (
    AT,
    IS_CLIPPED,
    IS_LONG,
    IS_RUN,
    LONGEST_US,
    RING,
    STATE_SIZE,
    N,
    durations_back,
    take_long,
    take_short,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.portion import Portion


class Edges:
    """`state`: what `edge_loops` keeps; `times`: in µs, wrapped at 2**30, an edge that begins a mark at each even place."""

    def __init__(self) -> None:
        self.state = array("i", bytes(4 * STATE_SIZE))
        self.times = array("i", bytes(4 * RING))

    def begin(self) -> None:
        """A new portion begins."""
        self.state[AT] = self.state[IS_RUN] = 0

    def take(self, portion: "Portion") -> int:
        """Take durations until one gives reason to look; 0: all are taken."""
        state, times, durations = self.state, self.times, portion.durations
        reason = IS_LONG
        while reason == IS_LONG:
            reason = take_short(durations, times, portion.n, state)
            if reason == IS_LONG:
                reason = take_long(durations, times, state) or IS_LONG
        return reason

    @property
    def is_space(self) -> bool:
        """Whether the carrier was off at last."""
        return self.state[N] & 1 == 0

    @property
    def taken(self) -> int:
        """How many durations of the portion have been taken."""
        return self.state[AT]

    def clipped_us(self, portion: "Portion") -> int:
        """What the last duration taken was longer than is kept of it."""
        return (portion.durations[self.state[AT] - 1] >> 1) - LONGEST_US if self.state[IS_CLIPPED] else 0

    def later_us(self, portion: "Portion") -> int:
        """How long the durations of the portion last that have not been taken, and what was clipped off the last one that was."""
        later_us = self.clipped_us(portion)
        for at in range(self.state[AT], portion.n):
            later_us += portion.durations[at] >> 1
        return later_us

    def look_back(self, window: "array[int]", most: int) -> int:
        """Fill `window` with up to `most` durations, newest first; give how many there are."""
        return durations_back(self.state, self.times, window, most)
