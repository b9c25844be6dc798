"""The 433 MHz transmitter: RMT times every edge; the module has its supply only while it sends."""

import esp32
import machine

from wardbell_firmware.boards.esp32c3.train import write_items
from wardbell_protocol.errors import EncodeError

SETTLE_US = 1000  # from supply to first mark
_CHANNEL = 0  # the other one that can send is machine.bitstream's
_TICKS_OF_80_MHZ = 80  # a tick each µs


class C3Transmitter:
    """Fits `Transmitter`.

    Args:
        carrier: GPIO of the module's data.
        supply: GPIO that switches the module's supply.
    """

    def __init__(self, carrier: int, supply: int) -> None:
        self._supply = machine.Pin(supply, machine.Pin.OUT, value=0)
        self._rmt = esp32.RMT(_CHANNEL, pin=machine.Pin(carrier), clock_div=_TICKS_OF_80_MHZ, idle_level=False)
        self._is_sending = False

    def send(self, durations_us: "list[int]") -> None:
        """Play carrier on, off, on … for these times. Raises EncodeError while it still sends."""
        if self.is_sending():
            raise EncodeError("the transmitter is still sending")
        ticks, levels = write_items(durations_us, SETTLE_US)
        self._supply.value(1)
        self._rmt.write_pulses(ticks, levels)
        self._is_sending = True

    def is_sending(self) -> bool:
        """True until the last duration has been played; then the supply is taken away."""
        if self._is_sending and self._rmt.wait_done(timeout=0):
            self._is_sending = False
            self._supply.value(0)
        return self._is_sending
