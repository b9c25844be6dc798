"""The engine's own time: over settings of the wall clock, restarts, reboots, and from one machine to another."""

import pytest

from wardbell_callcenter.clock import Mark, Reading, SteadyClock, read_clocks

HOUR = 3_600_000


def test_it_begins_at_nothing_and_goes_on_with_the_machine() -> None:
    clock = SteadyClock(None, Reading(5, "a", 1000))
    assert clock.now(Reading(5, "a", 1000)).steady_ms == 0
    assert clock.now(Reading(77, "a", 1250)).steady_ms == 250


@pytest.mark.parametrize("set_by_ms", [HOUR, -HOUR, 24 * HOUR])
def test_setting_the_wall_clock_does_not_move_it(set_by_ms: int) -> None:
    clock = SteadyClock(None, Reading(10 * HOUR, "a", 1000))
    now = clock.now(Reading(10 * HOUR + set_by_ms, "a", 2000))
    assert (now.steady_ms, now.wall_ms) == (1000, 10 * HOUR + set_by_ms)
    again = SteadyClock(clock.mark(Reading(10 * HOUR, "a", 2000)), Reading(10 * HOUR + set_by_ms, "a", 2500))
    assert again.now(Reading(0, "a", 2500)).steady_ms == 1500


def test_after_a_reboot_the_wall_clock_says_how_long_it_was() -> None:
    mark = Mark(5000, Reading(10 * HOUR, "a", 99 * HOUR))
    assert SteadyClock(mark, Reading(11 * HOUR, "b", 20)).now(Reading(11 * HOUR, "b", 20)).steady_ms == 5000 + HOUR


def test_it_never_goes_back_whatever_the_wall_clock_of_another_machine_says() -> None:
    mark = Mark(5000, Reading(10 * HOUR, "a", 50))
    clock = SteadyClock(mark, Reading(9 * HOUR, "b", 70 * HOUR))
    assert clock.now(Reading(9 * HOUR, "b", 70 * HOUR)).steady_ms == 5000
    assert clock.now(Reading(9 * HOUR, "b", 69 * HOUR)).steady_ms == 5000
    assert clock.now(Reading(9 * HOUR, "b", 70 * HOUR + 7)).steady_ms == 5007


def test_this_machines_clocks_go_forward() -> None:
    first, second = read_clocks(), read_clocks()
    assert first.boot_id == second.boot_id
    assert 0 < first.boot_ms <= second.boot_ms
