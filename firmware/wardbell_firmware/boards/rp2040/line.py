"""The serial line to the host: over USB, or over a UART where the host is wired to pins."""

import select
import sys
import time

import machine

BAUD = 115_200
_BUFFER = 1024
_CHUNK = 64  # a USB packet
_READ_AT_ONCE = 256  # a byte takes 50 µs, and a host that sends on and on must not keep the radio waiting
_WRITE_LIMIT_MS = 20  # for all of a write; then the host is not reading


class UsbLine:
    """Fits `Line`: the USB port that the REPL uses as well, so Ctrl-C must be a byte like others (micropython.kbd_intr)."""

    def __init__(self) -> None:
        self._readable = select.poll()
        self._readable.register(sys.stdin, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sys.stdout, select.POLLOUT)
        self._byte = bytearray(1)

    def has_input(self) -> bool:
        """Whether there is something to read."""
        for _ in self._readable.ipoll(0):  # asked each 2 ms: `poll` makes a list each time
            return True
        return False

    def read(self) -> bytes:
        """What has come, or the first of it."""
        data = bytearray()
        while len(data) < _READ_AT_ONCE and self._readable.poll(0):
            data += sys.stdin.buffer.read(1)
        return bytes(data)

    def write(self, data: bytes) -> None:
        """Send; what a host does not fetch within 20 ms is dropped."""
        began = time.ticks_ms()
        at = 0
        while at < len(data):
            if self._writable.poll(0):
                at += sys.stdout.buffer.write(data[at : at + _CHUNK]) or 0
            elif time.ticks_diff(time.ticks_ms(), began) >= _WRITE_LIMIT_MS:
                return
            else:
                time.sleep_ms(1)


class UartLine:
    """Fits `Line`. What its buffer cannot take is dropped: it empties at 11 bytes a ms whether somebody hears or not."""

    def __init__(self, tx: int, rx: int) -> None:
        self._uart = machine.UART(0, BAUD, tx=machine.Pin(tx), rx=machine.Pin(rx), txbuf=_BUFFER, rxbuf=_BUFFER)

    def has_input(self) -> bool:
        """Whether there is something to read."""
        return bool(self._uart.any())

    def read(self) -> bytes:
        """What has come."""
        return self._uart.read() or b""

    def write(self, data: bytes) -> None:
        """Send."""
        self._uart.write(data)
