"""When refused transmissions become a fault, and when they are none any more."""

from wardbell_protocol.air.refusals import BARE, FORGED, N_TOLERATED, QUIET_MS, REPLAYED, RefusalWatch


def test_a_few_are_no_fault_and_one_more_is() -> None:
    watch = RefusalWatch()
    for n in range(N_TOLERATED):
        watch.refused("203-2", FORGED, n)
    assert watch.faults(N_TOLERATED) == []
    watch.refused("203-2", FORGED, N_TOLERATED)
    assert watch.faults(N_TOLERATED) == [("203-2", FORGED)]


def test_it_is_gone_after_a_quiet_time_and_not_before() -> None:
    watch = RefusalWatch()
    watch.refused("203-2", REPLAYED, 1000, N_TOLERATED + 1)
    assert watch.next_deadline_ms() == 1000 + QUIET_MS
    assert watch.faults(999 + QUIET_MS) == [("203-2", REPLAYED)]
    assert watch.faults(1000 + QUIET_MS) == []
    assert watch.next_deadline_ms() is None


def test_a_trickle_below_the_quiet_time_adds_up_and_one_above_does_not() -> None:
    watch, slow = RefusalWatch(), RefusalWatch()
    for n in range(N_TOLERATED + 1):
        watch.refused("203-2", BARE, n * (QUIET_MS - 1))
        slow.refused("203-2", BARE, n * QUIET_MS)
    assert watch.faults(N_TOLERATED * QUIET_MS) == [("203-2", BARE)]
    assert slow.faults(N_TOLERATED * QUIET_MS) == []


def test_stations_and_kinds_are_counted_apart() -> None:
    watch = RefusalWatch()
    for station_id, kind in (("203-1", FORGED), ("203-2", FORGED), ("203-1", REPLAYED)):
        watch.refused(station_id, kind, 0, N_TOLERATED)
    watch.refused("203-2", FORGED, 0)
    assert watch.faults(0) == [("203-2", FORGED)]
