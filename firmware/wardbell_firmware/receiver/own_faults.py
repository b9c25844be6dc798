"""What the receiver finds wrong by itself: its supply, display, radio and host, stations that only it knows. All below all calls.

That the radio is blind is its host's to say, where it has one; alone, or while the host is lost, it says so by itself.
"""

from wardbell_protocol.link.receiver_faults import (
    DISPLAY_LOST,
    HOST_LOST,
    MAINS_LOST,
    ONLY_AT_RECEIVER,
    RADIO_BLIND,
    TOLD,
)

MAINS_LOST_AFTER_MS = 2000  # lights flicker
MAINS_BACK_AFTER_MS = 5000
DISPLAY_LOST_AFTER_MS = 2000  # a byte that a spark spoilt is written anew within 1.1 s
DISPLAY_BACK_AFTER_MS = 30000  # a loose plug is one fault
HOST_LOST_AFTER_MS = 60000  # until then it is shown where nothing else is; a host that starts anew is no fault


_OWN = (MAINS_LOST, DISPLAY_LOST, RADIO_BLIND, HOST_LOST)


class Outage:
    """Something that goes and comes: lost once it was away for a while, and until it has been back for one."""

    def __init__(self, lost_after_ms: int, back_after_ms: int) -> None:
        self._lost_after_ms = lost_after_ms
        self._back_after_ms = back_after_ms
        self._is_away = False
        self._turned_ms: int | None = None  # when it went or came, where that is not settled yet

    def receive(self, is_away: bool, now_ms: int) -> bool:
        """As it is now; True where that has just changed."""
        if is_away == self._is_away:
            return False
        self._is_away = is_away
        self._turned_ms = now_ms
        return True

    def settles_ms(self) -> "int | None":
        """When the last change counts, if it does not yet."""
        if self._turned_ms is None:
            return None
        return self._turned_ms + (self._lost_after_ms if self._is_away else self._back_after_ms)

    def is_lost(self, was_lost: bool, now_ms: int) -> bool:
        """Whether it counts as lost, where it did so or not until now."""
        at_ms = self.settles_ms()
        if at_ms is not None and now_ms < at_ms:
            return was_lost
        self._turned_ms = None
        return self._is_away


class OwnFaults:
    """States in, changes of faults out.

    Args:
        name: the receiver's, the part that its own faults are of.
        has_host: whether a station that only the receiver knows is a fault.
        misses_host: whether the lack of the host is one; a receiver on Wi-Fi stands in for a gateway that a ward has not.
    """

    def __init__(self, name: str, has_host: bool, misses_host: bool) -> None:
        self._name = name
        self._has_host = has_host
        self._misses_host = misses_host
        self.mains = Outage(MAINS_LOST_AFTER_MS, MAINS_BACK_AFTER_MS)
        self.display = Outage(DISPLAY_LOST_AFTER_MS, DISPLAY_BACK_AFTER_MS)
        self._found: list[tuple[str, str]] = []
        self._host_lost_ms: int | None = 0

    @property
    def found(self) -> "list[tuple[str, str]]":
        """All that is wrong now: part and detail."""
        return self._found

    @property
    def told(self) -> "list[tuple[str, str]]":
        """Those that hosts are told of: part and detail."""
        return [fault for fault in self._found if fault[1] in TOLD]

    def remember(self, part: str, detail: str) -> None:
        """That was a fault before the power was lost."""
        is_ours = detail == ONLY_AT_RECEIVER or (part == self._name and detail in _OWN)
        if is_ours and (part, detail) not in self._found:
            self._found.append((part, detail))

    def take_changes(
        self, is_blind: bool, is_host_up: bool, learnt: "list[str]", now_ms: int
    ) -> "list[tuple[str, str, bool]]":
        """Faults that have come or gone since the last call: part, detail, whether it is. `learnt`: ids of stations."""
        if is_host_up or not self._misses_host:
            self._host_lost_ms = None
        elif self._host_lost_ms is None:
            self._host_lost_ms = now_ms
        found: list[tuple[str, str]] = []
        for outage, detail in ((self.mains, MAINS_LOST), (self.display, DISPLAY_LOST)):
            fault = (self._name, detail)
            if outage.is_lost(fault in self._found, now_ms):
                found.append(fault)
        if is_blind and not is_host_up:
            found.append((self._name, RADIO_BLIND))
        if self._host_lost_ms is not None and now_ms >= self._host_lost_ms + HOST_LOST_AFTER_MS:
            found.append((self._name, HOST_LOST))
        if self._has_host:
            found.extend([(station_id, ONLY_AT_RECEIVER) for station_id in learnt])
        if found == self._found:
            return []
        changes = [(fault[0], fault[1], True) for fault in found if fault not in self._found]
        changes.extend([(fault[0], fault[1], False) for fault in self._found if fault not in found])
        self._found = found
        return changes

    def next_deadline_ms(self) -> "int | None":
        """When `take_changes` may have something to say though nothing was received."""
        times = [at_ms for at_ms in (self.mains.settles_ms(), self.display.settles_ms()) if at_ms is not None]
        if self._host_lost_ms is not None and (self._name, HOST_LOST) not in self._found:
            times.append(self._host_lost_ms + HOST_LOST_AFTER_MS)
        return min(times) if times else None
