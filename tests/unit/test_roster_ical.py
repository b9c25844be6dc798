"""Calendars out and in."""

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from wardbell_callcenter.house import House, Roster, Rotation, Shift
from wardbell_callcenter.roster.duty import plan
from wardbell_callcenter.roster.house_clock import local
from wardbell_callcenter.roster.ical import Entry, id_prefix, written
from wardbell_callcenter.roster.ical import read as read_between
from wardbell_callcenter.roster.repeating import Occurrence
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
RULED_ZONE = ZONE_OF_ITS_OWN.replace("END:STANDARD", "RRULE:{}\r\nEND:STANDARD")
BROKEN_ZONE = ZONE_OF_ITS_OWN.replace("BEGIN:V", "BEGIN:W").replace("Our", "Their")


NIGHT = ("DTSTART;TZID=Europe/Berlin:20261005T220000", "DTEND;TZID=Europe/Berlin:20261006T060000")


def utc(*at: int) -> int:
    return round(datetime(*at, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


def file(*lines: str, before: str = "") -> bytes:
    event = "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", "UID:1", "SUMMARY:Ana: ill", *lines, "END:VEVENT"))
    return f"{HEAD}{before}{event}END:VCALENDAR\r\n".encode()


def read(raw: bytes, name: str, zone: str) -> list[Entry]:
    return read_between(raw, name, zone, utc(2026, 10, 1), utc(2027, 10, 1))


def starts(*lines: str, days: int = 60, more: str = "") -> list[str]:
    """When the event with those lines begins in the days from October on, by Berlin's clock."""
    raw = file(*lines).replace(b"END:VCALENDAR", more.replace("\n", "\r\n").encode() + b"END:VCALENDAR")
    from_ms = utc(2026, 10, 1)
    entries = read_between(raw, "f", ZONE, from_ms, from_ms + days * 86_400_000)
    times = sorted(
        (time for entry in entries for time in entry.times if not time.is_cancelled), key=lambda t: t.from_ms
    )
    return [f"{local(time.from_ms, ZONE):%m-%d %H:%M}+{(time.until_ms - time.from_ms) // 60_000}" for time in times]


def one(recurrence: str, *lines: str) -> str:
    """Another VEVENT of the same UID."""
    said = "".join(f"{line}\n" for line in ("UID:1", "SUMMARY:Ana: ill", recurrence, *lines))
    return f"BEGIN:VEVENT\n{said}END:VEVENT\n"


