"""A 433 MHz receive module: PIO measures marks and spaces, DMA puts them into a ring, whatever the CPU does meanwhile."""

import gc
from array import array

import machine
import rp2
import uctypes

from wardbell_firmware.boards.rp2040.programs import DURATIONS_HZ, durations
from wardbell_firmware.boards.rp2040.ring import Ring
from wardbell_protocol.air.portion import LONGEST_US, Portion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Clock

PORTION_DURATIONS = 512
QUIET_LIMIT_US = LONGEST_US - 30_000_000  # begin anew before one duration no longer fits a portion

_RING_BITS = 13  # its 2048 words have four bytes each
_RING_BYTES = 1 << _RING_BITS
_COUNT_MASK = 0x3FFFFFFF
_DMA_BASE = 0x50000000
_CHANNEL_SIZE = 0x40
_COUNT_AND_START = 0x1C  # AL1_TRANS_COUNT_TRIG
_RX_REQUEST = 4  # behind the four for sending

_channels: "dict[int, tuple[rp2.DMA, rp2.DMA]]" = {}


def _channels_of(machine_id: int) -> "tuple[rp2.DMA, rp2.DMA]":
    """DMA channels of a state machine: of a source made before, if any, stopped: they would go on taking its words."""
    if machine_id not in _channels:
        _channels[machine_id] = rp2.DMA(), rp2.DMA()
    taker, starter = _channels[machine_id]
    starter.active(False)
    taker.active(False)
    return taker, starter


def _room_for_ring() -> memoryview:
    """Room for the ring at a multiple of the ring's size, which DMA wants and no allocation promises.

    Behind a filler that is then given back, where the heap is as whole as it is at a start; else in twice the room.
    """
    gc.collect()
    skipped = -uctypes.addressof(bytearray(2 * _RING_BYTES)) % _RING_BYTES
    gc.collect()
    # Larger than any hole that small things leave, so that it lies where the one before lay, and the room behind it.
    filler = bytearray(_RING_BYTES + skipped)
    room = memoryview(bytearray(_RING_BYTES))
    del filler
    if uctypes.addressof(room) % _RING_BYTES == 0:
        return room
    room = memoryview(bytearray(2 * _RING_BYTES))
    skipped = -uctypes.addressof(room) % _RING_BYTES
    return room[skipped : skipped + _RING_BYTES]


class PicoPulseSource:
    """Fits `PulseSource`. `n_overruns`: how often nobody had read for so long that the ring ran over.

    Args:
        machine_id: which of PIO's eight state machines it takes.
        gpio: the module's data.
        lap: words after which DMA's count is at its end and is started anew; a power of 2, at least twice the ring's.
    """

    def __init__(self, machine_id: int, gpio: int, clock: "Clock", lap: int = 1 << 24) -> None:
        self.n_overruns = 0
        self._clock = clock
        self._pin = machine.Pin(gpio, machine.Pin.IN)
        self._portion = Portion(PORTION_DURATIONS)
        words = _room_for_ring()
        self._ring = Ring(words)  # type: ignore[arg-type]  # a buffer of its kind
        self._machine = rp2.StateMachine(machine_id, durations, freq=DURATIONS_HZ, jmp_pin=self._pin)
        self._lap_mask = lap - 1
        self._written = 0
        self._start_dma(machine_id, words, lap)
        self._begin()

    def read(self) -> Portion:
        """What has ended since the last read, at most `PORTION_DURATIONS`, no further than a gap. Always the same portion."""
        portion, ring = self._portion, self._ring
        if not ring.read(self.count(), portion):
            self.n_overruns += 1
            self._begin_anew(False)
        elif portion.n == 0 and ring.quiet_us(self._clock.now_ms()) > QUIET_LIMIT_US:
            self._begin_anew(bool(self._pin.value()))
        return portion

    def n_waiting(self) -> int:
        """How many durations have not been read."""
        return self._ring.n_waiting(self.count())

    def is_gap_waiting(self) -> bool:
        """Whether a gap has ended that has not been read."""
        return self._ring.is_gap_waiting(self.count())

    def _start_dma(self, machine_id: int, words: memoryview, lap: int) -> None:
        self._dma, self._starter = _channels_of(machine_id)
        self._lap = array("I", (lap,))
        request = (machine_id // 4) * 8 + machine_id % 4 + _RX_REQUEST
        # Whatever its count, it comes to an end: then the second channel writes it anew, which starts the first one again
        # where it stopped. PIO's FIFO holds eight words meanwhile.
        starter, channel = self._starter.channel, self._dma.channel  # pyright: ignore[reportAttributeAccessIssue]
        self._starter.config(
            read=self._lap,
            write=_DMA_BASE + _CHANNEL_SIZE * channel + _COUNT_AND_START,
            count=1,
            ctrl=self._starter.pack_ctrl(size=2, inc_read=False, inc_write=False),
        )
        control = self._dma.pack_ctrl(
            size=2,
            inc_read=False,
            ring_sel=True,
            ring_size=_RING_BITS,
            treq_sel=request,
            chain_to=starter,
        )
        self._dma.config(read=self._machine, write=words, count=lap, ctrl=control, trigger=True)

    def count(self) -> int:
        """How many durations there have been, modulo 2**30; to be asked at least once in a lap."""
        left = self._dma.count  # pyright: ignore[reportAttributeAccessIssue]
        self._written = (self._written + ((-left - self._written) & self._lap_mask)) & _COUNT_MASK
        return self._written

    def _begin(self) -> int:
        """Begin anew; returns how long that is after what was read before."""
        self._machine.active(0)
        self._machine.restart()
        quiet_us = self._ring.restart(self.count(), self._clock.now_ms())
        self._machine.active(1)
        return quiet_us

    def _begin_anew(self, is_mark: bool) -> None:
        """Give what was lost, or has lasted too long, as one duration."""
        lost_us = min(max(self._begin(), 0), LONGEST_US)
        self._portion.fill([lost_us if is_mark else -lost_us], 0)
        self._ring.date(self._portion)
