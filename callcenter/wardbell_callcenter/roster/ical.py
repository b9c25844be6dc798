"""iCalendar (RFC 5545): duties out, absences and extra duties in. Times go out in UTC, so no reader has to know the zone."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Component, Event

from wardbell_callcenter.roster.duty import Place
from wardbell_callcenter.roster.repeating import (
    Occurrence,
    Series,
    UnsuitableError,
    is_once_a_year,
    is_repeating,
    listed,
)
from wardbell_protocol.errors import ConfigError

_IS_ONE = "RECURRENCE-ID"  # such an event says when one time of another is instead
# icalendar lets whatever comes up while it reads a broken file come through.
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True)
class Entry:
    """An event of a file: its title, and when it takes place. `repeats`: then `times` are those of the span asked for."""

    uid: str
    summary: str
    times: tuple[Occurrence, ...]
    repeats: bool = False


def written(title: str, places: Iterable[Place], now_ms: int) -> bytes:
    """A calendar with an event for each filled place. The same place has the same UID each time."""
    calendar = Calendar()
    calendar.add("prodid", "-//Wardbell//roster//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    for place in places:
        if not place.is_away:
            calendar.add_component(_event(place, now_ms))
    return bytes(calendar.to_ical())


def _event(place: Place, now_ms: int) -> Event:
    key = "\0".join((place.roster, place.shift, str(place.day), place.agent, str(place.from_ms)))
    event = Event()
    event.add("uid", f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@wardbell")
    event.add("dtstamp", _utc(now_ms))
    event.add("dtstart", _utc(place.from_ms))
    event.add("dtend", _utc(place.until_ms))
    event.add("summary", f"{place.agent}: {place.shift or place.roster}")
    event.add("location", place.roster)
    return event


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def read(raw: bytes, file: str, zone: str, from_ms: int, until_ms: int) -> list[Entry]:
    """The events of a file. Whole days, and times that name no zone, are those of the house's clock.

    Args:
        from_ms, until_ms: of an event that repeats, the times that touch this span.

    Raises:
        ConfigError: naming the event that cannot be used, and the remedy; then none is.
    """
    try:
        calendars = Calendar.from_ical(raw, multiple=True)
    except _UNREADABLE as error:
        raise ConfigError(file, "the calendar", f"it is no iCalendar file: {_printable(error)}") from error
    for calendar in calendars:
        _check_clocks(calendar, file)
    events = [event for calendar in calendars for event in _events(calendar)]
    if not events:
        raise ConfigError(file, "the calendar", "there is no event in it; is it all of the file?")
    parts: dict[str, list[Event]] = {}
    for event in events:
        _check(event, file)
        parts.setdefault(str(event["UID"]), []).append(event)
    return [entry for some in parts.values() for entry in _entries(some, file, zone, (from_ms, until_ms))]


def _events(calendar: Component) -> list[Event]:
    return [event for event in calendar.walk("VEVENT") if isinstance(event, Event)]


def _check_clocks(calendar: Component, file: str) -> None:
    """A zone that the file describes is counted through from its beginning for each time: by the second, that never ends."""
    for zone in calendar.walk("VTIMEZONE"):
        rules = [rule for part in zone.subcomponents for rule in listed(part.get("RRULE"))]
        if not all(is_once_a_year(rule) for rule in rules):
            name = _printable(zone.get("TZID", ""))
            raise ConfigError(
                file, f"time zone {name}", "its clocks change more often than YEARLY; name one such as Europe/Berlin"
            )


def _check(event: Event, file: str) -> None:
    if not _printable(event.get("UID", "")):
        raise ConfigError(file, _named(event), "it has no UID; export it from a program that writes one")
    for unread, error in event.errors:  # what icalendar left out
        raise ConfigError(file, _named(event), f"its {unread} cannot be read: {_printable(error)}")


def _entries(parts: list[Event], file: str, zone: str, span: tuple[int, int]) -> list[Entry]:
    """What stands under one UID: an event, and where it repeats, those of its times that are otherwise."""
    heads = [event for event in parts if _IS_ONE not in event]
    ones = [event for event in parts if _IS_ONE in event]
    if len(heads) > 1:
        raise ConfigError(file, _named(heads[1]), "another event has the same UID; take one of the two out of the file")
    with _reading(parts[0], file):
        series = Series((heads or ones)[0], zone)
    found: list[Entry] = []
    slots: list[str] = []
    for event in ones:
        with _reading(event, file):
            slots.append(series.slot_of(event))
            time = Series(event, zone).once(slots[-1])
        times = (time,) if time.from_ms < span[1] and time.until_ms > span[0] else ()
        found.append(Entry(*_told(event), times, repeats=True))
    for event in heads:
        with _reading(event, file):
            repeats = is_repeating(event)
            found.append(
                Entry(*_told(event), tuple(series.times(slots, *span) if repeats else [series.once()]), repeats)
            )
    return found


@contextmanager
def _reading(event: Event, file: str) -> Iterator[None]:
    try:
        yield
    except UnsuitableError as error:
        raise ConfigError(file, _named(event), str(error)) from error
    except _UNREADABLE as error:
        raise ConfigError(file, _named(event), f"its times cannot be read: {_printable(error)}") from error


def _told(event: Event) -> tuple[str, str]:
    return _printable(event["UID"]), _printable(event.get("SUMMARY", ""))


def _named(event: Event) -> str:
    summary, uid = _printable(event.get("SUMMARY", "")), _printable(event.get("UID", ""))
    return f"event {summary or uid or 'without a title'}"


def _printable(text: object) -> str:
    """In one line, without what a terminal would obey."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())


def id_prefix(entry: Entry, *of: str) -> str:
    """How the ids of all changes begin that any time of this event ever became. `of`: what else makes it, such as for whom."""
    key = "\0".join((entry.uid, *of))
    return f"ical-{hashlib.sha256(key.encode()).hexdigest()[:12]}-"
