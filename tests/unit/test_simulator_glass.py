"""The glass is decoded from the pins, and a driver in a hurry is found out."""

import pytest

from wardbell_firmware.drivers.hd44780 import Hd44780
from wardbell_simulator.board_side.parts import VirtualClock, VirtualLcdPins, Wires
from wardbell_simulator.glass import RS, E, Glass

READY_US = 100_000
START_UP = (0x38, 0x0C, 0x06, 0x01)


class Bus:
    """A patient hand on the pins."""

    def __init__(self, start_up: tuple[int, ...] = START_UP) -> None:
        self.glass = Glass()
        self.now_us = READY_US
        for byte in start_up:
            self.put(byte)

    def put(self, byte: int, rs: int = 0, after_us: int = 3_000) -> None:
        self.glass.drive(self.now_us, rs | byte)
        self.glass.drive(self.now_us, rs | byte | E)
        self.glass.drive(self.now_us, rs | byte)
        self.now_us += after_us

    def write(self, text: str) -> None:
        for character in text.encode("ascii"):
            self.put(character, RS)


def test_both_rows_are_read_where_they_were_written() -> None:
    bus = Bus()
    bus.write("203-2")
    bus.put(0xC0)
    bus.write("Calling!!!")
    assert bus.glass.lines() == ("203-2           ", "Calling!!!      ")
    assert (bus.glass.n_busy, bus.glass.n_early) == (0, 0)


def test_the_byte_is_taken_when_e_falls_not_before() -> None:
    bus = Bus()
    bus.glass.drive(bus.now_us, RS | ord("A"))
    bus.glass.drive(bus.now_us, RS | ord("A") | E)
    bus.glass.drive(bus.now_us, RS | ord("B") | E)
    assert bus.glass.lines()[0] == " " * 16
    bus.glass.drive(bus.now_us, RS | ord("B"))
    assert bus.glass.lines()[0] == "B" + " " * 15


def test_a_row_is_forty_cells_long_and_runs_on_into_the_other() -> None:
    bus = Bus()
    bus.write("A" * 40 + "B")
    assert bus.glass.lines() == ("A" * 16, "B" + " " * 15)


def test_clear_empties_and_goes_home() -> None:
    bus = Bus()
    bus.write("x" * 20)
    bus.put(0x01)
    bus.write("new")
    assert bus.glass.lines() == ("new             ", " " * 16)


def test_entry_mode_can_run_backwards() -> None:
    bus = Bus((0x38, 0x0C, 0x01, 0x04))
    bus.put(0x84)
    bus.write("olleh")
    assert bus.glass.lines()[0] == "hello           "


def test_display_off_is_dark_and_keeps_its_cells() -> None:
    bus = Bus()
    bus.write("kept")
    bus.put(0x08)
    assert bus.glass.lines() == (" " * 16, " " * 16)
    bus.put(0x0C)
    assert bus.glass.lines()[0] == "kept            "


def test_display_shift_moves_the_window() -> None:
    bus = Bus()
    bus.write("0123456789ABCDEFGH")
    bus.put(0x18)
    assert bus.glass.lines()[0] == "123456789ABCDEFG"


def test_one_row_mode_shows_one_row() -> None:
    bus = Bus((0x30, 0x0C, 0x06, 0x01))
    bus.put(0xC0)
    bus.write("below")
    assert bus.glass.lines() == (" " * 16, " " * 16)


@pytest.mark.parametrize(("byte", "rs", "busy_us"), [(0x01, 0, 1_520), (0x80, 0, 37), (0x41, RS, 41)])
def test_a_byte_that_comes_too_soon_is_lost_and_counted(byte: int, rs: int, busy_us: int) -> None:
    bus = Bus()
    bus.put(byte, rs, after_us=busy_us - 1)
    bus.put(ord("Z"), RS, after_us=1)
    assert bus.glass.n_busy == 1
    assert "Z" not in bus.glass.lines()[0]
    bus.put(ord("Y"), RS)
    assert bus.glass.n_busy == 1
    assert "Y" in bus.glass.lines()[0]


def test_a_display_needs_time_after_power_on() -> None:
    glass = Glass(power_on_us=1_000)
    glass.drive(15_999, 0x38 | E)
    glass.drive(15_999, 0x38)
    assert glass.n_busy == 1


def test_characters_before_the_start_up_sequence_are_counted() -> None:
    bus = Bus(START_UP[:3])
    assert not bus.glass.is_ready
    bus.write("ab")
    assert bus.glass.n_early == 2
    bus.put(0x01)
    assert bus.glass.is_ready


def test_every_character_has_some_shape() -> None:
    bus = Bus()
    for byte in range(256):
        bus.put(0x80)
        bus.put(byte, RS)
        assert len(bus.glass.lines()[0]) == 16


def test_on_four_lines_each_byte_comes_in_two_halves() -> None:
    bus = Bus((0x30, 0x30, 0x30, 0x20))
    for byte, rs in ((0x28, 0), (0x0C, 0), (0x06, 0), (0x01, 0), (ord("H"), RS), (ord("i"), RS)):
        bus.put(byte & 0xF0, rs, after_us=0)
        bus.put(byte << 4 & 0xF0, rs)
    assert bus.glass.lines()[0] == f"{'Hi':16}"
    assert (bus.glass.n_busy, bus.glass.n_early) == (0, 0)


def test_a_shape_that_nobody_knows_is_seen_as_some_dots() -> None:
    bus = Bus()
    bus.put(0x40)
    for dots in (0b10101, 0b01010) * 4:
        bus.put(dots, RS)
    bus.put(0x80)
    bus.put(0x00, RS)
    bus.put(0x08, RS)
    assert bus.glass.lines()[0] == f"{'▒▒':16}"


def test_the_firmware_driver_keeps_the_display_s_times() -> None:
    clock = VirtualClock()
    wires = Wires(clock)
    driver = Hd44780(VirtualLcdPins(wires), clock)
    glass = Glass()
    driver.start()
    for lines in (("Everything Good!", ""), ("203-2 call   1/2", "Calling!!!    0s"), ("", "I know!")):
        driver.show(lines)
        for _, at_us, pins in wires.take():
            assert isinstance(at_us, int)
            assert isinstance(pins, int)
            glass.drive(at_us, pins)
        assert glass.lines() == (f"{lines[0]:16}", f"{lines[1]:16}")
    assert (glass.n_busy, glass.n_early) == (0, 0)
