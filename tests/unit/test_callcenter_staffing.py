"""Erlang's queues against published figures, against the laws they obey, and the command that prints them."""

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from databases import Database
from hypothesis import given, settings
from hypothesis import strategies as st

from wardbell_callcenter.clock import Now
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.figures.case import Case
from wardbell_callcenter.figures.demand import calls_by_hour
from wardbell_callcenter.figures.periods import HOUR_MS, whole
from wardbell_callcenter.figures.plan_command import main
from wardbell_callcenter.figures.staffing import Load, may_give_up, never_give_up, people_needed
from wardbell_callcenter.house import DEFAULT_POLICY, House
from wardbell_callcenter.store.store import Store

CENTRE = Load(200, 180)  # 100 calls in 30 minutes
WARD = Load(18, 420)
LOADS = st.builds(Load, st.floats(0.1, 100), st.floats(5, 900))
QUICK = settings(deadline=None, max_examples=40)


# Erlang C of pyworkforce 0.5.1 to four digits, and of simulations of 300,000 calls.
@pytest.mark.parametrize(
    ("people", "must_wait", "within", "mean_wait_s", "occupancy"),
    [(12, 0.4494, 0.6402, 40.44, 0.8333), (13, 0.2853, 0.7956, 17.12, 0.7692), (14, 0.1741, 0.8884, 7.84, 0.7143)],
)
def test_those_who_never_give_up(
    people: int, must_wait: float, within: float, mean_wait_s: float, occupancy: float
) -> None:
    forecast = never_give_up(CENTRE, people, 20)
    assert forecast.must_wait == pytest.approx(must_wait, abs=5e-5)
    assert forecast.within == pytest.approx(within, abs=5e-5)
    assert forecast.mean_wait_s == pytest.approx(mean_wait_s, abs=5e-3)
    assert forecast.occupancy == pytest.approx(occupancy, abs=5e-5)


@pytest.mark.parametrize(("people", "within", "mean_wait_s"), [(3, 0.567, 230), (4, 0.848, 44), (5, 0.953, 10)])
def test_a_ward(people: int, within: float, mean_wait_s: float) -> None:
    forecast = never_give_up(WARD, people, 60)
    assert forecast.within == pytest.approx(within, abs=5e-4)
    assert forecast.mean_wait_s == pytest.approx(mean_wait_s, abs=0.5)


@pytest.mark.parametrize(
    ("people", "must_wait", "gives_up", "mean_wait_s", "occupancy"),
    [(12, 0.2798, 0.0616, 7.39, 0.7820), (10, 0.4969, 0.1375, 16.50, 0.8625)],
)
def test_those_who_give_up(
    people: int, must_wait: float, gives_up: float, mean_wait_s: float, occupancy: float
) -> None:
    forecast = may_give_up(CENTRE, people, 120)
    assert forecast.must_wait == pytest.approx(must_wait, abs=5e-5)
    assert forecast.gives_up == pytest.approx(gives_up, abs=5e-5)
    assert forecast.mean_wait_s == pytest.approx(mean_wait_s, abs=5e-3)
    assert forecast.occupancy == pytest.approx(occupancy, abs=5e-5)


def test_more_comes_than_can_be_done() -> None:
    forecast = never_give_up(Load(60, 600), 10, 60)
    assert (forecast.must_wait, forecast.within, forecast.mean_wait_s) == (1.0, 0.0, math.inf)


@QUICK
@given(LOADS, st.integers(1, 50), st.floats(0, 600))
def test_one_more_never_makes_it_worse(load: Load, spare: int, within_s: float) -> None:
    people = math.floor(load.erlangs) + spare
    fewer, more = never_give_up(load, people, within_s), never_give_up(load, people + 1, within_s)
    assert 0 <= fewer.within <= more.within + 1e-12 <= 1 + 1e-9
    assert more.must_wait <= fewer.must_wait + 1e-12
    assert more.mean_wait_s <= fewer.mean_wait_s + 1e-9


