"""The display's four-bit bus, over six pins of the chip or over the eight of a PCF8574 behind I2C."""

import machine

# How the usual backpacks wire a PCF8574 to the display: P0 RS, P1 R/W, P2 E, P3 backlight, P4..P7 D4..D7.
_RS = 0x01
_E = 0x04
_BACKLIGHT = 0x08
_ADDRESSES = (0x27, 0x3F)  # PCF8574 and PCF8574A with no jumper closed
_I2C_HZ = 100_000


class GpioDisplayPins:
    """Fits `LcdPins`."""

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


class Pcf8574DisplayPins:
    """Fits `LcdPins`. A display that does not answer is left dark: `n_lost` counts what it did not take."""

    def __init__(self, bus: int, sda: int, scl: int) -> None:
        self.n_lost = 0
        self._i2c = machine.I2C(bus, sda=machine.Pin(sda), scl=machine.Pin(scl), freq=_I2C_HZ)
        self._address = _ADDRESSES[0] if self._answers(_ADDRESSES[0]) else _ADDRESSES[1]
        self._bytes = bytearray(3)

    def nibble(self, rs: int, data: int) -> None:
        """Put RS and D7..D4 on the pins, then raise and lower E: three bytes in a row, 90 µs each."""
        pins = data << 4 | _BACKLIGHT | (_RS if rs else 0)
        self._bytes[0] = self._bytes[2] = pins
        self._bytes[1] = pins | _E
        try:
            self._i2c.writeto(self._address, self._bytes)
        except OSError:
            self.n_lost += 1

    def _answers(self, address: int) -> bool:
        try:
            self._i2c.readfrom(address, 1)
        except OSError:
            return False
        return True
