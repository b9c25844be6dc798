"""The pins of an emulated chip as what is wired to them sees them: edges out with their time, levels in at a time."""

from collections.abc import Callable, Iterable

from rp2040py._gpio_pin import GPIOPinState
from rp2040py.clock.simulation_clock import SimulationClock
from rp2040py.rp2040 import RP2040

CYCLE_NS = 8  # of the 125 MHz system clock; an alarm between two cycles would cost PIO a fraction of one


class ChipPins:
    """All pins of one chip. Times are ns of its own clock."""

    def __init__(self, mcu: RP2040, clock: SimulationClock) -> None:
        self._gpio = mcu.gpio
        self._clock = clock

    @property
    def now_ns(self) -> int:
        """The chip's time."""
        return round(self._clock.nanos)

    def watch(self, gpio: int, tell: Callable[[int, int], None]) -> None:
        """Call `tell(at_ns, level)` at each edge that the chip drives; a pin that it does not drive is 0."""
        level = 0

        def on_change(value: GPIOPinState, _before: GPIOPinState) -> None:
            nonlocal level
            now = int(value == GPIOPinState.HIGH)
            if now != level:
                level = now
                tell(self.now_ns, level)

        self._gpio[gpio].add_listener(on_change)

    def edges(self, gpio: int) -> list[tuple[int, int]]:
        """A list that grows by `(at_ns, level)` with each edge that the chip drives."""
        seen: list[tuple[int, int]] = []
        self.watch(gpio, lambda at_ns, level: seen.append((at_ns, level)))
        return seen

    def drive(self, gpio: int, level: int) -> None:
        """Put a level on a pin from outside, now."""
        self._gpio[gpio].set_input_value(bool(level))

    def release(self, gpio: int) -> None:
        """Leave a pin to its pull resistor, now."""
        self._gpio[gpio].release_input()

    def play(self, gpio: int, durations_us: Iterable[int], after_ns: int = 0) -> None:
        """Drive a pin high, low, high … for these times from `after_ns` on, then leave it low."""
        durations = iter(durations_us)
        level = 0

        def step() -> None:
            nonlocal level
            level ^= 1
            duration_us = next(durations, None)
            if duration_us is None:
                self.drive(gpio, 0)
                return
            self.drive(gpio, level)
            alarm.schedule(duration_us * 1000)

        alarm = self._clock.create_alarm(step)
        now_ns = self._clock.nanos
        start_ns = -(-(now_ns + after_ns) // CYCLE_NS) * CYCLE_NS
        alarm.schedule(start_ns - now_ns)
