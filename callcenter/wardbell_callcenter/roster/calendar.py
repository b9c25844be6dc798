"""The four-kind calendar: work hours, weekends, special holidays, special workdays."""

from datetime import date, timedelta

from wardbell_callcenter.house import Calendar, DayKind
from wardbell_callcenter.roster.house_clock import local, span_ms


def day_kind(calendar: Calendar, day: date) -> DayKind:
    """What that day is. A special workday is one whatever else it would be, such as a Saturday worked for a bridge day."""
    if day in calendar.workdays:
        return "workday"
    if day in calendar.holidays:
        return "holiday"
    return "weekend" if day.isoweekday() in calendar.weekend else "workday"


def day_name(calendar: Calendar, day: date, language: str) -> str:
    """What the house calls that special day, in that language or another one that it has; nothing for an ordinary one."""
    names = calendar.workdays.get(day) or calendar.holidays.get(day) or {}
    by_language = {str(code): name for code, name in names.items()}
    return by_language.get(language) or next(iter(by_language.values()), "")


def periods_at(calendar: Calendar, zone: str, wall_ms: int) -> list[str]:
    """The periods that go on then, as the calendar orders them. One over midnight is of the day on which it begins."""
    today = local(wall_ms, zone).date()
    found: list[str] = []
    for period in calendar.periods:
        for day in (today - timedelta(days=1), today):
            begins_ms, ends_ms = span_ms(day, period.begins, period.ends, zone)
            if begins_ms <= wall_ms < ends_ms and day_kind(calendar, day) in period.on:
                found.append(period.name)
                break
    return found
