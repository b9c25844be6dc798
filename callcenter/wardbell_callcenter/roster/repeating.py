"""When an event of a calendar takes place: RFC 5545's rules, additions and exceptions (3.8.5), by the clock its start names.

A night shift of 22:00 to 06:00 is that also when clocks are changed in it, though its hours are one more or fewer then.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr
from icalendar import Event, vRecur

from wardbell_callcenter.roster.house_clock import shown_ms
from wardbell_callcenter.roster.moments import within

_RHYTHMS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_MOST = 1000  # times of one event that are taken: two a day for more than a year
_MOST_STEPS = 30_000  # that are counted from its beginning: each day from 1970 to 2050 is fewer
# dateutil looks for a next time until the year 9999, which takes 20 s for a 30th of February. After 400 years days and weekdays
# are the same again, so rules are worked out that much later, with little left to look through.
_TURN_YEARS = 19 * 400
_DAY = timedelta(days=1)
_LAST_YEAR = 9999 - _TURN_YEARS


class UnsuitableError(Exception):
    """An event that can be read, and says what cannot be taken. The text is the remedy."""


@dataclass(frozen=True)
class Occurrence:
    """One time of an event. `slot`: which of a repeating event it is, by when it was planned; empty: it is the only one."""

    from_ms: int
    until_ms: int
    slot: str = ""
    is_cancelled: bool = False


def is_repeating(event: Event) -> bool:
    """Whether it has times besides its own, or lacks some."""
    return any(name in event for name in ("RRULE", "RDATE", "EXDATE", "EXRULE"))


def is_once_a_year(rule: vRecur) -> bool:
    """Whether that rule has few times, however far it is followed."""
    parts: dict[str, list[Any]] = {name.upper(): values for name, values in rule.items()}
    is_yearly = str(parts.get("FREQ", [""])[0]).upper() == "YEARLY" and min(parts.get("INTERVAL", [1])) >= 1
    return is_yearly and parts.keys().isdisjoint(("BYHOUR", "BYMINUTE", "BYSECOND"))


class Series:
    """The times of an event. `zone`: of the house, for days and for times that name none.

    Raises:
        UnsuitableError, ValueError and what else icalendar raises: it cannot be used.
    """

    def __init__(self, event: Event, zone: str) -> None:
        _check_zones(event)
        self._event = event
        self._house = ZoneInfo(zone)
        self._start, self._clock = self._wall(event.start)
        self._length = event.end - event.start
        self._offsets: dict[date, timedelta] = {}
        self._is_cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"

    def once(self, slot: str = "") -> Occurrence:
        """Its own time, without regard to others."""
        end, clock = self._wall(self._event.end)
        from_ms, until_ms = shown_ms(self._start, self._clock), shown_ms(end, clock)
        if until_ms <= from_ms and not self._is_cancelled:
            raise UnsuitableError("it ends no later than it begins; give DTEND or DURATION")
        return Occurrence(from_ms, until_ms, slot, self._is_cancelled)

    def slot_of(self, one: Event) -> str:
        """Which of this event's times that one is instead of."""
        _check_zones(one)
        (named,) = listed(one["RECURRENCE-ID"])
        if "RANGE" in named.params:
            raise UnsuitableError(
                "it changes all later times too (RANGE); end the event before them with UNTIL, and write a second one"
            )
        return _slot(self._own_wall(named.dt))

    def times(self, replaced: Collection[str], from_ms: int, until_ms: int) -> list[Occurrence]:
        """Those that touch that span, but for the slots that are replaced."""
        self.once()  # refused as any other event is
        last = datetime.fromtimestamp(until_ms / 1000, self._clock).replace(tzinfo=None)
        first = datetime.fromtimestamp(from_ms / 1000, self._clock).replace(tzinfo=None) - self._length - _DAY
        planned = {self._start, *self._ruled(last), *map(self._own_wall, _values(self._event, "RDATE"))}
        found: list[Occurrence] = []
        for wall in sorted(wall for wall in planned - self._left_out(planned) if wall >= first):
            begins_ms, ends_ms = self._moment_ms(wall), self._moment_ms(wall + self._length)
            # What lies wholly in the hour that a change of clocks leaves out does not take place.
            if begins_ms < until_ms and ends_ms > max(from_ms, begins_ms) and _slot(wall) not in replaced:
                found.append(Occurrence(begins_ms, ends_ms, _slot(wall), self._is_cancelled))
        if len(found) > _MOST:
            raise UnsuitableError(f"it takes place more than {_MOST} times in the days asked for; give fewer --days")
        return found

    def _moment_ms(self, wall: datetime) -> int:
        """The clock is asked once for each day: one that the file itself describes takes milliseconds for each answer."""
        offset = self._offset(wall.date() - _DAY)
        if offset != self._offset(wall.date() + 2 * _DAY):
            return shown_ms(wall, self._clock)
        return round((wall - offset).replace(tzinfo=UTC).timestamp() * 1000)

    def _offset(self, day: date) -> timedelta:
        if day not in self._offsets:
            self._offsets[day] = datetime.combine(day, time.min, self._clock).utcoffset() or timedelta()
        return self._offsets[day]

    def _ruled(self, last: datetime) -> Iterator[datetime]:
        if "EXRULE" in self._event:
            raise UnsuitableError("EXRULE is of an older standard; write what it leaves out as EXDATE")
        for rule in listed(self._event.get("RRULE")):
            yield from self._by_rule(rule, last)

    def _by_rule(self, rule: vRecur, last: datetime) -> Iterator[datetime]:
        parts: dict[str, list[Any]] = {name.upper(): values for name, values in rule.items()}
        rhythm = str(parts.get("FREQ", [""])[0]).upper()
        if rhythm not in _RHYTHMS:
            raise UnsuitableError(f"it repeats {rhythm or 'without FREQ'}; write {', '.join(_RHYTHMS)}")
        if min(parts.get("INTERVAL", [1])) < 1:
            raise UnsuitableError("its INTERVAL is below 1; write how many days, weeks, months or years")
        until = [self._until(value) for value in parts.get("UNTIL", ())]
        end = min([last, *until])
        if end < self._start or end.year > _LAST_YEAR:
            return
        said: bytes = rule.to_ical()  # type: ignore[no-untyped-call]
        text = ";".join(part for part in said.decode().split(";") if part[:6] not in ("UNTIL=", "COUNT="))
        turned = rrulestr(text, dtstart=_turned(self._start, _TURN_YEARS))
        assert isinstance(turned, rrule)  # and no set of several: it is one line
        walls = islice(turned.replace(until=_turned(end, _TURN_YEARS)), parts.get("COUNT", [None])[0])
        for step, wall in enumerate(walls):
            if step >= _MOST_STEPS:
                raise UnsuitableError("it repeats too often; write what is wanted of it as events of their own")
            yield _turned(wall, -_TURN_YEARS)

    def _until(self, value: date | datetime) -> datetime:
        """The last moment; of a day, its end, which is what is meant where the event has times of the day."""
        return self._own_wall(value) if isinstance(value, datetime) else datetime.combine(value, time.max)

    def _left_out(self, planned: set[datetime]) -> set[datetime]:
        """Those that EXDATE names; a day leaves out what begins on it, as programs write it that know no better."""
        values = _values(self._event, "EXDATE")
        days = {value for value in values if not isinstance(value, datetime)}
        return {*map(self._own_wall, values), *(wall for wall in planned if wall.date() in days)}

    def _own_wall(self, value: date | datetime | tuple[object, ...]) -> datetime:
        """What the event's own clock shows at that time."""
        if isinstance(value, tuple):
            raise UnsuitableError("an RDATE of it is a PERIOD; write that as an event of its own")
        wall, clock = self._wall(value)
        if isinstance(value, datetime) and value.tzinfo is not None and clock is not self._clock:
            return value.astimezone(self._clock).replace(tzinfo=None)
        return wall

    def _wall(self, at: date | datetime) -> tuple[datetime, tzinfo]:
        """What is shown, and by which clock."""
        within(at)
        if not isinstance(at, datetime):
            return datetime.combine(at, time.min), self._house
        return at.replace(tzinfo=None), at.tzinfo if at.tzinfo is not None else self._house


def _values(event: Event, name: str) -> list[Any]:
    return [each.dt for some in listed(event.get(name)) for each in some.dts]


def listed(value: object) -> list[Any]:
    """The values of a property that may stand once, often or not at all."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _turned(wall: datetime, years: int) -> datetime:
    return wall.replace(year=wall.year + years)


def _slot(wall: datetime) -> str:
    return f"{wall:%Y%m%dT%H%M%S}"


def _check_zones(event: Event) -> None:
    """A zone that is not known leaves a time without one, which would be taken for the house's."""
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"):
        for shown in listed(event.get(name)):
            values = shown.dts if name in ("RDATE", "EXDATE") else [shown]
            if "TZID" in shown.params and any(getattr(each.dt, "tzinfo", None) is None for each in values):
                raise ValueError(f"{name} is of a time zone that is not known, {shown.params['TZID']}")
