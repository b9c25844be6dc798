"""A display behind a PCF8574 that is pulled off an emulated Pico: how long that holds the desk up, and whether it comes back."""

import json
from typing import Any

import pytest
from chip_air import IMAGE, board_files

from wardbell_simulator.chip.board import EmulatedPico

PREPARE = """
import json, time
from wardbell_firmware.boards.rp2040.clock import PicoClock
from wardbell_firmware.boards.rp2040.display_pins import Pcf8574DisplayPins
from wardbell_firmware.drivers.hd44780 import Hd44780
clock = PicoClock()
pins = Pcf8574DisplayPins(0, 20, 21)
lcd = Hd44780(pins, clock)
def attempt(do):
    began = time.ticks_us()
    try:
        do()
        is_taken = True
    except OSError:
        is_taken = False
    print(json.dumps([is_taken, time.ticks_diff(time.ticks_us(), began)]))
def start():
    lcd.begin()
    lcd.show(("203-2 call   1/1", "Calling!!!    0s"))
"""
ABSENT_US = 2_000
STUCK_US = 10_000  # as boards/contract.py allows

pytestmark = pytest.mark.skipif(not IMAGE.is_file(), reason="no RP2040 image: `make bench-chip` builds one")


def attempts(pico: EmulatedPico, *calls: str) -> list[list[Any]]:
    """Whether the display took each, and for how many us that held the chip up."""
    return [json.loads(line) for line in pico.run("\n".join(f"attempt({call})" for call in calls)).splitlines()]


def test_a_bus_without_a_display_is_given_up_soon_and_one_that_is_plugged_in_again_is_found() -> None:
    pico = EmulatedPico(IMAGE, board_files())
    display = pico.fit_i2c_display()
    pico.run(PREPARE)
    assert attempts(pico, "pins.probe")[0][0]
    display.address = 0
    for is_taken, held_us in attempts(pico, "pins.probe", "start", "pins.probe"):
        assert not is_taken
        assert held_us < ABSENT_US
    display.stick()
    for is_taken, held_us in attempts(pico, "pins.probe", "start"):
        assert not is_taken
        assert held_us < STUCK_US
    display.release()
    display.power_up()
    display.address = 0x3F
    pico.run_for_us(20_000)
    assert attempts(pico, "start")[0][0]
    assert display.glass.lines() == ("203-2 call   1/1", "Calling!!!    0s")
    assert (display.glass.n_busy, display.glass.n_early) == (0, 0)
