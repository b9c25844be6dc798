"""When a node that hears holds a copy back: while another speaks, and as long again as a receipt may need to begin.

A node out of its hearing may still speak; then the copies' schedule is what saves both.
"""

from wardbell_firmware.bedside.schedule import Draws
from wardbell_protocol.air.carrier import CarrierSense

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.portion import Portion

# A receiver wakes within 20 ms of the first edge and looks each 3 ms from then on, so a receipt begins before this is over.
HOLD_US = 8000
_BACK_OFF_MS = 60
MOST_MS = 400  # a jammed air must not keep a press back for ever


class SendingManners:
    """Edges in; whether to wait, and until when, out."""

    def __init__(self, node_id: int, ear: "Ear") -> None:
        self._carrier = CarrierSense(ear)
        self._draws = Draws(node_id, 2)
        self._since_ms: int | None = None
        self._until_ms = 0

    def receive(self, portion: "Portion") -> None:
        """Take the next durations, which the ear has taken."""
        self._carrier.receive(portion)

    def held_until_ms(self, now_ms: int) -> "int | None":
        """A copy is due: None if it may go now, else when to ask again."""
        if self._since_ms is not None and now_ms - self._since_ms >= MOST_MS:
            self._since_ms = None
            return None
        if now_ms < self._until_ms and self._since_ms is not None:
            return self._until_ms
        if not self._carrier.is_busy(self._carrier.ear.us(now_ms), HOLD_US):
            self._since_ms = None
            return None
        if self._since_ms is None:
            self._since_ms = now_ms
        self._until_ms = now_ms + HOLD_US // 1000 + self._draws.below(_BACK_OFF_MS)
        return self._until_ms
