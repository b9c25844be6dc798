"""All contacts of a node: which of their presses are to be said now, and whether one of them is in fault."""

from wardbell_firmware.bedside.contacts import LOOPS
from wardbell_firmware.bedside.key_watch import MOST_OPENINGS, MOST_PRESSES, KeyWatch
from wardbell_firmware.drivers.key import PRESSED, DebouncedKey
from wardbell_protocol.calls.signals import PRESENCE, RESET, URGENCY

# A key in fault that ends calls would end what nobody has seen to: it says nothing until it is well. Nor does one that is
# down at the start, for it may have stuck long ago, or that is seen in one look with a call: who knows which came last?
_ENDS_CALLS = (RESET, PRESENCE)


class NodeKeys:
    """Contacts in, signals out.

    Args:
        signals: name of key -> signal.
    """

    def __init__(self, signals: "dict[str, str]") -> None:
        self._signals = signals
        self._is_start = True
        # Of two keys pressed at once the more urgent goes first.
        self.names = sorted(signals, key=lambda name: (-URGENCY.get(signals[name], 0), name))
        self._keys = {name: DebouncedKey() for name in self.names}
        self._watches = {name: KeyWatch(MOST_OPENINGS if name in LOOPS else MOST_PRESSES) for name in self.names}

    @property
    def is_faulty(self) -> bool:
        """Whether one of them is held down, open or chattering."""
        return any(watch.is_faulty for watch in self._watches.values())

    def receive(self, closed: "dict[str, bool]", now_ms: int) -> "list[str]":
        """Take all contacts as they are now; returns what to say, most urgent first."""
        said: list[str] = []
        is_start, self._is_start = self._is_start, False
        for name in self.names:
            key, watch, signal = self._keys[name], self._watches[name], self._signals[name]
            is_pressed = key.receive(closed[name], now_ms) == PRESSED
            is_said = watch.pressed(now_ms) if is_pressed else watch.take_owed(now_ms)
            watch.poll(key.is_down, key.down_at_ms, now_ms)
            ends_nothing = watch.is_faulty or is_start or any(other in URGENCY for other in said)
            if is_said and not (signal in _ENDS_CALLS and ends_nothing):
                said.append(signal)
        if RESET in said:
            for watch in self._watches.values():
                watch.answered()
        return said

    def next_deadline_ms(self) -> "int | None":
        """When to look again if no contact changes."""
        times = []
        for name in self.names:
            key = self._keys[name]
            times.append(key.next_deadline_ms())
            times.append(self._watches[name].next_deadline_ms(key.is_down, key.down_at_ms))
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None
