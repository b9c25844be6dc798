"""One pass over the durations for all who listen to them: each looks where there may be something for it.

Decides who looks when; what is kept of the durations is `edges`'. What is called for each portion keeps to few names at a
time, here and in those who listen: MicroPython has room for eleven words of a call, else it searches the heap for more.
"""

from wardbell_protocol.air.edges import Edges

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from wardbell_protocol.air.portion import Portion

    Look = Callable[[int, Portion], None]

    class Looker(Protocol):
        """Who looks at the edges while a portion is taken."""

        def begin(self) -> None:
            """A new portion begins."""

        def look(self, reason: int, portion: Portion) -> None:
            """Durations have been taken up to a reason of `edge_loops`, 0: all."""


class Ear:
    """Portions in; `edges` for those who look at them, and for those who ask once a portion is taken.

    Whoever shares an ear is given its portions, too, once the ear has them.
    """

    def __init__(self) -> None:
        self.edges = Edges()
        self._lookers: list[Looker] = []
        self._looks: list[Look] = []  # theirs, the newest first

    def join(self, looker: "Looker") -> None:
        """Have it look from now on."""
        self._lookers.append(looker)
        self._looks.insert(0, looker.look)

    def receive(self, portion: "Portion") -> None:
        """Take the next durations."""
        self._begin()
        reason = 1
        while reason:
            reason = self.edges.take(portion)
            for look in self._looks:
                look(reason, portion)

    def _begin(self) -> None:
        self.edges.begin()
        for looker in self._lookers:
            looker.begin()
