"""The display's four-bit bus, over six pins of the chip or over the eight of a PCF8574 behind I2C."""

import errno
import time

import machine

# How the usual backpacks wire a PCF8574 to the display: P0 RS, P1 R/W, P2 E, P3 backlight, P4..P7 D4..D7.
_RS = 0x01
_E = 0x04
_BACKLIGHT = 0x08
_ADDRESSES = (0x27, 0x3F)  # PCF8574 and PCF8574A with no jumper closed
_I2C_HZ = 100_000
# Five times what three bytes take. MicroPython's own 50 ms would hold the desk up on a bus that is stuck.
_TIMEOUT_US = 2000
_IDLE = bytes((_BACKLIGHT,))  # moves nothing at the display
_FREEING_CLOCKS = 9
_HALF_CLOCK_US = 5


class GpioDisplayPins:
    """Fits `LcdPins`. Nothing comes back over these wires: a display that is not there is not noticed."""

    def __init__(self, rs: int, enable: int, data: "tuple[int, int, int, int]") -> None:
        self._rs = machine.Pin(rs, machine.Pin.OUT, value=0)
        self._enable = machine.Pin(enable, machine.Pin.OUT, value=0)
        self._data = [machine.Pin(gpio, machine.Pin.OUT, value=0) for gpio in data]

    def nibble(self, rs: int, data: int) -> None:
        """Put RS and D7..D4 on the pins and pulse E; each call of a pin takes longer than the display asks for."""
        self._rs.value(rs)
        for pin in self._data:
            pin.value(data & 1)
            data >>= 1
        self._enable.value(1)
        self._enable.value(0)

    def probe(self) -> None:
        """Nobody can tell."""


class Pcf8574DisplayPins:
    """Fits `LcdPins`. After a loss the bus is set up anew and the expander looked for, which takes 5 ms at most."""

    def __init__(self, bus: int, sda: int, scl: int) -> None:
        self._bus = bus
        self._sda = sda
        self._scl = scl
        self._i2c: machine.I2C | None = None
        self._address = 0  # none: to be looked for
        self._bytes = bytearray(3)

    def nibble(self, rs: int, data: int) -> None:
        """Put RS and D7..D4 on the pins, then raise and lower E: three bytes in a row, 90 µs each."""
        pins = data << 4 | _BACKLIGHT | (_RS if rs else 0)
        self._bytes[0] = self._bytes[2] = pins
        self._bytes[1] = pins | _E
        self._send(self._bytes)

    def probe(self) -> None:
        """Say one byte that leaves E low."""
        self._send(_IDLE)

    def _send(self, data: "bytes | bytearray") -> None:
        if not self._address:
            self._open()
        address, self._address = self._address, 0  # until it has taken them
        # A byte that was not acknowledged ends the transfer without an error.
        if self._i2c is None or self._i2c.writeto(address, data) != len(data):
            raise OSError(errno.EIO)
        self._address = address

    def _open(self) -> None:
        # What is left in the controller of a bus that was stuck fills its queue; only its reset takes that away.
        self._free()
        self._i2c = machine.I2C(
            self._bus, sda=machine.Pin(self._sda), scl=machine.Pin(self._scl), freq=_I2C_HZ, timeout=_TIMEOUT_US
        )
        for address in _ADDRESSES:
            try:
                if self._i2c.writeto(address, _IDLE) == len(_IDLE):
                    self._address = address
                    return
            except OSError:
                pass  # not there
        raise OSError(errno.ENODEV)

    def _free(self) -> None:
        """An expander that was interrupted in a byte may hold SDA until it is clocked."""
        scl = machine.Pin(self._scl, machine.Pin.OPEN_DRAIN, value=1)
        for _ in range(_FREEING_CLOCKS):
            for level in (0, 1):
                scl.value(level)
                time.sleep_us(_HALF_CLOCK_US)
