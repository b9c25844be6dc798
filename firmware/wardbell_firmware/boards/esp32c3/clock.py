"""Time on the ESP32-C3, and how a node waits: in light sleep, which a key ends, wherever nothing is sending, lit or sounding.

`esp32.wake_on_gpio` takes one level for all pins. Keys are low when pressed and can end a sleep; loops are high when opened, so
with a loop, or on a MicroPython that has no such function (before 1.27), the chip sleeps in naps and looks after each.
In light sleep no edge is noticed: a key that ended it may be open again when it is read, so it counts by having ended it.
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
EARLY_MS = 2  # a sleep that ended so much before its time was ended by a key
DOZE_MS = 1


class C3Clock:
    """Fits `Clock`. A part's interrupt sets `is_woken`, which ends the wait that is running or the next one."""

    def __init__(self) -> None:
        self.is_woken = False
        self._ticks = time.ticks_ms()
        self._now_ms = 0
        self._may_sleep: Callable[[], bool] = _never
        self._keys: list[C3Key] = []
        self._nap_ms = NAP_MS

    def now_ms(self) -> int:
        """Milliseconds since start; must be asked at least once in 6 days, after which the chip's own count wraps."""
        ticks = time.ticks_ms()
        self._now_ms += time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._now_ms

    def sleep_us(self, duration_us: int) -> None:
        """Hold up the caller that long."""
        time.sleep_us(duration_us)

    def wake(self) -> None:
        """An input has changed."""
        self.is_woken = True

    def sleep_while(self, may_sleep: "Callable[[], bool]", keys: "Iterable[C3Key]") -> None:
        """Go to light sleep while waiting whenever this allows it; these may end it."""
        self._may_sleep = may_sleep
        self._keys = list(keys)
        has_loop = any(key.is_loop for key in self._keys)
        self._nap_ms = NAP_MS if has_loop or not hasattr(esp32, "wake_on_gpio") else LONGEST_MS

    def wait(self, until_ms: "int | None") -> None:
        """Sleep until then, until an input changes, or for as long as one wait may last."""
        now_ms = self.now_ms()
        end_ms = now_ms + LONGEST_MS
        if until_ms is not None and until_ms < end_ms:
            end_ms = until_ms
        while now_ms < end_ms and not self.is_woken:
            if self._may_sleep():
                self._sleep(min(end_ms - now_ms, self._nap_ms))
            else:
                time.sleep_ms(DOZE_MS)
            now_ms = self.now_ms()
        self.is_woken = False

    def _sleep(self, time_ms: int) -> None:
        """One light sleep. A key that is down already would end it at once: it is left out until it is let go."""
        down = [key.is_down for key in self._keys]
        waking = [key for key in self._keys if not key.is_loop and not key.is_down]
        if self._nap_ms == LONGEST_MS:
            esp32.wake_on_gpio([key.pin for key in waking] or None, esp32.WAKEUP_ALL_LOW)
            if len(waking) < len(self._keys):
                time_ms = min(time_ms, NAP_MS)  # or nobody would see it let go
        began_ms = self.now_ms()
        machine.lightsleep(time_ms)
        is_early = self.now_ms() - began_ms < time_ms - EARLY_MS
        if is_early and len(waking) == 1:
            waking[0].latch()
        if is_early or down != [key.is_down for key in self._keys]:
            self.is_woken = True


def _never() -> bool:
    return False
