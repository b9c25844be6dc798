"""A test round: somebody walks from bed to bed and tries the buttons. What is a test and what is a call. Pure.

The first press of each button in a round is its test: it is answered at once in the round's name and cleared by itself. Any
further press of that button is a call like any other, so that a resident who needs somebody need only press again. A round
ends by itself, for one that was forgotten would swallow a first press for ever.
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
        self._until_ms: int | None = None
        self._rooms: frozenset[str] = frozenset()
        self._tried: set[tuple[str, str, str]] = set()
        self._shown: dict[str, int] = {}  # call id -> when it is cleared

    @property
    def is_on(self) -> bool:
        """Whether a round is on."""
        return self._until_ms is not None

    def start(self, by: str, rooms: list[str], for_ms: int, now_ms: int) -> None:
        """Begin a round in those rooms, in all where none is named; one that is on begins anew."""
        self.by = by
        self._rooms = frozenset(rooms)
        self._until_ms = now_ms + min(for_ms, LONGEST_MS)
        self._tried.clear()

    def stop(self) -> None:
        """End it. What is shown is still cleared."""
        self._until_ms = None

    def tests_of(self, events: list[CallEvent], now_ms: int) -> list[Call]:
        """Those of the calls just placed that are tests; they are to be answered now, and cleared when `poll` says."""
        tests = []
        for event in events:
            call = event.call
            if event.kind != EV_PLACED or not self._is_due(call):
                continue
            self._tried.add(call.key)
            self._shown[call.call_id] = now_ms + SHOWN_MS
            tests.append(call)
        return tests

    def pressed_again(self, events: list[CallEvent]) -> list[str]:
        """Ids of tests that were pressed once more while they were shown: over now, so that the press is a call."""
        ids = [event.call.call_id for event in events if event.kind == EV_PRESSED_AGAIN]
        return [call_id for call_id in ids if self._shown.pop(call_id, None) is not None]

    def poll(self, now_ms: int) -> list[str]:
        """Ids of the tests to be cleared now."""
        if self._until_ms is not None and now_ms >= self._until_ms:
            self.stop()
        over = [call_id for call_id, at_ms in self._shown.items() if at_ms <= now_ms]
        for call_id in over:
            del self._shown[call_id]
        return over

    def _is_due(self, call: Call) -> bool:
        if not self.is_on or call.kind == FAULT or call.key in self._tried:
            return False
        return not self._rooms or call.room in self._rooms
