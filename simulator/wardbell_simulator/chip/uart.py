"""A PL011 UART that takes its time: one frame after the other at the baud rate, interrupts as the FIFOs fill and empty.

rp2040py sends a byte in no time and never takes its transmit interrupt back, so MicroPython's `machine.UART` hangs in it. What
is modelled is what that driver uses: 8 data bits, FIFOs of 32 with their trigger levels, the receive timeout. Source: ARM
PrimeCell UART (PL011) technical reference manual, 2.4 and 3.3; RP2040 data sheet 4.2.
"""

from collections.abc import Callable

from rp2040py.irq import IRQ
from rp2040py.peripherals.peripheral import BasePeripheral
from rp2040py.rp2040 import RP2040

_PAGES = ((0x40034, "UART0", IRQ.UART0), (0x40038, "UART1", IRQ.UART1))
_CYCLE_NS = 8
_PERI_HZ = (125_000_000, 125_000_000, 48_000_000, 6_500_000, 12_000_000)  # by AUXSRC: system clock, PLLs, ROSC, crystal
_DEPTH = 32
_TRIGGERS = (4, 8, 16, 24, 28)  # by IFLS: an eighth, a quarter, a half, three quarters, seven eighths

_DR, _FR, _IBRD, _FBRD, _LCR_H, _CR, _IFLS, _IMSC, _RIS, _MIS, _ICR = (
    *(0x00, 0x18, 0x24, 0x28, 0x2C, 0x30, 0x34),
    *(0x38, 0x3C, 0x40, 0x44),
)
_IDENTITY = dict(zip(range(0xFE0, 0x1000, 4), (0x11, 0x10, 0x34, 0x00, 0x0D, 0xF0, 0x05, 0xB1), strict=True))
_DMACR = 0x48

_RX_FULL, _TX_FULL, _RX_EMPTY, _TX_EMPTY, _BUSY = 1 << 6, 1 << 5, 1 << 4, 1 << 7, 1 << 3
_RX_INTERRUPT, _TX_INTERRUPT, _TIMEOUT_INTERRUPT = 1 << 4, 1 << 5, 1 << 6


