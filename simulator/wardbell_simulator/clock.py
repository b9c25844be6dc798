"""Virtual time: a heap of what is due, and the two ways to get there, at once or at wall speed.

Nothing here waits unless it is asked to keep pace. Two things due at the same µs happen in the order in which they were asked
for, so one seed gives one history.
"""

import heapq
import time
from collections.abc import Callable

US_PER_MS = 1000
US_PER_S = 1_000_000


class Timer:
    """Something due once; `cancel` it if it no longer is."""

    __slots__ = ("act", "at_us")

    def __init__(self, at_us: int, act: Callable[[], None]) -> None:
        self.at_us = at_us
        self.act: Callable[[], None] | None = act

    def cancel(self) -> None:
        """Make it not happen."""
        self.act = None


class Timeline:
    """Virtual µs since the ward began, and all that is to happen."""

    def __init__(self) -> None:
        self.now_us = 0
        self._due: list[tuple[int, int, Timer]] = []
        self._n_asked = 0

    def at(self, at_us: int, act: Callable[[], None]) -> Timer:
        """Have `act` called at that time, or now if it has passed."""
        timer = Timer(max(at_us, self.now_us), act)
        self._n_asked += 1
        heapq.heappush(self._due, (timer.at_us, self._n_asked, timer))
        return timer

    def next_us(self) -> int | None:
        """When the next thing is due; None if nothing ever is."""
        while self._due and self._due[0][2].act is None:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def step(self, until_us: int) -> bool:
        """Do the next thing due by then and say so; if there is none, let time pass until then."""
        next_us = self.next_us()
        if next_us is None or next_us > until_us:
            self.now_us = max(self.now_us, until_us)
            return False
        _, _, timer = heapq.heappop(self._due)
        self.now_us = timer.at_us
        if timer.act is not None:
            timer.act()
        return True

    def run_until(self, until_us: int) -> None:
        """Do all that is due by then, as fast as it goes."""
        while self.step(until_us):
            pass


class Pace:
    """Wall time to virtual time. `speed` is virtual seconds a wall second."""

    def __init__(self, timeline: Timeline, speed: float = 1.0) -> None:
        self._timeline = timeline
        self._speed = speed
        self._began_s = time.monotonic()
        self._began_us = timeline.now_us

    def now_us(self) -> int:
        """The virtual time that it should be."""
        return self._began_us + int((time.monotonic() - self._began_s) * self._speed * US_PER_S)

    def wait_s(self, longest_s: float) -> float:
        """How long to wait for the next thing due, at most `longest_s`."""
        next_us = self._timeline.next_us()
        if next_us is None:
            return longest_s
        return min(longest_s, max(0.0, (next_us - self.now_us()) / US_PER_S / self._speed))
