"""Time on the RP2040, and how a board waits: as deep asleep as its parts allow."""

import time

import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_MS = 4000  # half of the watchdog's time
SHORTEST_STOP_MS = 2
LOOK_EACH_MS = 2  # for what does not interrupt; each look costs 0.1 ms; `look_each_ms` may say otherwise


class PicoClock:
    """Fits `Clock`. A part's interrupt sets `is_woken`, which ends the wait that is running or the next one.

    No wait lasts longer than `longest_ms`.
    """

    def __init__(self) -> None:
        self.is_woken = False
        self._ticks = time.ticks_ms()
        self._now_ms = 0
        self._has_input: Callable[[], bool] | None = None
        self._may_stop: Callable[[], bool] | None = None
        self.longest_ms = LONGEST_MS
        self.look_each_ms = LOOK_EACH_MS

    def now_ms(self) -> int:
        """Milliseconds since start; must be asked at least once in 6 days, after which the chip's own count wraps."""
        ticks = time.ticks_ms()
        self._now_ms += time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._now_ms

    def sleep_us(self, duration_us: int) -> None:
        """Hold up the caller that long."""
        time.sleep_us(duration_us)

    def listen(self, has_input: "Callable[[], bool]", longest_ms: int) -> None:
        """Ask this every `look_each_ms` while waiting, and wait no longer than that at a time."""
        self._has_input = has_input
        self.longest_ms = longest_ms

    def stop_if(self, may_stop: "Callable[[], bool]") -> None:
        """Stop the chip's clocks while waiting whenever this allows it; only interrupts of pins and the time end that."""
        self._may_stop = may_stop

    def wait(self, until_ms: "int | None") -> None:
        """Sleep until then, until an interrupt or input, or for as long as one wait may last."""
        now_ms = self.now_ms()
        end_ms = now_ms + self.longest_ms
        if until_ms is not None and until_ms < end_ms:
            end_ms = until_ms
        while now_ms < end_ms and not self.is_woken and not (self._has_input is not None and self._has_input()):
            self._doze(end_ms - now_ms)
            now_ms = self.now_ms()
        self.is_woken = False

    def _doze(self, time_ms: int) -> None:
        # One of 1 ms lightsleep would wait out with interrupts off, as it is called here, which nothing may end.
        if time_ms >= SHORTEST_STOP_MS and self._may_stop is not None and self._may_stop():
            # An edge between the last look and the sleep must end it: with interrupts off it stays pending, and does.
            state = machine.disable_irq()
            if not self.is_woken:
                machine.lightsleep(time_ms)
            machine.enable_irq(state)
        else:
            time.sleep_ms(min(time_ms, self.look_each_ms))
