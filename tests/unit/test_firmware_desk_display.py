"""The desk's display while its cable is pulled and put in again, at whatever instant."""

import pytest

from wardbell_firmware.receiver.desk_display import PROBE_EACH_MS, TRY_EACH_MS, DeskDisplay
from wardbell_simulator.glass import Glass

LINES = ("203-2 call   1/1", "Calling!!!    0s")
STEP_MS = 20


class Cable:
    """The display's bus, which notices that its cable is out, and the clock; each attempt to write is counted."""

    def __init__(self) -> None:
        self.now_us = 0
        self.glass = Glass()
        self.n_tried = 0
        self.taken_until = -1  # the cable goes after so many attempts more
        self.is_plugged = True

    def nibble(self, rs: int, data: int) -> None:
        self.probe()
        pins = rs << 9 | data << 4
        self.glass.drive(self.now_us, pins | 0x100)
        self.glass.drive(self.now_us, pins)

    def probe(self) -> None:
        self.n_tried += 1
        if self.n_tried == self.taken_until:
            self.is_plugged = False
        if not self.is_plugged:
            raise OSError

    def plug(self) -> None:
        self.is_plugged = True
        self.glass = Glass(self.now_us)  # it had no supply

    def now_ms(self) -> int:
        return self.now_us // 1000

    def wait(self, until_ms: int | None) -> None:
        raise AssertionError(f"the display does not wait: {until_ms}")

    def sleep_us(self, duration_us: int) -> None:
        self.now_us += duration_us


def run(cable: Cable, display: DeskDisplay, for_ms: int) -> int:
    """Write the same lines at each step; returns the longest time, in ms, that a step took."""
    end_ms, longest_ms = cable.now_ms() + for_ms, 0
    while cable.now_ms() < end_ms:
        began_ms = cable.now_ms()
        display.write(LINES, began_ms)
        longest_ms = max(longest_ms, cable.now_ms() - began_ms)
        cable.now_us += STEP_MS * 1000
    return longest_ms


def test_a_display_that_is_never_there_is_tried_once_a_second_and_holds_nothing_up() -> None:
    cable = Cable()
    cable.is_plugged = False
    display = DeskDisplay(cable, cable)
    assert display.is_lost
    tried = cable.n_tried
    assert run(cable, display, 60_000) == 0
    assert display.is_lost
    assert 55 <= cable.n_tried - tried <= 60_000 / TRY_EACH_MS


def test_a_display_that_is_pulled_while_nothing_changes_is_missed() -> None:
    cable = Cable()
    display = DeskDisplay(cable, cable)
    run(cable, display, 1_000)
    cable.is_plugged = False
    run(cable, display, PROBE_EACH_MS)
    assert display.is_lost


@pytest.mark.parametrize("taken", [*range(1, 14), 60, 61, 100, 101, 140, 141])
def test_a_display_that_went_at_any_half_byte_is_set_up_anew_as_after_power_up(taken: int) -> None:
    cable = Cable()
    cable.taken_until = taken
    display = DeskDisplay(cable, cable)
    run(cable, display, 7_000)
    assert display.is_lost
    cable.plug()
    longest_ms = run(cable, display, TRY_EACH_MS + 200)
    assert cable.glass.lines() == LINES
    assert cable.glass.is_ready
    assert cable.glass.n_early == 0
    assert longest_ms < 20  # of waiting; the bus comes on top


def test_a_display_that_goes_again_while_it_is_set_up_is_still_lost() -> None:
    cable = Cable()
    cable.is_plugged = False
    display = DeskDisplay(cable, cable)
    for after in (1, 2, 3, 4, 40):
        cable.plug()
        cable.taken_until = cable.n_tried + after
        run(cable, display, 3 * TRY_EACH_MS)
        assert display.is_lost
    cable.plug()
    run(cable, display, 2 * TRY_EACH_MS)
    assert cable.glass.lines() == LINES
