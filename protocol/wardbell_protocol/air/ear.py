"""One pass over the durations for all who listen to them: each looks where there may be something for it.

Decides who looks when; what is kept of the durations is `edges`'. What is called for each portion keeps to few names at a
time, here and in those who listen: MicroPython has room for eleven words of a call, else it searches the heap for more.
"""

from wardbell_protocol.air.edges import Edges
from wardbell_protocol.air.portion import ROUND_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from wardbell_protocol.air.portion import Portion

    Look = Callable[[int, Portion], None]

    class TimeKeeper(Protocol):
        """Who keeps times of portions."""

        def renew(self, later_us: int) -> None:
            """Times are counted from so much later on."""

    class Looker(Protocol):
        """Who looks at the edges while a portion is taken."""

        def begin(self) -> None:
            """A new portion begins."""

        def look(self, reason: int, portion: Portion) -> None:
            """Durations have been taken up to a reason of `edge_loops`, 0: all."""


OLDEST_US = -(1 << 29)  # older is as good as that: nobody asks for more than LONGEST_US, and nothing outgrows 30 bits


def recounted(time_us: int, later_us: int) -> int:
    """Say the same time, counted from `later_us` later on."""
    return max(OLDEST_US, time_us - later_us)


class Ear:
    """Portions in; `edges` for those who look at them, and for those who ask once a portion is taken.

    `n_rounds`: since which of the portions' rounds all who listen count their µs. Whoever shares an ear is given its
    portions, too, once the ear has them.
    """

    def __init__(self) -> None:
        self.edges = Edges()
        self.n_rounds = 0
        self._time_keepers: list[TimeKeeper] = []
        self._lookers: list[Looker] = []
        self._looks: list[Look] = []  # theirs, the newest first

    def join(self, looker: "Looker") -> None:
        """Have it look from now on."""
        self._lookers.append(looker)
        self._looks.insert(0, looker.look)

    def tell_times(self, keeper: "TimeKeeper") -> None:
        """Tell it from now on when times are counted anew."""
        self._time_keepers.append(keeper)

    def us(self, now_ms: int) -> int:
        """Give a time in ms since start as those who listen count it."""
        return (now_ms - ROUND_MS * self.n_rounds) * 1000

    def ms(self, time_us: int) -> int:
        """Give a time of theirs in ms since start, rounded down."""
        return ROUND_MS * self.n_rounds + time_us // 1000

    def receive(self, portion: "Portion") -> None:
        """Take the next durations."""
        if portion.n_rounds != self.n_rounds:
            self._renew(portion.n_rounds)
        self._begin()
        reason = 1
        while reason:
            reason = self.edges.take(portion)
            for look in self._looks:
                look(reason, portion)

    def _renew(self, n_rounds: int) -> None:
        for keeper in self._time_keepers:
            keeper.renew(1000 * ROUND_MS * (n_rounds - self.n_rounds))
        self.n_rounds = n_rounds

    def _begin(self) -> None:
        self.edges.begin()
        for looker in self._lookers:
            looker.begin()
