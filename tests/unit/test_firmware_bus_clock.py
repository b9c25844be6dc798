"""UNIX time of a receiver that has none of its own, over a year of uptime: as true as the newest who said it."""

from random import Random

import pytest

from wardbell_firmware.bus.bus_clock import BusClock

START_MS = 1_795_000_000_000
DAY_MS = 86_400_000
EVERY_MS = 300_000  # somebody says the time; consoles do so each 5 s
SLOWEST_MS = 400  # what he says is on its way for so long at the most


@pytest.mark.parametrize("drift_ppm", [-50, 50])
def test_a_clock_that_drifts_is_no_second_off_after_a_year(drift_ppm: int) -> None:
    source, clock, worst_ms = Random(1), BusClock(), 0
    for unix_ms in range(START_MS, START_MS + 366 * DAY_MS, EVERY_MS):
        passed_ms = unix_ms - START_MS
        now_ms = passed_ms + passed_ms * drift_ppm // 1_000_000
        clock.heard(unix_ms - source.randrange(SLOWEST_MS), now_ms)
        if source.randrange(100) == 0:
            clock.heard(unix_ms - source.randrange(20 * DAY_MS), now_ms)  # a kept message of somebody who has left
        worst_ms = max(worst_ms, abs(clock.unix_ms(now_ms) - unix_ms))
    assert worst_ms < 1000


def test_a_kept_message_after_a_quiet_week_sets_it_back_by_no_more_than_may_be() -> None:
    clock = BusClock()
    clock.heard(START_MS, 0)
    clock.heard(START_MS + 60_000, 7 * DAY_MS)
    assert clock.unix_ms(7 * DAY_MS) == START_MS + 7 * DAY_MS
    clock.heard(START_MS + 7 * DAY_MS - 60_000, 7 * DAY_MS)
    assert clock.unix_ms(7 * DAY_MS) == START_MS + 7 * DAY_MS - 60_000
    clock.heard(START_MS + 7 * DAY_MS, 7 * DAY_MS)
    assert clock.unix_ms(7 * DAY_MS) == START_MS + 7 * DAY_MS
