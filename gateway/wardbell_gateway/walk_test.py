"""A test round: somebody walks from bed to bed and tries the buttons. What is a test and what is a call. Pure.

The first press of each button in a round is its test: it is answered at once in the round's name and cleared by itself. Any
further press of that button is a call like any other, so that a resident who needs somebody need only press again. Nobody
walks in two rooms at once: while a test of one room is shown, a press in another is a call. So is one from before the round
that a receiver tells only now. A round ends by itself, for one that was forgotten would swallow a first press for ever.
"""

from wardbell_protocol.calls.board import EV_PLACED, EV_PRESSED_AGAIN, CallEvent
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.signals import FAULT

SHOWN_MS = 10_000  # so long a test stands on the displays
LONGEST_MS = 4 * 3600 * 1000
FAULT_PART = "test-round"
FAULT_DETAIL = "test_round"


class WalkTest:
    """The round of a ward, if one is on. Times are ms on a clock that nobody can set."""

    def __init__(self) -> None:
        self.by = ""
        self.tested: list[str] = []  # ids of this round's tests, or of the last one's
        self._began_ms = 0
        self._until_ms: int | None = None
        self._rooms: frozenset[str] = frozenset()
        self._tried: set[tuple[str, str, str]] = set()
        self._shown: dict[str, tuple[str, int]] = {}  # call id -> its room, and when it is cleared

    @property
    def is_on(self) -> bool:
        """Whether a round is on."""
        return self._until_ms is not None

    def start(self, by: str, rooms: list[str], for_ms: int, now_ms: int) -> None:
        """Begin a round in those rooms, in all where none is named; one that is on begins anew."""
        self.by = by
        self._rooms = frozenset(rooms)
        self._began_ms = now_ms
        self._until_ms = now_ms + min(for_ms, LONGEST_MS)
        self._tried.clear()
        self.tested = []

    def stop(self) -> None:
        """End it. What is shown is still cleared."""
        self._until_ms = None

    def tests_of(self, events: list[CallEvent], pressed_ms: int, now_ms: int) -> list[Call]:
        """Those of the calls that a press has placed that are tests; they are to be answered now, and cleared when `poll` says.

        `pressed_ms`: when that was, which may be long before it was told.
        """
        tests = []
        for event in events:
            call = event.call
            if event.kind != EV_PLACED or not self._is_due(call, pressed_ms):
                continue
            self._tried.add(call.key)
            self._shown[call.call_id] = (call.room, now_ms + SHOWN_MS)
            self.tested.append(call.call_id)
            tests.append(call)
        return tests

    def pressed_again(self, events: list[CallEvent]) -> list[str]:
        """Ids of tests that were pressed once more while they were shown: to be cleared now, so that the press is a call."""
        ids = [event.call.call_id for event in events if event.kind == EV_PRESSED_AGAIN]
        return [call_id for call_id in ids if call_id in self._shown]

    def poll(self, now_ms: int) -> list[str]:
        """Ids of the tests to be cleared now; each time, until `over` was told of."""
        if self._until_ms is not None and now_ms >= self._until_ms:
            self.stop()
        return [call_id for call_id, (_room, at_ms) in self._shown.items() if at_ms <= now_ms]

    def over(self, call_id: str) -> None:
        """That test was cleared."""
        self._shown.pop(call_id, None)

    def _is_due(self, call: Call, pressed_ms: int) -> bool:
        if not self.is_on or pressed_ms < self._began_ms or call.kind == FAULT or call.key in self._tried:
            return False
        if any(room != call.room for room, _at_ms in self._shown.values()):
            return False
        return not self._rooms or call.room in self._rooms
