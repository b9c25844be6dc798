"""Which of the open calls the display shows: all of them in turn, the most urgent first."""

from wardbell_protocol.calls.call import PLACED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.call import Call

TURN_MS = 2000


def order(call: "Call") -> "tuple[int, int, int, str]":
    """Sorts by priority, then unanswered before answered, then age."""
    return (-call.priority, 0 if call.status == PLACED else 1, call.placed_at_ms, call.call_id)


class Turns:
    """Keeps the order and whose turn it is."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.index = 0
        self.until_ms = 0

    @property
    def shown(self) -> "Call | None":
        """The call whose turn it is."""
        return self.calls[self.index] if self.calls else None

    def oldest_ms(self) -> int:
        """When the one that waits longest was placed: of the unanswered ones, or of all if each was answered."""
        unanswered = [call.placed_at_ms for call in self.calls if call.status == PLACED]
        return min(unanswered or [call.placed_at_ms for call in self.calls])

    def update(self, calls: "list[Call]", now_ms: int) -> None:
        """Take the open calls as they are now; the shown one stays shown while it is open."""
        shown = self.shown
        self.calls = sorted(calls, key=order)
        if shown is None or not self._find(shown.call_id):
            self.index = min(self.index, max(0, len(self.calls) - 1)) if shown is not None else 0
            self.until_ms = now_ms + TURN_MS

    def show(self, call_id: str, now_ms: int) -> None:
        """Give that call a turn from now on."""
        if self._find(call_id):
            self.until_ms = now_ms + TURN_MS

    def announce(self, call: "Call", now_ms: int) -> None:
        """A call has begun to ring: it is shown at once unless a more urgent one is being shown."""
        shown = self.shown
        if shown is not None and shown.call_id != call.call_id and order(call) < order(shown):
            self.show(call.call_id, now_ms)

    def poll(self, now_ms: int) -> bool:
        """Pass the turn on if it is over; says whether another call is shown now."""
        if len(self.calls) < 2 or now_ms < self.until_ms:
            return False
        self.index = (self.index + 1) % len(self.calls)
        self.until_ms = now_ms + TURN_MS
        return True

    def next_deadline_ms(self) -> "int | None":
        """When the turn is over; None while there is nobody to pass it to."""
        return self.until_ms if len(self.calls) > 1 else None

    def _find(self, call_id: str) -> bool:
        for index, call in enumerate(self.calls):
            if call.call_id == call_id:
                self.index = index
                return True
        return False
