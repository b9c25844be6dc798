"""The house's own clock: which moment a time of its day is, also on the days when clocks are changed.

A time that comes twice is its first one. A time that does not come at all is the moment at which the clocks go forward; RFC
5545 (3.3.5) would have it later by the gap, but then 02:30 is after 03:00, and a shift could end before it has begun.
So times of a day keep their order, and what ends where the next begins leaves no gap and no overlap.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def local(wall_ms: int, zone: str) -> datetime:
    """What the house's clock shows then."""
    return datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(zone))


@lru_cache(maxsize=65_536)
def instant_ms(day: date, at: str, zone: str) -> int:
    """UNIX ms of the time `07:00`, or `07:00:30`, of that day."""
    return shown_ms(datetime.combine(day, time.fromisoformat(at)), ZoneInfo(zone))


def shown_ms(shown: datetime, clock: tzinfo) -> int:
    """UNIX ms at which that clock shows this; `shown` names no zone."""
    moment = shown.replace(tzinfo=clock).astimezone(UTC)
    if moment.astimezone(clock).replace(tzinfo=None) != shown:
        moment = _change_in(shown.replace(tzinfo=clock, fold=1).astimezone(UTC), moment, clock)
    return round(moment.timestamp() * 1000)


def span_ms(day: date, begins: str, ends: str, zone: str) -> tuple[int, int]:
    """From when until when something goes that begins on that day; what ends no later than it begins ends on the next."""
    last = day if ends > begins else day + timedelta(days=1)
    return instant_ms(day, begins, zone), instant_ms(last, ends, zone)


def _change_in(before: datetime, after: datetime, clock: tzinfo) -> datetime:
    """The moment between the two at which the clocks are changed; it is a whole second."""
    offset = after.astimezone(clock).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(clock).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)