@QUICK
@given(st.builds(Load, st.floats(1, 300), st.floats(5, 900)), st.integers(1, 100))
def test_endless_patience_is_no_giving_up(load: Load, spare: int) -> None:
    people = math.floor(load.erlangs) + spare
    patient, forecast = never_give_up(load, people, 0), may_give_up(load, people, 1e9)
    if patient.mean_wait_s < 3600:  # nearer to the limit, even that patience ends
        assert forecast.must_wait == pytest.approx(patient.must_wait, abs=1e-3)
        assert forecast.gives_up < 1e-3


@QUICK
@given(LOADS, st.floats(0, 600), st.floats(0.01, 0.999), st.floats(0.05, 1))
def test_as_many_as_needed_and_no_more(load: Load, within_s: float, share: float, most: float) -> None:
    needed = people_needed(load, within_s, share, most)
    assert needed.within >= share
    assert needed.occupancy <= most
    if needed.people - 1 > load.erlangs:
        fewer = never_give_up(load, needed.people - 1, within_s)
        assert fewer.within < share or fewer.occupancy > most


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--calls", "18", "--minutes", "7"]) == 0
    printed = capsys.readouterr().out
    assert "needed: 5, to answer 90% within 60 s" in printed
    assert "95.3%" in printed
    assert main(["--calls", "200", "--minutes", "3", "--patience", "120", "--lang", "zh_CN"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "放弃" in lines[2]
    assert "6.2%" in next(line for line in lines if line.strip().startswith("12 "))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--calls", "0", "--minutes", "7"],
        ["--calls", "nan", "--minutes", "7"],
        ["--calls", "18", "--minutes", "7", "--share", "1"],
        ["--calls", "18", "--minutes", "7", "--patience", "0"],
        ["--calls", "18"],
        [],
        ["--from-figures", "--days", "0"],
        ["--calls", "18", "--minutes", "7", "--ward", "east"],
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err


def test_calls_are_counted_by_the_hours_that_there_were() -> None:
    house = House(time_zone="Europe/Berlin")
    back = date(2026, 10, 25)  # 02:00 comes twice
    first_ms = whole(back, back, house.time_zone).from_ms
    cases = [
        Case(contact_id=str(hour), pressed_at_ms=0, opened_at_ms=first_ms + hour * HOUR_MS)
        for hour in (1, 2, 2, 3, 4, 24)
    ]
    found = calls_by_hour(cases, back, back, house)
    assert {hour: calls for hour, calls in found.items() if calls} == {1: 1.0, 2: 1.5, 3: 1.0, 23: 1.0}
    assert len(found) == 24


def test_the_command_plans_by_the_calls_that_came(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    url = database.url
    store = Store(url)
    assert main(["--from-figures", "--db", url]) == 1
    assert "28 days without a contact" in capsys.readouterr().err
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=ago) for ago in (2, 1, 0)]  # the last is for a test that runs over midnight
    with store.writing() as ledger:
        for index, day in enumerate(days * 18):
            noon_ms = whole(day, day, "UTC").from_ms + 12 * HOUR_MS
            contact = Contact(
                contact_id=f"c{index}",
                kind="bed_call",
                dedup_key=f"east/{index}/normal",
                priority=20,
                policy=DEFAULT_POLICY,
                round_steady_ms=0,
                step_planned_steady_ms=0,
                pressed_at_ms=noon_ms,
                opened_at_ms=noon_ms,
            )
            ledger.contacts.add(contact.accepted("li", Now(noon_ms, 0)).closed("resolved", "li", "", noon_ms + 420_000))
    store.close()
    assert main(["--from-figures", "--days", "2", "--db", url]) == 0
    said = capsys.readouterr().out
    assert "36 contacts in 2 days, each 7.0 min" in said
    assert ["12:00", "18.00", "5", "42%"] in [line.split() for line in said.splitlines()]
    assert main(["--from-figures", "--db", url]) == 0  # of 28 days nothing ran here before the first contact
    assert ["12:00", "18.00", "5", "42%"] in [line.split() for line in capsys.readouterr().out.splitlines()]
    with pytest.raises(SystemExit):
        main(["--from-figures", "--days", "1", "--share", "1", "--db", url])
    store = Store(url)
    with store.writing() as ledger:
        ledger.houses.put(b'{"wards": {"east": {}}}', "test", 0)
    store.close()
    assert main(["--from-figures", "--ward", "west", "--db", url]) == 78
    assert "there is no ward west; known: east" in capsys.readouterr().err
