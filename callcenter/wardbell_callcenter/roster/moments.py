"""Times as people write them on a command line, by the house's clock."""

from datetime import UTC, date, datetime, timedelta

from wardbell_callcenter.roster.house_clock import instant_ms, local

_MIDNIGHT = "00:00"
_FIRST_YEAR, _LAST_YEAR = 1970, 9000  # far from where dates end


def moment_ms(text: str, zone: str, now_ms: int, *, is_end: bool = False) -> int:
    """`2026-11-24T19:00`, `2026-11-24 19:00`, with an offset too; `19:00` of today; `2026-11-24`: that day's beginning.

    Args:
        text: what was written.
        zone: the house's.
        now_ms: for times of today.
        is_end: a day alone means the end of that day: leave until the 26th is over when the 26th is.

    Raises:
        ValueError: it is none of these, or of no year in which anybody works.
    """
    day = _day(text)
    if day is not None:
        return instant_ms(within(day) + timedelta(days=1) if is_end else within(day), _MIDNIGHT, zone)
    if len(text) == len(_MIDNIGHT):
        text = f"{local(now_ms, zone).date()} {text}"
    at = datetime.fromisoformat(text)
    within(at)
    if at.tzinfo is not None:
        return round(at.astimezone(UTC).timestamp() * 1000)
    return instant_ms(at.date(), f"{at:%H:%M:%S}", zone)


def within(day: date) -> date:
    """The day, of a year that clocks and calendars have.

    Raises:
        ValueError: it is of another one.
    """
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"the year {day.year} is none in which anybody works")
    return day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
