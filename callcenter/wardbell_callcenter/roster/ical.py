"""iCalendar (RFC 5545): duties out, absences and extra duties in. Times go out in UTC, so no reader has to know the zone."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from icalendar import Calendar, Component, Event

from wardbell_callcenter.roster.duty import Place
from wardbell_callcenter.roster.house_clock import instant_ms
from wardbell_callcenter.roster.moments import within
from wardbell_protocol.errors import ConfigError

_REPEATING = ("RRULE", "RDATE", "RECURRENCE-ID")
_MIDNIGHT = "00:00"
# icalendar lets whatever comes up while it reads a broken file come through.
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True)
class Entry:
    """An event of a file. `summary` is its title; `is_cancelled`: it no longer takes place."""

    uid: str
    summary: str
    from_ms: int
    until_ms: int
    is_cancelled: bool


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


def read(raw: bytes, file: str, zone: str) -> list[Entry]:
    """The events of a file. Whole days, and times that name no zone, are those of the house's clock.

    Raises:
        ConfigError: naming the event that cannot be used, and the remedy; then none is.
    """
    try:
        calendars = Calendar.from_ical(raw, multiple=True)
    except _UNREADABLE as error:
        raise ConfigError(file, "the calendar", f"it is no iCalendar file: {_printable(error)}") from error
    events = [event for calendar in calendars for event in _events(calendar)]
    if not events:
        raise ConfigError(file, "the calendar", "there is no event in it; is it all of the file?")
    return [_entry(event, file, zone) for event in events]


def _events(calendar: Component) -> list[Event]:
    return [event for event in calendar.walk("VEVENT") if isinstance(event, Event)]


def _entry(event: Event, file: str, zone: str) -> Entry:
    summary, uid = _printable(event.get("SUMMARY", "")), _printable(event.get("UID", ""))
    named = f"event {summary or uid or 'without a title'}"
    if not uid:
        raise ConfigError(file, named, "it has no UID; export it from a program that writes one")
    for name in _REPEATING:
        if name in event:
            raise ConfigError(file, named, f"it repeats ({name}); write each time as an event of its own")
    for unread, error in event.errors:  # what icalendar left out
        raise ConfigError(file, named, f"its {unread} cannot be read: {_printable(error)}")
    try:
        _check_zones(event)
        from_ms, until_ms = _moment_ms(event.start, zone), _moment_ms(event.end, zone)
    except _UNREADABLE as error:
        raise ConfigError(file, named, f"its times cannot be read: {_printable(error)}") from error
    if until_ms <= from_ms:
        raise ConfigError(file, named, "it ends no later than it begins; give DTEND or DURATION")
    return Entry(uid, summary, from_ms, until_ms, str(event.get("STATUS", "")).upper() == "CANCELLED")


def _printable(text: object) -> str:
    """In one line, without what a terminal would obey."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())


def _check_zones(event: Event) -> None:
    """A zone that is not known leaves a time without one, which would be taken for the house's."""
    for name in ("DTSTART", "DTEND"):
        shown = event.get(name)
        if shown is not None and "TZID" in shown.params and getattr(shown.dt, "tzinfo", None) is None:
            raise ValueError(f"{name} is of a time zone that is not known, {shown.params['TZID']}")


def _moment_ms(at: date | datetime, zone: str) -> int:
    within(at)
    if not isinstance(at, datetime):
        return instant_ms(at, _MIDNIGHT, zone)
    if at.tzinfo is not None:
        return round(at.timestamp() * 1000)
    return instant_ms(at.date(), f"{at:%H:%M:%S}", zone)


def id_prefix(entry: Entry, *of: str) -> str:
    """How the ids of all changes begin that this event ever became. `of`: what else makes it, such as for whom."""
    key = "\0".join((entry.uid, *of))
    return f"ical-{hashlib.sha256(key.encode()).hexdigest()[:12]}-"
