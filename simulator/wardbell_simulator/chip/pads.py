"""Pads as they are after a reset: their input buffers on (RP2040 data sheet, PADS_BANK0: GPIO0 resets to 0x56).

rp2040py starts with them off, and PIO sees nothing on a pin that no `Pin` was ever made of.
"""

from rp2040py.gpio_pin import GPIOPin
from rp2040py.rp2040 import RP2040

from wardbell_simulator.chip.pio import PacedPio

_AFTER_RESET = 0x56


class Pad(GPIOPin):
    """One of the thirty pins."""

    def __init__(self, mcu: RP2040, index: int) -> None:
        super().__init__(mcu, index)
        self.pad_value = _AFTER_RESET

    def reset(self, io: bool = True, pads: bool = True) -> None:
        """Reset the half of its registers that the firmware asks for."""
        super().reset(io, pads)
        if pads:
            self.pad_value = _AFTER_RESET

    def _apply_input_value(self, value: bool) -> None:
        """Whatever changes what the chip reads of the pin comes through here; PIO may be counting on it."""
        blocks = [block for block in self.rp2040.pio if isinstance(block, PacedPio)]
        for block in blocks:
            block.break_off()
        super()._apply_input_value(value)
        for block in blocks:
            block.arm()


def open_inputs(mcu: RP2040) -> None:
    """Give a chip, before it runs, such pads."""
    mcu.gpio[:] = [Pad(mcu, index) for index in range(len(mcu.gpio))]
