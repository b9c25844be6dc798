"""The 433 MHz transmitter: PIO times every edge, DMA feeds it, and it gives the module its supply only while it sends."""

from array import array

import machine
import rp2

from wardbell_firmware.boards.rp2040.programs import TRAIN_HZ, train
from wardbell_firmware.boards.rp2040.train import EXTRA_WORDS, write_burst
from wardbell_protocol.errors import EncodeError

SETTLE_US = 1000  # from supply to first mark
USUAL_DURATIONS = 512  # eight words take 400
_PIO_BASES = (0x50200000, 0x50300000)
_FDEBUG = 0x08
_TX_STALL = 24  # the first of four bits


class PicoTransmitter:
    """Fits `Transmitter`.

    Args:
        machine_id: which of PIO's eight state machines it takes.
        carrier: GPIO of the module's data.
        supply: GPIO that switches the module's supply, None where it has it always.
    """

    def __init__(self, machine_id: int, carrier: int, supply: "int | None") -> None:
        self._words = array("I", bytes(4 * (USUAL_DURATIONS + EXTRA_WORDS)))
        supply_pin = None if supply is None else machine.Pin(supply)
        self._machine = rp2.StateMachine(
            machine_id, train, freq=TRAIN_HZ, sideset_base=machine.Pin(carrier), set_base=supply_pin
        )
        self._settle_us = 0 if supply is None else SETTLE_US
        self._dma = rp2.DMA()
        request = (machine_id // 4) * 8 + machine_id % 4
        self._control = self._dma.pack_ctrl(size=2, inc_read=True, inc_write=False, treq_sel=request)
        self._debug = _PIO_BASES[machine_id // 4] + _FDEBUG
        self._stall = 1 << (_TX_STALL + machine_id % 4)
        self._is_sending = False
        self._machine.active(1)

    def send(self, durations_us: "list[int]") -> None:
        """Play carrier on, off, on … for these times. Raises EncodeError while it still sends."""
        if self.is_sending():
            raise EncodeError("the transmitter is still sending")
        if len(durations_us) + EXTRA_WORDS > len(self._words):
            self._words = array("I", bytes(4 * (len(durations_us) + EXTRA_WORDS)))
        n = write_burst(self._words, durations_us, self._settle_us)
        self._is_sending = True
        self._dma.config(read=self._words, write=self._machine, count=n, ctrl=self._control, trigger=True)
        # The program has words by now: from here on it starves only when it waits for the next burst.
        machine.mem32[self._debug] = self._stall

    def is_sending(self) -> bool:
        """True until the last duration has been played."""
        if self._is_sending and not self._dma.active() and machine.mem32[self._debug] & self._stall:
            self._is_sending = False
        return self._is_sending
