"""The display driver on a display that sees nothing but its pins."""

from hypothesis import example, given
from hypothesis import strategies as st

from wardbell_firmware.drivers.glyphs import BELL, BROWSED, CHECK, MUTED, WARNING
from wardbell_firmware.drivers.hd44780 import Hd44780
from wardbell_simulator.glass import Glass


class Pins:
    """The display's bus and a clock that only the driver moves; each nibble taken is noted."""

    def __init__(self) -> None:
        self.now_us = 0
        self.glass = Glass()
        self.nibbles: list[tuple[int, int]] = []

    def nibble(self, rs: int, data: int) -> None:
        self.nibbles.append((rs, data))
        pins = rs << 9 | data << 4
        self.glass.drive(self.now_us, pins | 0x100)
        self.glass.drive(self.now_us, pins)

    def probe(self) -> None:
        raise AssertionError("whether it is there is not the driver's business")

    def take_bytes(self) -> list[tuple[int, int]]:
        taken, self.nibbles = self.nibbles, []
        return [(rs, upper << 4 | lower) for (rs, upper), (_, lower) in zip(taken[::2], taken[1::2], strict=True)]

    def now_ms(self) -> int:
        return self.now_us // 1000

    def wait(self, until_ms: int | None) -> None:
        raise AssertionError(f"the driver does not wait: {until_ms}")

    def sleep_us(self, duration_us: int) -> None:
        self.now_us += duration_us


def started() -> tuple[Pins, Hd44780]:
    pins = Pins()
    lcd = Hd44780(pins, pins)
    lcd.start()
    return pins, lcd


def test_start_up_is_the_data_sheets_sequence_for_four_bits() -> None:
    pins, _ = started()
    assert [data for _, data in pins.nibbles[:4]] == [3, 3, 3, 2]
    instructions = [byte for rs, byte in pins.take_bytes()[2:] if rs == 0]
    assert instructions == [0x28, 0x08, 0x01, 0x06, 0x48, 0x50, 0x58, 0x60, 0x68, 0x0C]
    assert pins.glass.is_ready
    assert (pins.glass.n_busy, pins.glass.n_early) == (0, 0)


def test_lines_are_shown_and_nothing_comes_too_soon() -> None:
    pins, lcd = started()
    lcd.show(("Everything Good!", ""))
    assert pins.glass.lines() == ("Everything Good!", " " * 16)
    lcd.show(("203-2 call   1/1", "Calling!!!    0s"))
    assert pins.glass.lines() == ("203-2 call   1/1", "Calling!!!    0s")
    assert (pins.glass.n_busy, pins.glass.n_early) == (0, 0)


def test_glyphs_are_drawn() -> None:
    pins, lcd = started()
    lcd.show((BELL + "12" + BROWSED, CHECK + MUTED + WARNING))
    assert [line.rstrip() for line in pins.glass.lines()] == ["Ω12↕", "✓⊘▲"]


def test_only_changed_cells_are_written() -> None:
    pins, lcd = started()
    lcd.show(("203-2 call   1/1", "Calling!!!    8s"))
    pins.take_bytes()
    lcd.show(("203-2 call   1/1", "Calling!!!    9s"))
    assert pins.take_bytes() == [(0, 0xC0 | 14), (1, ord("9"))]
    lcd.show(("203-2 call   1/1", "Calling!!!   10s"))
    assert pins.take_bytes() == [(0, 0xC0 | 13), (1, ord("1")), (1, ord("0"))]
    lcd.show(("203-2 call   1/1", "Calling!!!   10s"))
    assert pins.take_bytes() == []


@example([(0, 0), (0, 4)])  # entry mode: the address counts down
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 15)), max_size=9))
def test_a_display_whose_wires_were_disturbed_is_right_again_after_it_was_renewed(junk: list[tuple[int, int]]) -> None:
    pins, lcd = started()
    lines = ("203-2 call" + WARNING + "  1/1", "Calling!!!    0s")
    lcd.show(lines)
    before = pins.glass.lines()
    for rs, data in junk:
        pins.nibble(rs, data)
        pins.sleep_us(2_000)
    lcd.renew()
    lcd.show(lines)
    assert pins.glass.lines() == before
    assert pins.glass.n_busy == 0
