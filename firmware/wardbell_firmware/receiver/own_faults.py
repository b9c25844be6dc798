"""What the receiver finds wrong by itself: its supply, its radio, its host, stations that only it knows. All below all calls.

That the radio is blind is its host's to say, where it has one; alone, or while the host is lost, it says so by itself.
"""

from wardbell_protocol.link.receiver_faults import HOST_LOST, MAINS_LOST, ONLY_AT_RECEIVER, RADIO_BLIND, TOLD

MAINS_LOST_AFTER_MS = 2000  # lights flicker
MAINS_BACK_AFTER_MS = 5000
HOST_LOST_AFTER_MS = 60000  # until then it is shown where nothing else is; a host that starts anew is no fault


_OWN = (MAINS_LOST, RADIO_BLIND, HOST_LOST)


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
        self._found: list[tuple[str, str]] = []
        self._is_present = True
        self._turned_ms: int | None = None  # when the mains went or came, where that is not settled yet
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

    def receive_mains(self, is_present: bool, now_ms: int) -> bool:
        """The mains supply as it is now; True where it has just changed."""
        if is_present == self._is_present:
            return False
        self._is_present = is_present
        self._turned_ms = now_ms
        return True

    def take_changes(
        self, is_blind: bool, is_host_up: bool, learnt: "list[str]", now_ms: int
    ) -> "list[tuple[str, str, bool]]":
        """Faults that have come or gone since the last call: part, detail, whether it is. `learnt`: ids of stations."""
        if is_host_up or not self._misses_host:
            self._host_lost_ms = None
        elif self._host_lost_ms is None:
            self._host_lost_ms = now_ms
        found: list[tuple[str, str]] = []
        if self._is_mains_lost(now_ms):
            found.append((self._name, MAINS_LOST))
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
        times = []
        if self._turned_ms is not None:
            times.append(self._turned_ms + self._settles_ms)
        if self._host_lost_ms is not None and (self._name, HOST_LOST) not in self._found:
            times.append(self._host_lost_ms + HOST_LOST_AFTER_MS)
        return min(times) if times else None

    @property
    def _settles_ms(self) -> int:
        return MAINS_BACK_AFTER_MS if self._is_present else MAINS_LOST_AFTER_MS

    def _is_mains_lost(self, now_ms: int) -> bool:
        if self._turned_ms is None:
            return not self._is_present
        if now_ms < self._turned_ms + self._settles_ms:
            return (self._name, MAINS_LOST) in self._found
        self._turned_ms = None
        return not self._is_present
