"""Which shifts there are on a day, and which team has its turn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from wardbell_callcenter.house import House, Roster, Rotation
from wardbell_callcenter.roster.calendar import day_kind
from wardbell_callcenter.roster.house_clock import local, span_ms

_DAY = timedelta(days=1)
_MARGIN = 2  # days: a shift lasts one at most, and a change of clocks may repeat hours of another


@dataclass(frozen=True)
class ShiftTime:
    """A shift of one day: from when until when it really goes."""

    shift: str
    day: date
    from_ms: int
    until_ms: int
    needs: int


def shifts_between(house: House, roster: Roster, from_ms: int, until_ms: int) -> list[ShiftTime]:
    """All shifts that touch that time, whether anybody is planned or not; earliest first.

    One that clocks going forward leave no time for is none.
    """
    found = []
    for day in _days(local(from_ms, house.time_zone).date(), local(until_ms, house.time_zone).date()):
        kind = day_kind(house.calendar, day)
        for name, shift in roster.shifts.items():
            begins_ms, ends_ms = span_ms(day, shift.begins, shift.ends, house.time_zone)
            if max(begins_ms, from_ms) < min(ends_ms, until_ms) and kind in shift.on:
                found.append(ShiftTime(name, day, begins_ms, ends_ms, shift.needs))
    return sorted(found, key=lambda worked: (worked.from_ms, worked.shift))


def team_on(rotation: Rotation, day: date) -> int | None:
    """Index of the team whose turn it is on that day; None: of this rotation nobody works then."""
    if day < rotation.starts or (rotation.ends is not None and day > rotation.ends):
        return None
    if rotation.on and day.isoweekday() not in rotation.on:
        return None
    turn = (day - rotation.starts).days // (rotation.every * (7 if rotation.unit == "week" else 1))
    return turn % len(rotation.teams)


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range(-_MARGIN, (last - first).days + _MARGIN + 1):
        yield first + offset * _DAY