class Pl011(BasePeripheral):
    """One UART. `on_byte(value)` is called when a byte's stop bit has left the chip."""

    def __init__(self, mcu: RP2040, name: str, irq: int) -> None:
        super().__init__(mcu, name)
        self.on_byte: Callable[[int], None] | None = None
        self._irq = irq
        self._registers: dict[int, int] = {}
        self._outgoing: list[int] = []
        self._shifted: int | None = None
        self._incoming: list[int] = []
        self._wire: list[int] = []  # from outside, not yet arrived
        self._raw = 0
        self._sent = mcu.clock.create_alarm(self._on_sent)
        self._arrival = mcu.clock.create_alarm(self._on_arrival)
        self._timeout = mcu.clock.create_alarm(self._on_timeout)
        self.reset()

    def reset(self) -> None:
        """Registers and FIFOs as after power-on; what is on the wire stays there."""
        self._registers = dict.fromkeys((_IBRD, _FBRD, _LCR_H, _IMSC, _DMACR), 0) | {_CR: 0x300, _IFLS: 0x12}
        self._outgoing.clear()
        self._incoming.clear()
        self._raw = 0
        self._interrupt()

    def feed(self, data: bytes) -> None:
        """Send bytes to the chip, one frame after the other."""
        is_idle = not self._wire
        self._wire += data
        if data and is_idle:
            self._arrival.schedule(self._frame_ns())

    def read_uint32(self, offset: int) -> int:
        """What the core reads."""
        if offset == _DR:
            value = self._incoming.pop(0) if self._incoming else 0
            if len(self._incoming) < self._rx_trigger:
                self._set(_RX_INTERRUPT, False)
            if not self._incoming:
                self._set(_TIMEOUT_INTERRUPT, False)
            return value
        if offset == _FR:
            return self._flags()
        if offset == _RIS:
            return self._raw
        if offset == _MIS:
            return self._raw & self._registers[_IMSC]
        if offset in self._registers:
            return self._registers[offset]
        return _IDENTITY[offset] if offset in _IDENTITY else super().read_uint32(offset)

    def write_uint32(self, offset: int, value: int) -> None:
        """What the core writes."""
        if offset == _DR:
            self._send(value & 0xFF)
        elif offset == _ICR:
            self._set(self.raw_write_value, False)
        elif offset in self._registers:
            self._registers[offset] = value
            self._interrupt()
        else:
            super().write_uint32(offset, value)

    @property
    def _tx_trigger(self) -> int:
        return _TRIGGERS[min(self._registers[_IFLS] & 7, 4)]

    @property
    def _rx_trigger(self) -> int:
        return _TRIGGERS[min(self._registers[_IFLS] >> 3 & 7, 4)]

    def _flags(self) -> int:
        flags = 0
        for is_so, bit in (
            (len(self._incoming) >= _DEPTH, _RX_FULL),
            (len(self._outgoing) >= _DEPTH, _TX_FULL),
            (not self._incoming, _RX_EMPTY),
            (not self._outgoing, _TX_EMPTY),
            (self._shifted is not None or bool(self._outgoing), _BUSY),
        ):
            flags |= bit if is_so else 0
        return flags

    def _frame_ns(self) -> int:
        """Start bit, eight data bits, stop bit, in whole cycles."""
        source_hz = _PERI_HZ[min(self.rp2040.clocks.peri_ctrl >> 5 & 7, 4)]
        divisor = self._registers[_IBRD] + self._registers[_FBRD] / 64
        return round(10 * 16 * divisor / source_hz * 1e9 / _CYCLE_NS) * _CYCLE_NS

    def _send(self, value: int) -> None:
        if len(self._outgoing) < _DEPTH:
            self._outgoing.append(value)
        if len(self._outgoing) > self._tx_trigger:
            self._set(_TX_INTERRUPT, False)
        if self._shifted is None:
            self._shift()

    def _shift(self) -> None:
        self._shifted = self._outgoing.pop(0)
        self._sent.schedule(self._frame_ns())

    def _on_sent(self) -> None:
        if self._shifted is not None and self.on_byte is not None:
            self.on_byte(self._shifted)
        self._shifted = None
        if self._outgoing:
            self._shift()
            # Raised as the level passes the trigger, not while it is below: the driver relies on either.
            if len(self._outgoing) == self._tx_trigger:
                self._set(_TX_INTERRUPT, True)
        else:
            self._set(_TX_INTERRUPT, True)

    def _on_arrival(self) -> None:
        value = self._wire.pop(0)
        if len(self._incoming) < _DEPTH:
            self._incoming.append(value)
        if len(self._incoming) >= self._rx_trigger:
            self._set(_RX_INTERRUPT, True)
        self._timeout.schedule(self._frame_ns() * 16 // 5)  # 32 bits of silence
        if self._wire:
            self._arrival.schedule(self._frame_ns())

    def _on_timeout(self) -> None:
        if self._incoming:
            self._set(_TIMEOUT_INTERRUPT, True)

    def _set(self, bits: int, is_set: bool) -> None:
        self._raw = self._raw | bits if is_set else self._raw & ~bits
        self._interrupt()

    def _interrupt(self) -> None:
        self.rp2040.set_interrupt(self._irq, bool(self._raw & self._registers[_IMSC]))


def fit_uarts(mcu: RP2040) -> list[Pl011]:
    """Give a chip, before it runs, two such UARTs."""
    uarts = [Pl011(mcu, name, irq) for _, name, irq in _PAGES]
    for (page, _, _), uart in zip(_PAGES, uarts, strict=True):
        mcu.peripherals[page] = uart
    return uarts
