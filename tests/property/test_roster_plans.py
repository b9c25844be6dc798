"""Rosters against a naive model, which asks minute by minute, and over changes of clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from wardbell_callcenter.house import House, Roster, Rotation, Shift
from wardbell_callcenter.roster.change import RosterChange
from wardbell_callcenter.roster.duty import Place, on_duty, plan
from wardbell_callcenter.roster.gaps import gaps

ZONES = ["Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"]
CHANGES_OF_CLOCKS = [date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4), date(2026, 10, 25)]
MINUTE_MS = 60_000
DAY_MS = 86_400_000
PEOPLE = ["Ana", "Ben", "Cem", "Dan"]
times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 10, 30, 45]))


def noon(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000)


@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(CHANGES_OF_CLOCKS),
    edges=st.lists(times, min_size=1, max_size=4, unique=True).map(sorted),
    every=st.integers(1, 3),
)
def test_one_team_of_three_is_there_at_every_moment_of_a_week_in_which_clocks_change(
    zone: str, day: date, edges: list[str], every: int
) -> None:
    shifts = {
        begins: Shift(begins=begins, ends=ends) for begins, ends in zip(edges, edges[1:] + edges[:1], strict=True)
    }
    teams = [[name] for name in PEOPLE[:3]]
    starts = day - timedelta(days=20)
    rotations = [Rotation(shift=name, teams=teams, starts=starts, every=every) for name in shifts]
    house = House(time_zone=zone, rosters={"east": Roster(shifts=shifts, rotations=rotations)})
    from_ms, until_ms = noon(day) - 3 * DAY_MS, noon(day) + 3 * DAY_MS

    places = plan(house, "east", [], from_ms, until_ms)

    assert places[0].from_ms <= from_ms
    assert places[-1].until_ms >= until_ms
    assert [place.until_ms for place in places[:-1]] == [place.from_ms for place in places[1:]]
    assert len({(place.shift, place.day) for place in places}) == len(places)  # no shift begins twice
    assert gaps(house, [], from_ms, until_ms) == []


ROSTER = Roster(
    shifts={
        "day": Shift(begins="08:00", ends="16:00", needs=2),
        "late": Shift(begins="14:00", ends="22:00"),
        "night": Shift(begins="22:00", ends="08:00"),
    },
    rotations=[
        Rotation(shift="day", teams=[["Ana", "Ben"], ["Cem"]], starts=date(2026, 11, 1)),
        Rotation(shift="late", teams=[["Dan"], ["Ana"]], starts=date(2026, 11, 1)),
        Rotation(shift="night", teams=[["Cem"], ["Dan"], []], starts=date(2026, 11, 1)),
    ],
)
HOUSE = House(rosters={"east": ROSTER})
FROM_MS, UNTIL_MS = noon(date(2026, 11, 10)), noon(date(2026, 11, 13))
moments = st.integers(0, 72).map(lambda hour: FROM_MS + hour * 60 * MINUTE_MS)


@st.composite
def entries(draw: st.DrawFn) -> list[RosterChange]:
    made = []
    for order in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["leave", "override", "swap"]))
        from_ms, until_ms = draw(st.tuples(moments, moments).filter(lambda span: span[0] < span[1]))
        agent, instead = draw(st.permutations(PEOPLE))[:2]
        if kind == "leave":
            instead = draw(st.sampled_from(["", instead]))
        if kind == "override":
            agent = draw(st.sampled_from(["", agent]))
        made.append(RosterChange(f"c{order}", kind, from_ms, until_ms, "h", order, "east", agent, instead))  # type: ignore[arg-type]
    return made


@settings(max_examples=25)
@given(entries(), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), moments, moments)
def test_the_same_swap_twice_changes_nothing(
    made: list[RosterChange], one: str, other: str, begins: int, ends: int
) -> None:
    made = [change for change in made if change.kind != "leave"]  # a swap of an empty place fills it
    swap = RosterChange("s", "swap", min(begins, ends), max(begins, ends), "h", 8, "east", one, other)
    twice = [*made, swap, replace(swap, change_id="t", made_at_ms=9)]

    for moment in range(FROM_MS, UNTIL_MS, 60 * MINUTE_MS):
        before = [(duty.agent, duty.shift) for duty in on_duty(HOUSE, "east", made, moment)]
        assert [(duty.agent, duty.shift) for duty in on_duty(HOUSE, "east", twice, moment)] == before


@settings(max_examples=60)
@given(entries())
def test_a_gap_is_shown_exactly_where_fewer_are_there_than_needed(made: list[RosterChange]) -> None:
    found = [gap for gap in gaps(HOUSE, made, FROM_MS, UNTIL_MS) if gap.kind == "short"]
    places = plan(HOUSE, "east", made, FROM_MS, UNTIL_MS)

    for moment in range(FROM_MS, UNTIL_MS, 60 * MINUTE_MS):
        shown = {(gap.shift, gap.has) for gap in found if gap.from_ms <= moment < gap.until_ms}
        assert shown == counted(moment, [place for place in places if place.from_ms <= moment < place.until_ms])


def counted(moment: int, places: list[Place]) -> set[tuple[str, int]]:
    """The naive model: the shifts of that hour by hand, whoever was added put where somebody is missing."""
    hour = datetime.fromtimestamp(moment / 1000, UTC).hour
    going = [name for name, hours in HOURS.items() if hour in hours]
    there = {name: {place.agent for place in places if place.shift == name and not place.is_away} for name in going}
    spare = {place.agent for place in places if not place.shift and not place.is_away}.difference(*there.values())
    missing = set()
    for name in sorted(going, key=lambda name: (name == "night", name)):
        for agent in sorted(spare):
            if len(there[name]) < ROSTER.shifts[name].needs:
                there[name].add(agent)
                spare.discard(agent)
        if len(there[name]) < ROSTER.shifts[name].needs:
            missing.add((name, len(there[name])))
    return missing


HOURS = {"day": range(8, 16), "late": range(14, 22), "night": [22, 23, *range(8)]}
