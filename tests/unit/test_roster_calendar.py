"""What day it is, which hours, and which policy follows."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from wardbell_callcenter.house import DEFAULT_POLICY, Calendar, House, Period, Policy, Step
from wardbell_callcenter.roster.calendar import day_kind, periods_at
from wardbell_callcenter.roster.house_clock import instant_ms, span_ms
from wardbell_callcenter.roster.policies import policy_for

# Notice of the State Council's General Office on the holidays of 2026: 1 to 7 October off, 20 September and 10 October worked.
CHINA = Calendar(
    holidays={date(2026, 10, day): {"zh_CN": "国庆节"} for day in range(1, 8)},
    workdays={date(2026, 9, 20): {"zh_CN": "国庆节调休"}, date(2026, 10, 10): {"zh_CN": "国庆节调休"}},
)
NIGHT = Period(name="night", begins="19:00", ends="07:00")
OFFICE = Period(name="office", begins="08:00", ends="17:00", on=("workday",))
HOUR_MS = 3_600_000


def ms(zone: str, *at: int) -> int:
    return round(datetime(*at, tzinfo=ZoneInfo(zone)).timestamp() * 1000)  # type: ignore[arg-type,misc]


def utc(*at: int) -> int:
    return round(datetime(*at, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 9, 19), "weekend"),
        (date(2026, 9, 20), "workday"),  # a Sunday that is worked
        (date(2026, 9, 30), "workday"),
        (date(2026, 10, 3), "holiday"),  # a Saturday, but of the holiday
        (date(2026, 10, 7), "holiday"),
        (date(2026, 10, 10), "workday"),  # a Saturday that is worked
        (date(2026, 10, 11), "weekend"),
    ],
)
def test_the_four_kinds(day: date, kind: str) -> None:
    assert day_kind(CHINA, day) == kind


def test_a_special_workday_wins_over_a_holiday_and_weekends_are_the_houses_own() -> None:
    calendar = Calendar(weekend=(5,), holidays={date(2026, 1, 2): {}}, workdays={date(2026, 1, 2): {}})

    assert day_kind(calendar, date(2026, 1, 2)) == "workday"
    assert day_kind(calendar, date(2026, 1, 9)) == "weekend"  # a Friday
    assert day_kind(calendar, date(2026, 1, 10)) == "workday"


@pytest.mark.parametrize(
    ("at", "periods"),
    [
        ((2026, 10, 9, 7, 59), []),
        ((2026, 10, 9, 8, 0), ["office"]),
        ((2026, 10, 9, 17, 0), []),
        ((2026, 10, 9, 19, 0), ["night"]),
        ((2026, 10, 10, 6, 59), ["night"]),
        ((2026, 10, 10, 8, 0), ["office"]),  # the Saturday that is worked
        ((2026, 10, 11, 8, 0), []),
    ],
)
def test_periods_by_the_houses_clock(at: tuple[int, ...], periods: list[str]) -> None:
    calendar = Calendar(periods=[OFFICE, NIGHT], holidays=CHINA.holidays, workdays=CHINA.workdays)

    assert periods_at(calendar, "Asia/Shanghai", ms("Asia/Shanghai", *at)) == periods


def test_a_period_over_midnight_is_of_the_day_on_which_it_begins() -> None:
    calendar = Calendar(periods=[Period(name="eve", begins="22:00", ends="06:00", on=("weekend",))])

    assert periods_at(calendar, "UTC", utc(2026, 11, 21, 5)) == []  # Saturday morning: Friday's night
    assert periods_at(calendar, "UTC", utc(2026, 11, 23, 5)) == ["eve"]  # Monday morning: Sunday's


@pytest.mark.parametrize(
    ("zone", "day", "at", "moment"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "01:59", utc(2026, 3, 29, 0, 59)),
        ("Europe/Berlin", date(2026, 3, 29), "02:00", utc(2026, 3, 29, 1)),  # 02:00 to 02:59 do not come
        ("Europe/Berlin", date(2026, 3, 29), "02:30", utc(2026, 3, 29, 1)),
        ("Europe/Berlin", date(2026, 3, 29), "03:00", utc(2026, 3, 29, 1)),
        ("Europe/Berlin", date(2026, 3, 29), "03:01", utc(2026, 3, 29, 1, 1)),
        ("Europe/Berlin", date(2026, 10, 25), "02:30", utc(2026, 10, 25, 0, 30)),  # the first of two
        ("Europe/Berlin", date(2026, 10, 25), "03:00", utc(2026, 10, 25, 2)),
        ("America/New_York", date(2026, 3, 8), "02:15", utc(2026, 3, 8, 7)),
        ("America/New_York", date(2026, 11, 1), "01:30", utc(2026, 11, 1, 5, 30)),
        ("Australia/Lord_Howe", date(2026, 10, 4), "02:10", utc(2026, 10, 3, 15, 30)),  # half an hour forward
        ("Australia/Lord_Howe", date(2026, 4, 5), "01:45", utc(2026, 4, 4, 14, 45)),
        ("Pacific/Apia", date(2011, 12, 30), "07:00", utc(2011, 12, 30, 10)),  # a day that did not come at all
    ],
)
def test_times_that_do_not_come_and_times_that_come_twice(zone: str, day: date, at: str, moment: int) -> None:
    assert instant_ms(day, at, zone) == moment


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 28), "22:00", "06:00", 7),
        ("Europe/Berlin", date(2026, 10, 24), "22:00", "06:00", 9),
        ("America/New_York", date(2026, 3, 7), "19:00", "07:00", 11),
        ("America/New_York", date(2026, 10, 31), "19:00", "07:00", 13),
        ("Australia/Lord_Howe", date(2026, 10, 3), "22:00", "06:00", 7.5),
        ("Australia/Lord_Howe", date(2026, 4, 4), "22:00", "06:00", 8.5),
        ("Asia/Shanghai", date(2026, 3, 28), "22:00", "06:00", 8),
        ("Europe/Berlin", date(2026, 3, 29), "00:00", "00:00", 23),
        ("Europe/Berlin", date(2026, 3, 29), "02:10", "02:50", 0),  # all of it does not come
    ],
)
def test_a_night_over_the_change_has_its_real_hours(zone: str, day: date, begins: str, ends: str, hours: float) -> None:
    from_ms, until_ms = span_ms(day, begins, ends, zone)

    assert (until_ms - from_ms) / HOUR_MS == hours


def policy(repeat_s: int) -> Policy:
    return Policy(steps=[Step(after_s=0, to=["ward"])], repeat_s=repeat_s)


HOUSE = House(
    calendar=Calendar(periods=[NIGHT]),
    policies={name: policy(at + 1) for at, name in enumerate(["a", "b", "c", "d", "e", "f"])},
    policy_of={
        "@night": "f",
        "emergency@night": "a",
        "emergency": "b",
        "bed_call@night": "c",
        "bed_call": "d",
        "default@night": "e",
        "default": "f",
    },
)
BY_DAY, BY_NIGHT = utc(2026, 11, 20, 12), utc(2026, 11, 20, 23)


@pytest.mark.parametrize(
    ("call_kind", "contact_kind", "at", "name"),
    [
        ("emergency", "bed_call", BY_NIGHT, "a"),
        ("emergency", "bed_call", BY_DAY, "b"),
        ("normal", "bed_call", BY_NIGHT, "c"),
        ("normal", "bed_call", BY_DAY, "d"),
        ("", "message", BY_NIGHT, "e"),
        ("", "message", BY_DAY, "f"),
    ],
)
def test_the_most_exact_policy_counts(call_kind: str, contact_kind: str, at: int, name: str) -> None:
    assert policy_for(HOUSE, call_kind, contact_kind, at) == HOUSE.policies[name]


def test_somebody_is_always_asked() -> None:
    dangling = House(policies={"f": policy(9)}, policy_of={"emergency": "gone", "default": "f"})

    assert policy_for(House(), "emergency", "bed_call", BY_DAY) == DEFAULT_POLICY
    assert policy_for(dangling, "emergency", "bed_call", BY_DAY) == policy(9)