def test_what_is_written_is_read_the_same_over_the_change_of_clocks() -> None:
    places = plan(HOUSE, "east", [], utc(2026, 10, 24, 12), utc(2026, 10, 26, 12))

    raw = written("east", places, utc(2026, 10, 1))

    assert [(entry.summary, t.from_ms, t.until_ms) for entry in read(raw, "f", ZONE) for t in entry.times] == [
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
    assert read(file(*lines, before=before), "f", ZONE) == [Entry("1", "Ana: ill", (Occurrence(from_ms, until_ms),))]


def test_what_a_terminal_would_obey_is_left_out() -> None:
    raw = file("DTSTART;VALUE=DATE:20261025").replace(b"Ana: ill", b"Ana: \x1b[2Jill\\nat home")

    assert [entry.summary for entry in read(raw, "f", ZONE)] == ["Ana: [2Jill at home"]
    with pytest.raises(ConfigError) as refused:
        read(file("DTSTART:\x1b[2J"), "f", ZONE)
    assert str(refused.value).isprintable()


def test_an_event_that_was_cancelled_says_so() -> None:
    (entry,) = read(file("DTSTART;VALUE=DATE:20261025", "STATUS:CANCELLED"), "f", ZONE)

    assert entry.times[0].is_cancelled


@pytest.mark.parametrize(
    ("lines", "begins"),
    [
        # Each Monday's night; that of 25 October has an hour more.
        (["RRULE:FREQ=WEEKLY"], ["10-05", "10-12", "10-19", "10-26", "11-02", "11-09", "11-16", "11-23"]),
        (["RRULE:FREQ=WEEKLY;INTERVAL=2"], ["10-05", "10-19", "11-02", "11-16"]),
        (["RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=4;BYDAY=MO,SU"], ["10-05", "10-18", "10-19", "11-01"]),
        (["RRULE:FREQ=DAILY;COUNT=3"], ["10-05", "10-06", "10-07"]),
        (["RRULE:FREQ=WEEKLY;UNTIL=20261019T200000Z"], ["10-05", "10-12", "10-19"]),  # the last one's beginning
        (["RRULE:FREQ=WEEKLY;UNTIL=20261019"], ["10-05", "10-12", "10-19"]),
        (["RRULE:FREQ=WEEKLY;UNTIL=20261019T195959Z"], ["10-05", "10-12"]),
        (["RRULE:FREQ=MONTHLY;BYDAY=3SU"], ["10-05", "10-18", "11-15"]),  # its own start counts, too
        (["RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"], ["10-05", "10-30"]),
        (["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], ["10-05"]),
        (["RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20261012T220000,20261019T220000"], ["10-05", "10-26"]),
        (["RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE:20261012T200000Z", "EXDATE;VALUE=DATE:20261019"], ["10-05", "10-26"]),
        (["RRULE:FREQ=WEEKLY;COUNT=2", "RDATE;TZID=Europe/Berlin:20261014T220000,20261012T220000"], ["10-05", "10-12", "10-14"]),
        (["RDATE;TZID=Europe/Berlin:20261014T220000"], ["10-05", "10-14"]),
    ],
)  # fmt: skip
def test_an_event_repeats_by_the_clock_on_the_wall(lines: list[str], begins: list[str]) -> None:
    assert starts(*NIGHT, *lines) == [f"{day} 22:00+{480}" for day in begins]


def test_a_night_in_which_clocks_are_changed_has_its_real_hours() -> None:
    found = starts("DTSTART;TZID=Europe/Berlin:20261024T220000", "DURATION:PT8H", "RRULE:FREQ=DAILY;COUNT=2")
    assert found == ["10-24 22:00+540", "10-25 22:00+480"]
    # 02:30 does not come on 28 March 2027: it is the moment of the change; half an hour after 02:15 is not there at all.
    spring = [("T023000", "T031500"), ("T021500", "T024500")]
    shown = [
        starts(f"DTSTART:20270327{begins}", f"DTEND:20270327{ends}", "RRULE:FREQ=DAILY;COUNT=3", days=200)
        for begins, ends in spring
    ]
    assert shown == [["03-27 02:30+45", "03-28 03:00+15", "03-29 02:30+45"], ["03-27 02:15+30", "03-29 02:15+30"]]


def test_days_repeat_as_days_of_the_house() -> None:
    found = starts("DTSTART;VALUE=DATE:20261024", "RRULE:FREQ=DAILY;UNTIL=20261026", "EXDATE;VALUE=DATE:20261024")
    assert found == ["10-25 00:00+1500", "10-26 00:00+1440"]


def test_one_time_is_moved_another_cancelled_and_a_third_is_somebody_elses() -> None:
    night = "20261012T220000", "20261019T220000", "20261026T210000Z"
    more = one(f"RECURRENCE-ID;TZID=Europe/Berlin:{night[0]}", "DTSTART:20261013T220000", "DURATION:PT1H")
    more += one(f"RECURRENCE-ID;TZID=Europe/Berlin:{night[1]}", "STATUS:CANCELLED", "DTSTART:20261019T220000")
    more += one(f"RECURRENCE-ID:{night[2]}", "DTSTART:20261026T220000", "DURATION:PT8H").replace("Ana: ill", "Ben")

    found = starts(*NIGHT, "RRULE:FREQ=WEEKLY;COUNT=4", more=more)

    assert found == ["10-05 22:00+480", "10-13 22:00+60", "10-26 22:00+480"]
    assert starts(*NIGHT, "RECURRENCE-ID:20260101T000000Z") == ["10-05 22:00+480"]  # one of a series that is elsewhere


def test_of_what_repeats_only_the_span_is_read_and_what_is_single_whole() -> None:
    old = [line.replace("2026", "1999") for line in NIGHT]
    assert starts(*old, "RRULE:FREQ=DAILY", days=2) == ["09-30 22:00+480", "10-01 22:00+480", "10-02 22:00+480"]
    assert starts(*old, "RRULE:FREQ=DAILY;COUNT=9", days=2) == []
    assert starts(*old, days=2) == ["10-05 22:00+480"]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "no event"),
        (b"\xff\xfe\x00", "no iCalendar file"),
        (b"PK\x03\x04 a spreadsheet", "no iCalendar file"),
        (file("DTSTART;VALUE=DATE:20261025")[:-20], "no event"),  # the end of the file is missing
        (file(*NIGHT, "RRULE:FREQ=HOURLY"), "event Ana: ill: it repeats HOURLY; write DAILY"),
        (file(*NIGHT, "RRULE:FREQ=DAILY;INTERVAL=0"), "INTERVAL is below 1"),
        (file(*NIGHT, "RRULE:FREQ=DAILY;BYHOUR=25"), "its times cannot be read|its RRULE cannot be read"),
        (file(*NIGHT, "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4"), "more than 1000 times .* fewer --days"),
        (file("DTSTART:19800101T000000", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4"), "repeats too often"),
        (file(*NIGHT, "EXRULE:FREQ=DAILY"), "EXRULE"),
        (file(*NIGHT, "RRULE:FREQ=DAILY", "EXDATE;TZID=Mars/Olympus:20261012T220000"), "not known, Mars/Olympus"),
        (file(*NIGHT, "RDATE;VALUE=PERIOD:20261012T220000Z/PT1H"), "PERIOD"),
        (file(*NIGHT, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261012T220000Z"), "all later times too"),
        (
            file(*NIGHT).replace(
                b"END:VCALENDAR", one("X:y", *NIGHT).replace("\n", "\r\n").encode() + b"END:VCALENDAR"
            ),
            "same UID",
        ),
        (file("DTSTART:sometime"), "event Ana: ill: its DTSTART cannot be read"),
        (file("DTSTART;VALUE=DATE:99991231"), "its times cannot be read|its DTSTART cannot be read"),
        (file("DTSTART;VALUE=DATE:00010101"), "its times cannot be read"),
        (file("DTSTART:20261024T100000Z", "DURATION:P9999999999D"), "its DURATION cannot be read"),
        (file("DTSTART:20261024T100000Z", "DTSTART:20261025T100000Z", "DURATION:PT1H"), "its times cannot be read"),
        (
            file("DTSTART;VALUE=DATE:20261025", before=BROKEN_ZONE),
            "no iCalendar file",
        ),
        (file(*NIGHT, before=RULED_ZONE.format("FREQ=HOURLY")), "time zone Our Town: its clocks"),
        (file(*NIGHT, before=RULED_ZONE.format("FREQ=YEARLY;INTERVAL=0")), "time zone Our Town: its clocks"),
        (file(*NIGHT, before=RULED_ZONE.format("FREQ=YEARLY;BYSECOND=1,2")), "time zone Our Town: its clocks"),
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
    entry = Entry("1", "ill", (Occurrence(0, 1),))

    assert id_prefix(entry, "Ana") == id_prefix(Entry("1", "away", (), repeats=True), "Ana")
    assert id_prefix(entry, "Ana") != id_prefix(entry, "Ben")
    assert len(id_prefix(entry, "Ana")) < 40
