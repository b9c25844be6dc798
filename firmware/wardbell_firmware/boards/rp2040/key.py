"""Keys and loops: a pin with a pull-up to ground, latched by its interrupt."""

import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.rp2040.clock import PicoClock


class PicoKey:
    """Fits `Key`. A loop is closed at rest, so it is pressed while it is open; a key the other way round."""

    def __init__(self, gpio: int, clock: "PicoClock", is_loop: bool = False) -> None:
        self._clock = clock
        self._pin = machine.Pin(gpio, machine.Pin.IN, machine.Pin.PULL_UP)
        self._pressed_level = 1 if is_loop else 0
        self._press = machine.Pin.IRQ_RISING if is_loop else machine.Pin.IRQ_FALLING
        self._is_latched = False
        # An error in an interrupt ends it for good: all that it uses is there before the first edge can come.
        self._irq = self._pin.irq()
        self._pin.irq(self._on_edge, machine.Pin.IRQ_RISING | machine.Pin.IRQ_FALLING, hard=True)

    def is_pressed(self) -> bool:
        """Whether it is pressed, or has been since the last look."""
        is_latched, self._is_latched = self._is_latched, False
        return is_latched or self._pin.value() == self._pressed_level

    def _on_edge(self, _: machine.Pin) -> None:
        # In an interrupt: nothing here may take memory.
        if self._irq.flags() & self._press:  # pyright: ignore[reportCallIssue, reportAttributeAccessIssue]
            self._is_latched = True
        self._clock.is_woken = True
