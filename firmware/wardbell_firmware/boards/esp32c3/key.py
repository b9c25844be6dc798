"""Keys and loops: one pin each, latched by its interrupt."""

import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class C3Key:
    """Fits `Key`.

    Args:
        pin: its GPIO, which it joins to ground.
        is_loop: closed at rest, so that it is pressed while open.
        wake: called when it is pressed or let go.
    """

    def __init__(self, pin: int, is_loop: bool, wake: "Callable[[], None]") -> None:
        self.pin = machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP)
        self.is_loop = is_loop
        self._pressed_level = 1 if is_loop else 0
        self._wake = wake
        self._is_latched = False
        self.pin.irq(self._changed, machine.Pin.IRQ_FALLING | machine.Pin.IRQ_RISING)

    def is_pressed(self) -> bool:
        """Whether it is pressed, or was since the last look."""
        is_pressed = self._is_latched or self.is_down
        self._is_latched = False
        return is_pressed

    @property
    def is_down(self) -> bool:
        """Whether it is pressed now."""
        return self.pin.value() == self._pressed_level

    def latch(self) -> None:
        """Take it for pressed until it is looked at."""
        self._is_latched = True

    def _changed(self, _: machine.Pin) -> None:
        # Interrupts of pins run late on this chip, after the contact may have opened again: any of them is a press.
        self._is_latched = True
        self._wake()
