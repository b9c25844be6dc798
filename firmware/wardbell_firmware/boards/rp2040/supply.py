"""Where the board's power comes from."""

import time

import machine

_FULL_MV = 3300  # of the ADC
_FULL = 65535
SAMPLED_US = 3000  # settling of the transmitter's supply and a first mark


class PicoBattery:
    """Fits `Battery`: half of its voltage stands at the pin."""

    def __init__(self, gpio: int) -> None:
        self._adc = machine.ADC(machine.Pin(gpio))

    def millivolts(self) -> int:
        """The lowest of what it has within 3 ms."""
        lowest = _FULL
        began = time.ticks_us()
        while time.ticks_diff(time.ticks_us(), began) < SAMPLED_US:
            lowest = min(lowest, self._adc.read_u16())
        return lowest * 2 * _FULL_MV // _FULL


class PicoMains:
    """Fits `Mains`."""

    def __init__(self, gpio: int) -> None:
        self._pin = machine.Pin(gpio, machine.Pin.IN, machine.Pin.PULL_DOWN)

    def is_present(self) -> bool:
        """False on the backup battery."""
        return bool(self._pin.value())
