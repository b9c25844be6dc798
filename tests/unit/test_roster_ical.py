"""Calendars out and in."""

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from wardbell_callcenter.house import House, Roster, Rotation, Shift
from wardbell_callcenter.roster.duty import plan
from wardbell_callcenter.roster.ical import Entry, id_prefix, read, written
from wardbell_protocol.errors import ConfigError

ZONE = "Europe/Berlin"
HOUSE = House(
    time_zone=ZONE,
    rosters={
        "east": Roster(
            shifts={"night": Shift(begins="22:00", ends="06:00")},
            rotations=[Rotation(shift="night", teams=[["Ana"], ["李"]], starts=date(2026, 10, 24))],
        )
    },
)
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//EN\r\n"
ZONE_OF_ITS_OWN = """BEGIN:VTIMEZONE
TZID:Our Town
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0200
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")
BROKEN_ZONE = ZONE_OF_ITS_OWN.replace("BEGIN:V", "BEGIN:W").replace("Our", "Their")


def utc(*at: int) -> int:
    return round(datetime(*at, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


def file(*lines: str, before: str = "") -> bytes:
    event = "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", "UID:1", "SUMMARY:Ana: ill", *lines, "END:VEVENT"))
    return f"{HEAD}{before}{event}END:VCALENDAR\r\n".encode()


def test_what_is_written_is_read_the_same_over_the_change_of_clocks() -> None:
    places = plan(HOUSE, "east", [], utc(2026, 10, 24, 12), utc(2026, 10, 26, 12))

    raw = written("east", places, utc(2026, 10, 1))

    assert [(entry.summary, entry.from_ms, entry.until_ms) for entry in read(raw, "f", ZONE)] == [
        ("Ana: night", utc(2026, 10, 24, 20), utc(2026, 10, 25, 5)),  # nine hours
        ("李: night", utc(2026, 10, 25, 21), utc(2026, 10, 26, 5)),
    ]
    assert written("east", places, utc(2026, 10, 1)) == raw
    shown = Calendar.from_ical(raw).walk("VEVENT")[0]
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(shown)


def test_an_empty_place_is_not_written() -> None:
    places = plan(HOUSE, "east", [], utc(2026, 10, 24, 12), utc(2026, 10, 24, 23))
    away = [place.__class__(**{**vars(place), "is_away": True}) for place in places]

    assert b"VEVENT" not in written("east", away, 0)


@pytest.mark.parametrize(
    ("lines", "before", "from_ms", "until_ms"),
    [
        (["DTSTART;VALUE=DATE:20261025"], "", utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)),  # a day of 25 hours
        (
            ["DTSTART;VALUE=DATE:20261024", "DTEND;VALUE=DATE:20261026"],
            "",
            utc(2026, 10, 23, 22),
            utc(2026, 10, 25, 23),
        ),
        (["DTSTART:20261024T100000Z", "DURATION:PT90M"], "", utc(2026, 10, 24, 10), utc(2026, 10, 24, 11, 30)),
        (["DTSTART:20261024T100000", "DTEND:20261024T120000"], "", utc(2026, 10, 24, 8), utc(2026, 10, 24, 10)),
        (
            ["DTSTART;TZID=Asia/Shanghai:20261024T100000", "DTEND;TZID=Asia/Shanghai:20261024T120000"],
            "",
            utc(2026, 10, 24, 2),
            utc(2026, 10, 24, 4),
        ),
        (
            ["DTSTART;TZID=Our Town:20261224T100000", "DURATION:PT1H"],
            ZONE_OF_ITS_OWN,
            utc(2026, 12, 24, 8),
            utc(2026, 12, 24, 9),
        ),
    ],
)
def test_times_of_every_form(lines: list[str], before: str, from_ms: int, until_ms: int) -> None:
    assert read(file(*lines, before=before), "f", ZONE) == [Entry("1", "Ana: ill", from_ms, until_ms, False)]


def test_what_a_terminal_would_obey_is_left_out() -> None:
    raw = file("DTSTART;VALUE=DATE:20261025").replace(b"Ana: ill", b"Ana: \x1b[2Jill\\nat home")

    assert [entry.summary for entry in read(raw, "f", ZONE)] == ["Ana: [2Jill at home"]
    with pytest.raises(ConfigError) as refused:
        read(file("DTSTART:\x1b[2J"), "f", ZONE)
    assert str(refused.value).isprintable()


def test_an_event_that_was_cancelled_says_so() -> None:
    (entry,) = read(file("DTSTART;VALUE=DATE:20261025", "STATUS:CANCELLED"), "f", ZONE)

    assert entry.is_cancelled


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "no event"),
        (b"\xff\xfe\x00", "no iCalendar file"),
        (b"PK\x03\x04 a spreadsheet", "no iCalendar file"),
        (file("DTSTART;VALUE=DATE:20261025")[:-20], "no event"),  # the end of the file is missing
        (file("DTSTART;VALUE=DATE:20261025", "RRULE:FREQ=WEEKLY"), r"event Ana: ill: it repeats \(RRULE\); write each"),
        (file("DTSTART;VALUE=DATE:20261025", "RDATE;VALUE=DATE:20261101"), "repeats"),
        (file("DTSTART:sometime"), "event Ana: ill: its DTSTART cannot be read"),
        (file("DTSTART;VALUE=DATE:99991231"), "its times cannot be read|its DTSTART cannot be read"),
        (file("DTSTART;VALUE=DATE:00010101"), "its times cannot be read"),
        (file("DTSTART:20261024T100000Z", "DURATION:P9999999999D"), "its DURATION cannot be read"),
        (file("DTSTART:20261024T100000Z", "DTSTART:20261025T100000Z", "DURATION:PT1H"), "its times cannot be read"),
        (
            file("DTSTART;VALUE=DATE:20261025", before=BROKEN_ZONE),
            "no iCalendar file",
        ),
        (file("LOCATION:here"), "its times cannot be read"),
        (file("DTSTART:20261024T100000Z", "DTEND:20261024T090000Z"), "cannot be read|ends no later"),
        (file("DTSTART:20261024T100000Z"), "ends no later"),
        (file("DTSTART;TZID=Mars/Olympus:20261024T100000", "DURATION:PT1H"), "not known, Mars/Olympus"),
        (file("DTSTART;VALUE=DATE:20261025").replace(b"UID:1\r\n", b""), "no UID"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_event_and_remedy(raw: bytes, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as refused:
        read(raw, "leave.ics", ZONE)
    assert refused.value.file == "leave.ics"


def test_ids_follow_the_event_and_for_whom_it_was_read() -> None:
    entry = Entry("1", "ill", 0, 1, False)

    assert id_prefix(entry, "Ana") == id_prefix(Entry("1", "away", 5, 9, False), "Ana")
    assert id_prefix(entry, "Ana") != id_prefix(entry, "Ben")
    assert len(id_prefix(entry, "Ana")) < 40
