"""Whether the ward's further ears on the bus (`wardbell-iq`, other receivers) are there: one that was and is not is missed.

Pure; times are ms on a clock that nobody can set.
"""

from collections.abc import Iterable

EAR_LOST = "ear_lost"
DONGLE_LOST = "dongle lost"  # what an ear says of itself that is there and hears nothing
LOST_AFTER_MS = 15_000  # three life signs; one that is started anew is back sooner
MOST_EARS = 32  # whoever may write to the bus may make up names


class EarWatch:
    """Knows the ears that have said how they are, and when each was last there.

    Args:
        missed: ears whose loss is shown from before the start.
    """

    def __init__(self, missed: Iterable[str], now_ms: int) -> None:
        self._there_at_ms = dict.fromkeys(missed, now_ms - LOST_AFTER_MS - 1)
        self._is_well = dict.fromkeys(self._there_at_ms, False)
        self._forgotten: set[str] = set()

    @property
    def can_hear(self) -> bool:
        """Whether one of them says that all is well with it; True while none is known."""
        return not self._is_well or any(self._is_well.values())

    def sign(self, name: str, state: str, faults: Iterable[str], now_ms: int) -> None:
        """An ear says how it is, or the broker says `offline` for it."""
        if name not in self._there_at_ms:
            if len(self._there_at_ms) >= MOST_EARS or _is_serial(name):
                return
            self._there_at_ms[name] = now_ms
            self._forgotten.discard(name)
        if state != "offline" and DONGLE_LOST not in faults:
            self._there_at_ms[name] = now_ms
        self._is_well[name] = state == "online"

    def forget(self, name: str) -> None:
        """There is no such ear any more: somebody took its retained life sign away."""
        if self._there_at_ms.pop(name, None) is not None:
            del self._is_well[name]
            self._forgotten.add(name)

    def broker_back(self, now_ms: int) -> None:
        """The broker was away, and nobody could know: they have their time again. One that was missed stays missed."""
        for name, at_ms in self._there_at_ms.items():
            if now_ms - at_ms <= LOST_AFTER_MS or self._is_well[name]:
                self._there_at_ms[name] = now_ms

    def judge(self, now_ms: int) -> dict[tuple[str, str], bool]:
        """(ear, EAR_LOST) -> whether it is a fault now. Call it while the broker is there."""
        found = {(name, EAR_LOST): False for name in self._forgotten}
        self._forgotten.clear()
        for name, at_ms in self._there_at_ms.items():
            is_lost = now_ms - at_ms > LOST_AFTER_MS
            self._is_well[name] = self._is_well[name] and not is_lost
            found[name, EAR_LOST] = is_lost
        return found


def _is_serial(name: str) -> bool:
    """A gateway's own receiver: its line is watched, and one that was taken away leaves its last word on the broker."""
    return name == "receiver" or (name.startswith("receiver-") and name[9:].isdigit())
