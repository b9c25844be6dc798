"""The display driver on a display that sees nothing but its pins."""

from wardbell_firmware.drivers.hd44780 import Hd44780
from wardbell_simulator.glass import Glass


class Pins:
    """The display's pins and a clock that only the driver moves; each byte taken is noted."""

    def __init__(self) -> None:
        self.now_us = 0
        self.glass = Glass()
        self.bytes: list[tuple[int, int]] = []
        self._pins = 0

    def set(self, rs: int, data: int) -> None:
        self._drive(self._pins & 0x100 | rs << 9 | data)

    def enable(self, level: int) -> None:
        if self._pins & 0x100 and not level:
            self.bytes.append((self._pins >> 9, self._pins & 0xFF))
        self._drive(self._pins & 0x2FF | level << 8)

    def now_ms(self) -> int:
        return self.now_us // 1000

    def wait(self, until_ms: int | None) -> None:
        raise AssertionError(f"the driver does not wait: {until_ms}")

    def sleep_us(self, duration_us: int) -> None:
        self.now_us += duration_us

    def _drive(self, pins: int) -> None:
        self._pins = pins
        self.glass.drive(self.now_us, pins)


def started() -> tuple[Pins, Hd44780]:
    pins = Pins()
    lcd = Hd44780(pins, pins)
    lcd.start()
    return pins, lcd


def test_start_up_is_the_known_sequence() -> None:
    pins, _ = started()
    assert pins.bytes == [(0, 0x38), (0, 0x0C), (0, 0x06), (0, 0x01)]
    assert pins.glass.is_ready


def test_lines_are_shown_and_no_byte_comes_too_soon() -> None:
    pins, lcd = started()
    lcd.show(("Everything Good!", ""))
    assert pins.glass.lines() == ("Everything Good!", " " * 16)
    lcd.show(("203-2 call   1/1", "Calling!!!    0s"))
    assert pins.glass.lines() == ("203-2 call   1/1", "Calling!!!    0s")
    assert (pins.glass.n_busy, pins.glass.n_early) == (0, 0)


def test_only_changed_cells_are_written() -> None:
    pins, lcd = started()
    lcd.show(("203-2 call   1/1", "Calling!!!    8s"))
    pins.bytes.clear()
    lcd.show(("203-2 call   1/1", "Calling!!!    9s"))
    assert pins.bytes == [(0, 0xC0 | 14), (1, ord("9"))]
    pins.bytes.clear()
    lcd.show(("203-2 call   1/1", "Calling!!!   10s"))
    assert pins.bytes == [(0, 0xC0 | 13), (1, ord("1")), (1, ord("0"))]
    lcd.show(("203-2 call   1/1", "Calling!!!   10s"))
    assert len(pins.bytes) == 3
