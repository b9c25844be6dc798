"""Which of the open calls the display shows: all of them in turn, the most urgent first; the faults between them, now and then.

A person may turn the pages instead; some seconds later time goes on with it.
"""

from wardbell_protocol.calls.call import PLACED
from wardbell_protocol.calls.signals import FAULT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.call import Call

TURN_MS = 2000
BROWSED_MS = 8000
FAULT_EACH = 5  # while calls are open, each fifth turn is a fault's


def order(call: "Call") -> "tuple[int, int, int, str]":
    """Sorts by priority, then unanswered before answered, then age."""
    return (-call.priority, 0 if call.status == PLACED else 1, call.placed_at_ms, call.call_id)


class Round:
    """Calls in their order, and the one whose turn it is or was last."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.at = 0

    def update(self, calls: "list[Call]") -> bool:
        """Take the calls as they are now; says whether the same one has its turn."""
        before = self.calls[self.at].call_id if self.calls else ""
        self.calls = sorted(calls, key=order)
        if self.find(before):
            return True
        self.at = min(self.at, max(0, len(self.calls) - 1)) if before else 0
        return False

    def find(self, call_id: str) -> bool:
        """Give that call the turn, if it is one of these."""
        for at, call in enumerate(self.calls):
            if call.call_id == call_id:
                self.at = at
                return True
        return False

    def turn(self) -> None:
        """It is the next one's turn."""
        if self.calls:
            self.at = (self.at + 1) % len(self.calls)


class Turns:
    """Keeps the order and whose turn it is."""

    def __init__(self) -> None:
        self.until_ms = 0
        self.is_browsed = False
        self._calls = Round()
        self._faults = Round()
        self._is_at_faults = False
        self._n_turns = 0  # since a fault had one

    @property
    def calls(self) -> "list[Call]":
        """All in their order; faults sort behind calls."""
        return self._calls.calls + self._faults.calls

    @property
    def n_calls(self) -> int:
        """How many calls are open, faults not counted."""
        return len(self._calls.calls)

    @property
    def n_faults(self) -> int:
        """How many faults are open."""
        return len(self._faults.calls)

    @property
    def shown(self) -> "Call | None":
        """The call or fault whose turn it is."""
        shown = self._round
        return shown.calls[shown.at] if shown.calls else None

    @property
    def place(self) -> "tuple[int, int]":
        """Which it is among how many of its sort, from 1."""
        return self._round.at + 1, len(self._round.calls)

    def oldest_ms(self) -> int:
        """When the one that waits longest was placed: of the unanswered calls, or of all if each was answered."""
        of = self._calls.calls or self._faults.calls
        unanswered = [call.placed_at_ms for call in of if call.status == PLACED]
        return min(unanswered or [call.placed_at_ms for call in of])

    def update(self, calls: "list[Call]", now_ms: int) -> None:
        """Take the open calls as they are now; the shown one stays shown while it is open."""
        shown = self._round
        faults = self._faults.update([call for call in calls if call.kind == FAULT])
        stays = self._calls.update([call for call in calls if call.kind != FAULT])
        self._is_at_faults = self._is_at_faults and bool(self._calls.calls and self._faults.calls)
        if not (faults if shown is self._faults else stays) or shown is not self._round:
            self.until_ms = now_ms + TURN_MS

    def show(self, call_id: str, now_ms: int) -> None:
        """Give that call a turn from now on."""
        if self._calls.find(call_id) or self._faults.find(call_id):
            self._is_at_faults = self._faults.calls != [] and self._faults.calls[self._faults.at].call_id == call_id
            self.is_browsed = False
            self.until_ms = now_ms + TURN_MS

    def announce(self, call: "Call", now_ms: int) -> None:
        """A call has begun to ring: it is shown at once unless a more urgent one is being shown."""
        shown = self.shown
        if shown is not None and shown.call_id != call.call_id and order(call) < order(shown):
            self.show(call.call_id, now_ms)

    def browse(self, now_ms: int) -> None:
        """A person wants the next one: calls, then faults, then from the beginning."""
        self.is_browsed = bool(self.calls)
        self.until_ms = now_ms + BROWSED_MS
        shown = self._round
        is_last = shown.at + 1 >= len(shown.calls)
        shown.turn()
        if is_last and self._calls.calls and self._faults.calls:
            self._is_at_faults = not self._is_at_faults
            self._round.at = 0

    def poll(self, now_ms: int) -> bool:
        """Pass the turn on if it is over; says whether something else is to be shown."""
        if now_ms < self.until_ms or self.next_deadline_ms() is None:
            return False
        self.until_ms = now_ms + TURN_MS
        if self.is_browsed:
            self.is_browsed = False
            return True
        self._n_turns += 1
        is_faults_turn = not self._is_at_faults and self._n_turns >= FAULT_EACH - 1
        if self._calls.calls and self._faults.calls:
            self._is_at_faults = is_faults_turn
            if is_faults_turn:
                self._n_turns = 0
        self._round.turn()
        return True

    def next_deadline_ms(self) -> "int | None":
        """When the turn is over; None while there is nobody to pass it to."""
        return self.until_ms if self.is_browsed or self.n_calls + self.n_faults > 1 else None

    @property
    def _round(self) -> Round:
        if not self._calls.calls or (self._is_at_faults and self._faults.calls):
            return self._faults
        return self._calls
