"""The desk's display over its life: set up, kept right, and set up anew when it was away and answers again.

Only a bus that raises OSError can tell that it is away (PCF8574); behind six pins it always seems to be there.
"""

from wardbell_firmware.drivers.hd44780 import POWER_UP_US, Hd44780

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Clock, LcdPins

RENEW_EACH_MS = 60000
PROBE_EACH_MS = 5000  # it may be away while nothing on it changes
TRY_EACH_MS = 1000  # a bus that is stuck holds the desk up for some ms each time
_POWER_UP_MS = POWER_UP_US // 1000 + 1


class DeskDisplay:
    """`write` at each step; `is_lost` says whether the display does not take it."""

    def __init__(self, pins: "LcdPins", clock: "Clock") -> None:
        self.is_lost = False
        self._pins = pins
        self._lcd = Hd44780(pins, clock)
        self._is_back = False  # it answers again, and may have had its supply for an instant only
        self._renew_at_ms = RENEW_EACH_MS
        self._look_at_ms = PROBE_EACH_MS
        try:
            self._lcd.start()
        except OSError:
            self._lose(clock.now_ms())

    def write(self, lines: "tuple[str, str]", now_ms: int) -> None:
        """Bring the display up to date; now and then when it seems to be, for nobody can ask it what it shows."""
        try:
            if self.is_lost:
                self._try(now_ms)
            else:
                self._keep(now_ms)
            if not self.is_lost:
                self._lcd.show(lines)
        except OSError:
            self._lose(now_ms)

    def next_deadline_ms(self) -> "int | None":
        """When to try one that is lost. To look after one that is well nobody is woken: a board is back each 50 ms anyway."""
        return self._look_at_ms if self.is_lost else None

    def _keep(self, now_ms: int) -> None:
        if now_ms >= self._renew_at_ms:
            self._renew_at_ms = now_ms + RENEW_EACH_MS
            self._lcd.renew()
        if now_ms >= self._look_at_ms:
            self._look_at_ms = now_ms + PROBE_EACH_MS
            self._pins.probe()

    def _try(self, now_ms: int) -> None:
        if now_ms < self._look_at_ms:
            return
        if not self._is_back:
            self._pins.probe()
            self._is_back = True
            self._look_at_ms = now_ms + _POWER_UP_MS
            return
        self._lcd.begin()
        self.is_lost = False
        self._look_at_ms = now_ms + PROBE_EACH_MS
        self._renew_at_ms = now_ms + RENEW_EACH_MS

    def _lose(self, now_ms: int) -> None:
        self.is_lost = True
        self._is_back = False
        self._look_at_ms = now_ms + TRY_EACH_MS
