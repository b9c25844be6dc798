"""Rotations and what is entered beside them: who is on duty, and why."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from wardbell_callcenter.house import Agent, Calendar, House, Roster, Rotation, Shift
from wardbell_callcenter.roster.change import ChangeError, ChangeKind, RosterChange, check
from wardbell_callcenter.roster.duty import on_duty, plan
from wardbell_callcenter.roster.rotation import shifts_between, team_on

ZONE = "Europe/Berlin"
START = date(2026, 11, 2)  # a Monday
HOUR_MS = 3_600_000
DAY = Shift(begins="07:00", ends="19:00")
NIGHT = Shift(begins="19:00", ends="07:00")
EAST = Roster(
    shifts={"day": DAY, "night": NIGHT},
    rotations=[
        Rotation(shift="day", teams=[["Li", "Wu"], ["Mo"]], starts=START),
        Rotation(shift="night", teams=[["Ana"], ["Ben"], ["Cem"]], starts=START),
    ],
)
HOUSE = House(time_zone=ZONE, rosters={"east": EAST})


def at(day: int, hour: int, minute: int = 0) -> int:
    return round(datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


class Entries:
    """Changes in the order in which they are made."""

    def __init__(self) -> None:
        self.made: list[RosterChange] = []

    def add(
        self, kind: ChangeKind, agent: str, from_ms: int, until_ms: int, instead: str = "", roster: str = "east"
    ) -> RosterChange:
        order = len(self.made)
        change = RosterChange(f"c{order}", kind, from_ms, until_ms, "head", order, roster, agent, instead)
        self.made.append(change)
        return change


def names(moment: int, entries: Entries | None = None, house: House = HOUSE) -> list[str]:
    return [duty.agent for duty in on_duty(house, "east", [] if entries is None else entries.made, moment)]


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        (at(1, 12), []),  # before it starts
        (at(2, 7), ["Li", "Wu"]),
        (at(2, 18, 59), ["Li", "Wu"]),
        (at(2, 19), ["Ana"]),
        (at(3, 6, 59), ["Ana"]),  # of the shift that began on Monday
        (at(3, 7), ["Mo"]),
        (at(3, 19), ["Ben"]),
        (at(4, 20), ["Cem"]),
        (at(5, 20), ["Ana"]),
    ],
)
def test_teams_take_turns(moment: int, there: list[str]) -> None:
    assert names(moment) == there


def test_a_duty_says_from_when_until_when_and_why() -> None:
    (duty,) = on_duty(HOUSE, "east", [], at(3, 2))

    assert (duty.shift, duty.from_ms, duty.until_ms) == ("night", at(2, 19), at(3, 7))
    assert [(why.kind, why.team, why.teams) for why in duty.why] == [("rotation", 1, 3)]


@pytest.mark.parametrize(
    ("rotation", "turns"),
    [
        (Rotation(shift="day", teams=[["a"], ["b"]], starts=START), [0, 1, 0, 1, 0, 1, 0, 1]),
        (Rotation(shift="day", teams=[["a"], ["b"]], starts=START, every=2), [0, 0, 1, 1, 0, 0, 1, 1]),
        (Rotation(shift="day", teams=[["a"], ["b"]], starts=START, unit="week"), [0, 0, 0, 0, 0, 0, 0, 1]),
        (Rotation(shift="day", teams=[["a"]], starts=START, on=[1, 7]), [0, None, None, None, None, None, 0, 0]),
        (Rotation(shift="day", teams=[["a"]], starts=START, ends=START), [0] + [None] * 7),
    ],
)
def test_whose_turn_it_is(rotation: Rotation, turns: list[int | None]) -> None:
    assert [team_on(rotation, START + timedelta(days=offset)) for offset in range(8)] == turns


def test_a_shift_of_workdays_follows_the_calendar() -> None:
    office = Shift(begins="08:00", ends="17:00", on=("workday",))
    calendar = Calendar(holidays={date(2026, 11, 4): {}}, workdays={date(2026, 11, 7): {}})
    roster = Roster(
        shifts={"office": office}, rotations=[Rotation(shift="office", teams=[["Li"], ["Wu"]], starts=START)]
    )
    house = House(time_zone=ZONE, calendar=calendar, rosters={"east": roster})

    shifts = shifts_between(house, roster, at(2, 0), at(9, 0))

    assert [worked.day.day for worked in shifts] == [2, 3, 5, 6, 7]  # not the holiday; the Saturday that is worked
    assert names(at(5, 12), house=house) == ["Wu"]  # the holiday has moved nobody's turn


def test_a_roster_that_was_taken_out_has_nobody() -> None:
    assert on_duty(HOUSE, "west", [], at(2, 12)) == []


def test_leave_with_and_without_somebody_instead() -> None:
    entries = Entries()
    entries.add("leave", "Li", at(2, 9), at(2, 12))
    entries.add("leave", "Wu", at(2, 10), at(2, 13), instead="Zoe", roster="")

    assert [names(at(2, hour), entries) for hour in (8, 9, 11, 12, 13)] == [
        ["Li", "Wu"],
        ["Wu"],
        ["Zoe"],
        ["Li", "Zoe"],
        ["Li", "Wu"],
    ]


@pytest.mark.parametrize("is_leave_first", [True, False])
def test_who_works_instead_has_the_place_whichever_was_entered_first(is_leave_first: bool) -> None:
    entries = Entries()
    if is_leave_first:
        entries.add("leave", "Ana", at(2, 0), at(4, 0))
    entries.add("override", "Ana", at(2, 19), at(3, 7), instead="Zoe")
    if not is_leave_first:
        entries.add("leave", "Ana", at(2, 0), at(4, 0))

    assert names(at(3, 1), entries) == ["Zoe"]


def test_the_later_entry_wins() -> None:
    entries = Entries()
    entries.add("override", "Ana", at(2, 19), at(3, 7), instead="Zoe")
    entries.add("override", "Zoe", at(2, 22), at(3, 7), instead="Kim")
    entries.add("leave", "Kim", at(3, 5), at(3, 9))

    assert [names(at(2, 20), entries), names(at(2, 23), entries), names(at(3, 6), entries)] == [["Zoe"], ["Kim"], []]
    duties = on_duty(HOUSE, "east", entries.made, at(3, 4))
    assert [(why.kind, why.whom) for why in duties[0].why] == [("rotation", ""), ("instead", "Ana"), ("instead", "Zoe")]
    assert duties[0].until_ms == at(3, 5)


def test_the_order_is_of_making_not_of_reading() -> None:
    entries = Entries()
    entries.add("override", "", at(2, 8), at(2, 9), instead="Zoe")
    entries.add("leave", "Zoe", at(2, 8), at(2, 9))

    assert [duty.agent for duty in on_duty(HOUSE, "east", entries.made[::-1], at(2, 8))] == ["Li", "Wu"]


def test_a_swap_of_two_days() -> None:
    entries = Entries()
    entries.add("swap", "Ana", at(2, 19), at(3, 7), instead="Cem")
    entries.add("swap", "Ana", at(4, 19), at(5, 7), instead="Cem")

    assert [names(at(day, 23), entries) for day in (2, 3, 4, 5)] == [["Cem"], ["Ben"], ["Ana"], ["Ana"]]


def test_somebody_added_works_as_well() -> None:
    entries = Entries()
    entries.add("override", "", at(2, 15), at(2, 21), instead="Zoe")

    assert [names(at(2, hour), entries) for hour in (14, 15, 19, 21)] == [
        ["Li", "Wu"],
        ["Li", "Wu", "Zoe"],
        ["Ana", "Zoe"],
        ["Ana"],
    ]


def test_added_to_a_shift_that_he_works_anyway_he_is_there_once_and_until_the_later_end() -> None:
    entries = Entries()
    entries.add("override", "", at(2, 15), at(2, 21), instead="Li")

    assert [(duty.agent, duty.until_ms) for duty in on_duty(HOUSE, "east", entries.made, at(2, 16))] == [
        ("Li", at(2, 21)),
        ("Wu", at(2, 19)),
    ]


def test_a_removed_entry_and_one_of_another_roster_change_nothing() -> None:
    entries = Entries()
    entries.add("leave", "Ana", at(2, 0), at(4, 0), roster="west")
    left = entries.add("leave", "Ana", at(2, 0), at(4, 0))
    removed = RosterChange("x", "leave", left.from_ms, left.until_ms, "head", 9, "east", "Ana", is_removed=True)

    assert [duty.agent for duty in on_duty(HOUSE, "east", [entries.made[0], removed], at(2, 23))] == ["Ana"]


def test_the_plan_shows_the_empty_place() -> None:
    entries = Entries()
    entries.add("leave", "Ana", at(3, 0), at(4, 0))

    places = plan(HOUSE, "east", entries.made, at(2, 20), at(3, 7))

    assert [(place.agent, place.is_away, place.from_ms, place.until_ms) for place in places] == [
        ("Ana", False, at(2, 19), at(3, 0)),
        ("Ana", True, at(3, 0), at(3, 7)),
    ]
    assert places[1].why[-1].change == entries.made[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (RosterChange("c", "leave", 5, 5, "h", 0, agent="Ana"), "ends before"),
        (RosterChange("c", "leave", 5, 6, "h", 0, roster="west", agent="Ana"), "no roster west; known: east"),
        (RosterChange("c", "override", 5, 6, "h", 0, instead="Ana"), "name it"),
        (RosterChange("c", "swap", 5, 6, "h", 0, agent="Ana", instead="Ana"), "himself"),
        (RosterChange("c", "swap", 5, 6, "h", 0, agent="Ana"), "name both"),
        (RosterChange("c", "override", 5, 6, "h", 0, roster="east", agent="Ana"), "name both"),
        (RosterChange("c", "leave", 5, 6, "h", 0, agent="Anna"), "no agent Anna; known: Ana"),
        (RosterChange("c", "swap", 5, 6, "h", 0, agent="Ana", instead="Zoe"), "no agent Zoe"),
    ],
)
def test_a_change_that_cannot_be_meant_is_refused(change: RosterChange, says: str) -> None:
    with pytest.raises(ChangeError, match=says):
        check(change, HOUSE)


def test_people_are_the_houses_agents_where_it_names_any() -> None:
    house = House(rosters={"east": EAST}, agents={"Zoe": Agent()})

    check(RosterChange("c", "override", 5, 6, "h", 0, roster="east", instead="Zoe"), house)
    with pytest.raises(ChangeError, match="known: Zoe"):
        check(RosterChange("c", "leave", 5, 6, "h", 0, agent="Ana"), house)
    with pytest.raises(ChangeError, match="known: Zoe"):
        check(RosterChange("c", "leave", 5, 6, "h", 0, agent="Zoe", instead="Kim"), house)
    check(RosterChange("c", "leave", 5, 6, "h", 0, agent="Ana", instead="Kim"), HOUSE)  # which names no agents
