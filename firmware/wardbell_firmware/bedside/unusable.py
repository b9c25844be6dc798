"""A node that can send nothing, because of its settings or because its counter is used up, says so: by lamp and tone, for ever.

Nobody reads the console of a node at a bed. A short tone once a minute is how smoke alarms say that they need somebody
(UL 217).
"""

from wardbell_firmware.bedside.lamp import UNUSABLE, AssuranceLamp

TONE_HZ = 500
TONE_MS = 200
TONE_EVERY_MS = 60000


class UnusableSign:
    """Time in; lamp and tone out. It begins with the tone."""

    def __init__(self, now_ms: int) -> None:
        self.tone_hz = 0
        self._tone_at_ms = now_ms
        self._lamp = AssuranceLamp()

    @property
    def lamp(self) -> int:
        """The lamp's colour now, as bedside/lamp.py has it."""
        return self._lamp.colour

    def poll(self, now_ms: int) -> None:
        """Set both for now."""
        if now_ms >= self._tone_at_ms + TONE_EVERY_MS:
            self._tone_at_ms = now_ms
        self.tone_hz = TONE_HZ if now_ms < self._tone_at_ms + TONE_MS else 0
        self._lamp.show(UNUSABLE, now_ms)

    def next_deadline_ms(self, now_ms: int) -> int:
        """When one of them changes."""
        tone_ms = self._tone_at_ms + (TONE_MS if self.tone_hz else TONE_EVERY_MS)
        lamp_ms = self._lamp.next_deadline_ms(now_ms)
        return tone_ms if lamp_ms is None else min(tone_ms, lamp_ms)
