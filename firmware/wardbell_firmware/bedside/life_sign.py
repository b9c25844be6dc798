"""What a node says without being pressed: that it is there, that its battery is low, that a key is not well, a daily test.

Pauses are drawn from the limits that receiver and gateway know (air/heartbeat.py), so that no two nodes fall into step.
"""

from wardbell_firmware.bedside.schedule import Draws
from wardbell_protocol.air.heartbeat import ASK_EVERY_S, DITHER_PERCENT, longest_pause_s, shortest_pause_s
from wardbell_protocol.calls.signals import HEARTBEAT, KEY_FAULT, KEY_WELL, LOW_BATTERY, TEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.bedside.supply import Supply

LIFE_SIGNS = (HEARTBEAT, LOW_BATTERY, KEY_FAULT, KEY_WELL, TEST)
# What comes without anybody's doing: 2 s on the air in an hour at most (FCC 15.231(a)), tests/unit/test_firmware_schedule.py.
BY_ITSELF = (HEARTBEAT, LOW_BATTERY, TEST)

AGAIN_MS = 24 * 3600000
TEST_AFTER_MS = 3600000

ASK_PAUSE_MS = (ASK_EVERY_S * 10 * (100 - DITHER_PERCENT), ASK_EVERY_S * 10 * (100 + DITHER_PERCENT))

_STEPS = 16384


class LifeSigns:
    """When a node speaks up by itself.

    Args:
        supply: its battery.
        has_key: it sends frames, which are short and therefore more often.
        node_number: what tells its draws from other nodes'.
    """

    def __init__(self, supply: "Supply", has_key: bool, node_number: int) -> None:
        self._supply = supply
        self._pause_ms = (shortest_pause_s(has_key) * 1000, longest_pause_s(has_key) * 1000)
        self._draws = Draws(node_number, 0)
        # A house whose power comes back starts all its nodes in one moment.
        self._due_ms = self._between(0, self._pause_ms[1])
        # It tries the way of a day's calls; not while a ward is being set up.
        self._test_due_ms = self._between(TEST_AFTER_MS, AGAIN_MS)
        self._is_asking = False
        self._low_due_ms = 0
        self._key_due_ms: int | None = None  # when a key that is not well is told again

    def poll(self, is_key_faulty: bool, now_ms: int) -> str:
        """The signal to say now, or nothing; then there may be another."""
        if is_key_faulty and (self._key_due_ms is None or now_ms >= self._key_due_ms):
            self._key_due_ms = now_ms + AGAIN_MS
            return KEY_FAULT
        if self._key_due_ms is not None and not is_key_faulty:
            self._key_due_ms = None
            return KEY_WELL
        if not self._supply.is_low:
            self._low_due_ms = 0
        if self._supply.is_low and now_ms >= self._low_due_ms:
            self._low_due_ms = now_ms + AGAIN_MS
            return LOW_BATTERY
        if now_ms >= self._test_due_ms:
            self._test_due_ms += AGAIN_MS
            return TEST
        if now_ms >= self._due_ms:
            self._due_ms = now_ms + self._pause()
            return HEARTBEAT
        return ""

    def ask(self, is_open: bool, now_ms: int) -> None:
        """Whether a call is open: then the heartbeats also ask how it stands, and come more often."""
        if is_open and not self._is_asking:
            self._is_asking = True
            self._due_ms = now_ms + self._pause()
        self._is_asking = is_open

    def next_deadline_ms(self) -> int:
        """When it next speaks up, if battery and keys stay as they are."""
        due_ms = min(self._due_ms, self._test_due_ms)
        if self._supply.is_low:
            due_ms = min(due_ms, self._low_due_ms)
        return due_ms if self._key_due_ms is None else min(due_ms, self._key_due_ms)

    def _pause(self) -> int:
        least_ms, most_ms = ASK_PAUSE_MS if self._is_asking else self._pause_ms
        return self._between(least_ms, most_ms)

    def _between(self, least_ms: int, most_ms: int) -> int:
        return least_ms + (most_ms - least_ms) * self._draws.below(_STEPS) // _STEPS
