"""Status lamps and relay: whether the receiver can be trusted with a call, for those who cannot read its display.

Green and relay: it runs and hears. Both fall with the program: lamps and relay are outputs that a reset lets go. Red, a
rhythm: something is wrong (rates: IEC 60601-1-8, high 1.4..2.8 Hz, medium 0.4..0.8 Hz).
"""

BLIND_MS = 250  # half a period: no call can be heard
UNWELL_MS = 1000  # something else is wrong


class Signs:
    """States in; `green`, `red` and `relay` out."""

    def __init__(self) -> None:
        self.green = False
        self.red = False
        self.relay = False
        self._half_ms = 0
        self._until_ms = 0

    def poll(self, is_blind: bool, is_unwell: bool, now_ms: int) -> None:
        """Settle what is lit and held."""
        self.green = self.relay = not is_blind
        self._half_ms = BLIND_MS if is_blind else UNWELL_MS if is_unwell else 0
        self.red = self._half_ms > 0 and now_ms // self._half_ms % 2 == 0
        self._until_ms = (now_ms // self._half_ms + 1) * self._half_ms if self._half_ms else 0

    def next_deadline_ms(self) -> "int | None":
        """When the red lamp changes."""
        return self._until_ms if self._half_ms else None
