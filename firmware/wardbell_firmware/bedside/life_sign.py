"""What a node says without being pressed: that it is there, and that its battery is low.

Pauses are drawn from the limits that receiver and gateway know (air/heartbeat.py), so that no two nodes fall into step.
"""

from wardbell_firmware.bedside.schedule import Draws
from wardbell_protocol.air.frame import BATTERY_UNKNOWN
from wardbell_protocol.air.heartbeat import ASK_EVERY_S, DITHER_PERCENT, longest_pause_s, shortest_pause_s
from wardbell_protocol.calls.signals import HEARTBEAT, LOW_BATTERY

LIFE_SIGNS = (HEARTBEAT, LOW_BATTERY)

LOW_LEVEL = 5  # 2.2 V: two alkaline cells have about a tenth left, days for a node that sleeps
FRESH_LEVEL = 7  # a cell recovers by less than that between two presses
LOW_AGAIN_MS = 24 * 3600000

ASK_PAUSE_MS = (ASK_EVERY_S * 10 * (100 - DITHER_PERCENT), ASK_EVERY_S * 10 * (100 + DITHER_PERCENT))

_STEPS = 16384


class Supply:
    """The battery as the board measures it: `level` as a frame carries it, 0 where it is not measured."""

    def __init__(self) -> None:
        self.level = BATTERY_UNKNOWN

    @property
    def is_low(self) -> bool:
        """Whether it needs changing within days."""
        return BATTERY_UNKNOWN < self.level <= LOW_LEVEL

    @property
    def is_fresh(self) -> bool:
        """Whether it was changed."""
        return self.level >= FRESH_LEVEL


class LifeSigns:
    """When a node speaks up by itself.

    Args:
        supply: its battery.
        has_key: it sends frames, which are short and therefore more often.
        node_number: what tells its draws from other nodes'.
    """

    def __init__(self, supply: Supply, has_key: bool, node_number: int) -> None:
        self._supply = supply
        self._pause_ms = (shortest_pause_s(has_key) * 1000, longest_pause_s(has_key) * 1000)
        self._draws = Draws(node_number, 0)
        # A house whose power comes back starts all its nodes in one moment.
        self._due_ms = self._between(0, self._pause_ms[1])
        self._is_asking = False
        self._low_due_ms = 0

    def poll(self, now_ms: int) -> str:
        """The signal to say now, or nothing."""
        if self._supply.is_fresh:
            self._low_due_ms = 0
        if self._supply.is_low and now_ms >= self._low_due_ms:
            self._low_due_ms = now_ms + LOW_AGAIN_MS
            return LOW_BATTERY
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
        """When it next speaks up, if the battery stays as it is."""
        return min(self._due_ms, self._low_due_ms) if self._supply.is_low else self._due_ms

    def _pause(self) -> int:
        least_ms, most_ms = ASK_PAUSE_MS if self._is_asking else self._pause_ms
        return self._between(least_ms, most_ms)

    def _between(self, least_ms: int, most_ms: int) -> int:
        return least_ms + (most_ms - least_ms) * self._draws.below(_STEPS) // _STEPS
