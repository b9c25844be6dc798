"""Keys and loops: one pin each, looked at while the node waits; an interrupt it may not have (clock.py)."""

import machine


class C3Key:
    """Fits `Key`.

    Args:
        pin: its GPIO, which it joins to ground.
        is_loop: closed at rest, so that it is pressed while open.
    """

    def __init__(self, pin: int, is_loop: bool) -> None:
        self.pin = machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP)
        self.is_loop = is_loop
        self._pressed_level = 1 if is_loop else 0
        self._was_down = False
        self._is_latched = False

    def is_pressed(self) -> bool:
        """Whether it is pressed, or was since the last time this was asked."""
        is_pressed = self._is_latched or self.is_down
        self._is_latched = False
        return is_pressed

    @property
    def is_down(self) -> bool:
        """Whether it is pressed now."""
        return self.pin.value() == self._pressed_level

    def look(self) -> bool:
        """Whether it was pressed or let go since the last look; a press is latched."""
        is_down = self.is_down
        has_changed = is_down != self._was_down
        self._was_down = is_down
        if has_changed and is_down:
            self.latch()
        return has_changed

    def latch(self) -> None:
        """Take it for pressed until it is asked for."""
        self._is_latched = True
