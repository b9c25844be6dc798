"""Hours, shifts, days and months of the house's own clock."""

from datetime import date
from itertools import pairwise

import pytest

from wardbell_callcenter.figures.periods import HOUR_MS, periods, whole
from wardbell_callcenter.figures.work import Offers, Work, work
from wardbell_callcenter.house import House, Roster, Shift
from wardbell_callcenter.store.agent_rows import Stay
from wardbell_protocol.bus.centre_payloads import AgentStatus

BERLIN = House(
    time_zone="Europe/Berlin",
    rosters={
        "east": Roster(
            shifts={"day": Shift(begins="07:00", ends="19:00"), "night": Shift(begins="19:00", ends="07:00")},
            rotations=[],
        ),
        "west": Roster(shifts={"early": Shift(begins="07:00", ends="19:00")}, rotations=[]),
    },
)
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 23), (date(2026, 3, 30), 24), (BACK, 25)])
def test_a_day_has_as_many_hours_as_the_clocks_have_it(day: date, hours: int) -> None:
    (only,) = periods("day", day, day, BERLIN)
    assert only == whole(day, day, BERLIN.time_zone)
    assert only.until_ms - only.from_ms == hours * HOUR_MS
    found = periods("hour", day, day, BERLIN)
    assert len(found) == hours == len({hour.label for hour in found})
    assert (found[0].from_ms, found[-1].until_ms) == (only.from_ms, only.until_ms)
    assert all(before.until_ms == after.from_ms for before, after in pairwise(found))


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    labels = [hour.label for hour in periods("hour", BACK, BACK, BERLIN)]
    assert labels[2:4] == ["2026-10-25 02:00+02:00", "2026-10-25 02:00+01:00"]


def test_a_day_that_is_half_an_hour_longer_ends_at_midnight() -> None:
    lord_howe = House(time_zone="Australia/Lord_Howe")
    found = periods("hour", date(2026, 4, 5), date(2026, 4, 5), lord_howe)
    assert len(found) == 25
    assert found[-1].until_ms - found[-1].from_ms == HOUR_MS // 2


def test_shifts_that_are_the_same_hours_are_one_and_a_night_is_that_of_its_evening() -> None:
    day, night = periods("shift", FORWARD, FORWARD, BERLIN)
    assert (day.label, night.label) == ("2026-03-29 day early 07:00-19:00", "2026-03-29 night 19:00-07:00")
    assert day.until_ms == night.from_ms
    (before,) = [
        shift for shift in periods("shift", date(2026, 3, 28), date(2026, 3, 28), BERLIN) if "night" in shift.label
    ]
    assert before.until_ms - before.from_ms == 11 * HOUR_MS


def test_months_are_cut_where_the_days_are() -> None:
    found = periods("month", date(2026, 1, 30), date(2026, 3, 2), BERLIN)
    assert [month.label for month in found] == ["2026-01", "2026-02", "2026-03"]
    assert found[1].from_ms - found[0].from_ms == 48 * HOUR_MS
    assert found[-1].until_ms == whole(date(2026, 3, 2), date(2026, 3, 2), "Europe/Berlin").until_ms


def test_time_is_counted_by_the_part_that_lies_in_the_period() -> None:
    spent: list[tuple[AgentStatus, int, int | None]] = [
        ("ready", 0, 2000),
        ("busy", 2000, 4000),
        ("wrap_up", 4000, 5000),
        ("not_ready", 5000, 9000),
        ("offered", 9000, None),
    ]
    stays = [Stay("li", from_ms, state, "", until_ms) for state, from_ms, until_ms in spent]
    found = work(stays, 1000, 10_000)
    assert found == Work(handling_s=3, ready_s=2, signed_in_s=9)
    assert (found.occupancy.count, found.occupancy.of, found.utilisation.of) == (3, 5, 9)
    assert work(stays, 20_000, 10_000) == Work()


def test_offers_are_counted_by_what_became_of_them() -> None:
    found = Offers().plus({"missed": 2, "withdrawn": 5}).plus({"accepted": 1, "refused": 1, "missed": 1})
    assert found == Offers(made=10, accepted=1, refused=1, missed=3)
    assert (found.missed_share.count, found.missed_share.of) == (3, 10)
