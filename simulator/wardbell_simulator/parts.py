"""What people touch and perceive: contacts that bounce, lamps, a sounder. Each keeps what has happened to it."""

import random
from collections.abc import Callable

from wardbell_simulator.clock import US_PER_MS, Timeline

BOUNCE_US = 5_000  # a tactile switch settles within that
_MOST_BOUNCES = 3
_LONGEST_LOG = 10_000


class Button:
    """A contact under a finger. `tell` gets every change of it, bounces too."""

    def __init__(self, timeline: Timeline, chance: random.Random, tell: Callable[[bool], None]) -> None:
        self.is_closed = False
        self._timeline = timeline
        self._chance = chance
        self._tell = tell
        self._is_stuck = False
        self._settled_us = -1

    def press(self, hold_ms: int) -> None:
        """Push it now and let go after `hold_ms`."""
        self.push()
        self._timeline.at(self._timeline.now_us + hold_ms * US_PER_MS, self.let_go)

    def push(self) -> None:
        """Push it and keep it."""
        self._settle(True)

    def let_go(self) -> None:
        """Take the finger away; a stuck one stays closed."""
        if not self._is_stuck:
            self._settle(False)

    def stick(self) -> None:
        """From now on it is closed, finger or no finger."""
        self._is_stuck = True
        self._settle(True)

    def free(self) -> None:
        """Mend it; it opens."""
        self._is_stuck = False
        self._settle(False)

    def _settle(self, is_closed: bool) -> None:
        """Change at once, then bounce an even number of times."""
        begin_us = max(self._timeline.now_us, self._settled_us + 1)
        n_bounces = self._chance.randint(0, _MOST_BOUNCES)
        times_us = sorted(self._chance.sample(range(1, BOUNCE_US), 2 * n_bounces))
        for at, after_us in enumerate([0, *times_us]):
            level = is_closed if at % 2 == 0 else not is_closed
            self._timeline.at(begin_us + after_us, lambda level=level: self._change(level))  # type: ignore[misc]
        self._settled_us = begin_us + (times_us[-1] if times_us else 0)

    def _change(self, is_closed: bool) -> None:
        if is_closed != self.is_closed:
            self.is_closed = is_closed
            self._tell(is_closed)


class Output:
    """A lamp or a sounder: its value now, and its changes as (virtual µs, value).

    Lamp: 0, 1; of two colours 0 to 3. Sounder: Hz, 0 = silent.
    """

    def __init__(self, tell: Callable[[int], None]) -> None:
        self.value = 0
        self.changes: list[tuple[int, int]] = []
        self._tell = tell

    def set(self, at_us: int, value: int) -> None:
        """It is so from then on."""
        if value == self.value:
            return
        self.value = value
        self.changes.append((at_us, value))
        del self.changes[:-_LONGEST_LOG]
        self._tell(value)
