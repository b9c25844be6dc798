"""A two-way node's receive module, which has its supply only while an answer is awaited."""

import machine

from wardbell_firmware.boards.rp2040.clock import LONGEST_MS
from wardbell_firmware.boards.rp2040.pulses import PicoPulseSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.rp2040.clock import PicoClock
    from wardbell_protocol.air.portion import Portion

LISTENING_MS = 50  # boards/contract.py: nothing that is heard wakes the chip, and noise fills the ring within 0.38 s


class PicoEar(PicoPulseSource):
    """Fits `Ear`."""

    def __init__(self, machine_id: int, gpio: int, supply: int, clock: "PicoClock") -> None:
        super().__init__(machine_id, gpio, clock)
        self.is_listening = False
        self._waits = clock
        self._machine.active(0)
        self._supply = machine.Pin(supply, machine.Pin.OUT, value=0)

    def listen(self, is_on: bool) -> None:
        """Give it its supply and hear, or not."""
        if is_on == self.is_listening:
            return
        self.is_listening = is_on
        self._supply.value(1 if is_on else 0)
        self._waits.longest_ms = LISTENING_MS if is_on else LONGEST_MS
        if is_on:
            self._begin()
        else:
            self._machine.active(0)

    def read(self) -> "Portion":
        """What has ended since the last read; nothing while it does not listen."""
        if self.is_listening:
            return super().read()
        self._portion.n = 0
        return self._portion
