"""The hours, shifts, days and months of the house's own clock; a day on which clocks are changed has 23 or 25 hours."""

from dataclasses import dataclass
from datetime import date, timedelta

from wardbell_callcenter.house import House
from wardbell_callcenter.roster.house_clock import instant_ms, local, span_ms

HOUR_MS = 3_600_000
KINDS = ("hour", "shift", "day", "month")


@dataclass(frozen=True)
class Period:
    """From `from_ms` until before `until_ms`, UNIX ms. `label` as the house's clock shows it."""

    label: str
    from_ms: int
    until_ms: int


def whole(first: date, last: date, zone: str) -> Period:
    """All of those days, the last one included."""
    label = first.isoformat() if first == last else f"{first.isoformat()} .. {last.isoformat()}"
    return Period(label, _midnight_ms(first, zone), _midnight_ms(last + timedelta(days=1), zone))


def periods(kind: str, first: date, last: date, house: House) -> list[Period]:
    """Those of that kind within those days, in order. A shift belongs to the day on which it begins."""
    days = [first + timedelta(days=index) for index in range((last - first).days + 1)]
    if kind == "month":
        return _months(days, house.time_zone)
    if kind == "day":
        return [whole(day, day, house.time_zone) for day in days]
    if kind == "hour":
        return [hour for day in days for hour in _hours(day, house.time_zone)]
    return [shift for day in days for shift in _shifts(day, house)]


def shift_names(house: House) -> dict[tuple[str, str], str]:
    """The house's shifts: from when until when, under the names that its rosters give them."""
    names: dict[tuple[str, str], list[str]] = {}
    for roster in house.rosters.values():
        for name, shift in roster.shifts.items():
            names.setdefault((shift.begins, shift.ends), []).append(name)
    return {times: " ".join(dict.fromkeys(some)) for times, some in sorted(names.items())}


def _hours(day: date, zone: str) -> list[Period]:
    whole_day = whole(day, day, zone)
    found = []
    for from_ms in range(whole_day.from_ms, whole_day.until_ms, HOUR_MS):
        shown = local(from_ms, zone)
        found.append(Period(shown.isoformat(" ", "minutes"), from_ms, min(from_ms + HOUR_MS, whole_day.until_ms)))
    return found


def _shifts(day: date, house: House) -> list[Period]:
    return [
        Period(f"{day.isoformat()} {name} {begins}-{ends}", *span_ms(day, begins, ends, house.time_zone))
        for (begins, ends), name in shift_names(house).items()
    ]


def _months(days: list[date], zone: str) -> list[Period]:
    """Of the first and the last month only the days that were asked for."""
    months = sorted({(day.year, day.month) for day in days})
    found = []
    for month in months:
        within = [day for day in days if (day.year, day.month) == month]
        part = whole(within[0], within[-1], zone)
        found.append(Period(f"{month[0]}-{month[1]:02}", part.from_ms, part.until_ms))
    return found


def _midnight_ms(day: date, zone: str) -> int:
    return instant_ms(day, "00:00", zone)
