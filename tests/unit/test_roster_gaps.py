"""What is wrong with the days to come."""

from dataclasses import replace
from datetime import UTC, date, datetime

from wardbell_callcenter.house import House, Roster, Rotation, Shift
from wardbell_callcenter.roster.change import RosterChange
from wardbell_callcenter.roster.gaps import Gap, gaps

START = date(2026, 11, 2)
SHIFTS = {
    "day": Shift(begins="07:00", ends="19:00", needs=2),
    "late": Shift(begins="13:00", ends="21:00"),
    "night": Shift(begins="19:00", ends="07:00"),
}
EAST = Roster(
    shifts=SHIFTS,
    rotations=[
        Rotation(shift="day", teams=[["Li", "Wu"]], starts=START),
        Rotation(shift="late", teams=[["Mo"]], starts=START),
        Rotation(shift="night", teams=[["Ana"]], starts=START, on=[1, 2, 3, 4, 5, 6]),
    ],
)
HOUSE = House(rosters={"east": EAST})


def at(day: int, hour: int) -> int:
    return round(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp() * 1000)


def leave(agent: str, from_ms: int, until_ms: int, order: int = 0) -> RosterChange:
    return RosterChange(f"leave-{agent}", "leave", from_ms, until_ms, "head", order, agent=agent)


def added(agent: str, from_ms: int, until_ms: int, order: int = 0) -> RosterChange:
    return RosterChange(f"add-{agent}", "override", from_ms, until_ms, "head", order, roster="east", instead=agent)


def short(shift: str, from_ms: int, until_ms: int, has: int = 0) -> Gap:
    return Gap("short", from_ms, until_ms, "east", shift, needs=SHIFTS[shift].needs, has=has)


def test_a_night_that_no_rotation_has_is_a_gap() -> None:
    assert gaps(HOUSE, [], at(2, 8), at(9, 6)) == [short("night", at(8, 19), at(9, 6))]  # Sunday's, clipped


def test_before_the_rotation_starts_everything_is_a_gap() -> None:
    house = House(rosters={"east": Roster(shifts={"late": SHIFTS["late"]}, rotations=EAST.rotations[1:2])})

    assert gaps(house, [], at(1, 0), at(3, 0)) == [short("late", at(1, 13), at(1, 21))]


def test_leave_makes_a_gap_just_as_long_as_it_lasts() -> None:
    changes = [leave("Li", at(3, 9), at(3, 10)), leave("Wu", at(3, 10), at(3, 12), 1)]
    both = [*changes, leave("Li", at(3, 11), at(3, 12), 2)]

    assert gaps(HOUSE, changes, at(3, 0), at(4, 0)) == [short("day", at(3, 9), at(3, 12), has=1)]
    assert gaps(HOUSE, both, at(3, 0), at(4, 0)) == [
        short("day", at(3, 9), at(3, 11), has=1),
        short("day", at(3, 11), at(3, 12), has=0),
    ]


def test_who_was_added_fills_one_place() -> None:
    away = [leave("Li", at(3, 7), at(3, 19)), leave("Mo", at(3, 13), at(3, 21), 1)]

    assert gaps(HOUSE, [*away, added("Zoe", at(3, 7), at(3, 21), 2)], at(3, 0), at(4, 0)) == [
        short("late", at(3, 13), at(3, 19)),  # until the day shift is over she fills that
    ]


def test_two_places_at_once() -> None:
    west = Roster(shifts=SHIFTS, rotations=[Rotation(shift="night", teams=[["Li"]], starts=START)])
    west = Roster(shifts={"night": replace_needs(west.shifts["night"])}, rotations=west.rotations)
    house = House(rosters={"east": EAST, "west": west})

    changes = [added("Li", at(3, 20), at(3, 22))]

    assert [gap for gap in gaps(house, changes, at(3, 8), at(3, 23)) if gap.kind == "double"] == [
        Gap("double", at(3, 20), at(3, 22), "east", "", "Li", other="west/night"),
    ]


def replace_needs(shift: Shift) -> Shift:
    return Shift(begins=shift.begins, ends=shift.ends, needs=0)


def test_somebody_planned_who_is_on_leave() -> None:
    away = leave("Zoe", at(3, 0), at(4, 0))
    later = added("Zoe", at(3, 8), at(3, 10), 1)

    assert gaps(HOUSE, [away, later], at(3, 0), at(4, 0)) == [
        Gap("on_leave", at(3, 8), at(3, 10), "east", "", "Zoe", other="leave-Zoe")
    ]
    assert gaps(HOUSE, [away, replace(later, is_removed=True)], at(3, 0), at(4, 0)) == []
