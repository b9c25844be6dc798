"""Whether somebody is on the air with frames or receipts, from edges alone.

Decides when a node or receiver that can hear may begin to send. Noise has edges too, so what counts is a run of durations
of one or two chips, which `edge_loops` notes; two thirds of a frame's durations are one chip long, the others two.
"""

from wardbell_protocol.air.ear import OLDEST_US, Ear, recounted
from wardbell_protocol.air.edge_loops import IS_RUN, NOW, RUN_US, TIME_MASK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.portion import Portion


class CarrierSense:
    """Durations in; `last_us`, when a frame was last heard going on, out. `ear`: shared with others, else it has its own."""

    def __init__(self, ear: "Ear | None" = None) -> None:
        self.last_us = OLDEST_US
        self.ear = ear or Ear()
        self._is_own = ear is None
        self.ear.tell_times(self)

    def renew(self, later_us: int) -> None:
        """Times are counted from so much later on."""
        self.last_us = recounted(self.last_us, later_us)

    def receive(self, portion: "Portion") -> None:
        """Take the next durations."""
        if self._is_own:
            self.ear.receive(portion)
        state = self.ear.edges.state
        if state[IS_RUN]:
            self.last_us = portion.end_us - ((state[NOW] - state[RUN_US]) & TIME_MASK)

    def is_busy(self, now_us: int, hold_us: int) -> bool:
        """Whether a frame went on less than `hold_us` ago, which is at most half a second."""
        return now_us - self.last_us < hold_us
