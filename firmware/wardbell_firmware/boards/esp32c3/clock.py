"""Time on the ESP32-C3, and how a node waits: in light sleep, which a key ends, wherever nothing is sending, lit or sounding.

`esp32.wake_on_gpio` takes one level for all pins. Keys are low when pressed and can end a sleep; loops are high when opened, so
with a loop, or on a MicroPython that has no such function (before 1.27), the chip sleeps in naps and looks after each.
No pin has an interrupt: what may end a sleep turns a pin's interrupt into one of its level, which would come again and again
while the key is down, until the chip resets itself (espressif/esp-idf issue 11686).
"""

import time

import esp32
import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wardbell_firmware.boards.esp32c3.key import C3Key

LONGEST_MS = 4000  # half of the watchdog's time
NAP_MS = 50  # the longest that an input may wait, boards/contract.py
DOZE_MS = 1
BY_A_PIN = 7  # ESP_SLEEP_WAKEUP_GPIO of ESP-IDF, for which MicroPython has no name


class C3Clock:
    """Fits `Clock`."""

    def __init__(self) -> None:
        self._ticks = time.ticks_ms()
        self._now_ms = 0
        self._may_sleep: Callable[[], bool] = _never
        self._keys: list[C3Key] = []
        self._has_wake = hasattr(esp32, "wake_on_gpio")

    def now_ms(self) -> int:
        """Milliseconds since start; must be asked at least once in 6 days, after which the chip's own count wraps."""
        ticks = time.ticks_ms()
        self._now_ms += time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._now_ms

    def sleep_us(self, duration_us: int) -> None:
        """Hold up the caller that long."""
        time.sleep_us(duration_us)

    def sleep_while(self, may_sleep: "Callable[[], bool]", keys: "Iterable[C3Key]") -> None:
        """Go to light sleep while waiting whenever this allows it; these may end a wait."""
        self._may_sleep = may_sleep
        self._keys = list(keys)

    def wait(self, until_ms: "int | None") -> None:
        """Sleep until then, until an input changes, or for as long as one wait may last."""
        now_ms = self.now_ms()
        end_ms = now_ms + LONGEST_MS
        if until_ms is not None and until_ms < end_ms:
            end_ms = until_ms
        while now_ms < end_ms and not self._has_changed():
            if not self._may_sleep():
                time.sleep_ms(DOZE_MS)
            elif self._is_woken_in(end_ms - now_ms):
                return
            now_ms = self.now_ms()

    def _has_changed(self) -> bool:
        has_changed = False
        for key in self._keys:
            has_changed = key.look() or has_changed  # all of them: each keeps what it has seen
        return has_changed

    def _is_woken_in(self, time_ms: int) -> bool:
        """One light sleep; whether a key ended it that may be open again by now.

        While a key is down none can end a sleep: it would do so at once, and what a pin was once told to end it goes on ending.
        """
        keys = [key for key in self._keys if not key.is_loop] if self._has_wake else []
        if any(key.is_down for key in keys):
            keys = []
        if self._has_wake:
            esp32.wake_on_gpio([key.pin for key in keys], esp32.WAKEUP_ALL_LOW)  # none of no keys; None keeps the last
        if len(keys) < len(self._keys):
            time_ms = min(time_ms, NAP_MS)  # or nobody would see a loop opened, or a key let go
        machine.lightsleep(time_ms)
        if len(keys) != 1 or machine.wake_reason() != BY_A_PIN:
            return False
        keys[0].latch()  # it can have been no other
        return True


def _never() -> bool:
    return False
