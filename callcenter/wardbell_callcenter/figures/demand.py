"""How many calls come at each hour of the day, from those that came."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from wardbell_callcenter.figures.case import Case
from wardbell_callcenter.figures.periods import periods
from wardbell_callcenter.house import House
from wardbell_callcenter.roster.house_clock import local


def calls_by_hour(cases: Iterable[Case], first: date, last: date, house: House) -> dict[int, float]:
    """Calls an hour for each hour of the house's day; one that the clocks skip or repeat counts as often as it was."""
    zone = house.time_zone
    opened = Counter(local(case.opened_at_ms, zone).hour for case in cases)
    hours = Counter(local(hour.from_ms, zone).hour for hour in periods("hour", first, last, house))
    return {hour: opened[hour] / hours[hour] for hour in range(24) if hours[hour]}
