"""The figures that consoles show: counted beside the engine, when somebody asks, and told to each as far as he may see them."""

from collections.abc import Iterator

import msgspec
import pytest
from centre_bench import MINUTE, SECOND, Centre, house, policy
from centre_parts import T0, command
from databases import Database
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import wait_until

from wardbell_callcenter.figure_watch import EVERY_S, KEPT_MS, FigureWatch
from wardbell_callcenter.figures.board import board, seen_by, spans
from wardbell_callcenter.figures.standing import Standing
from wardbell_callcenter.house import Agent, House, Step
from wardbell_callcenter.people.door import NOT_AT_HIS_SEAT
from wardbell_callcenter.people.permissions import NOT_FOR_ROLE, STRANGER
from wardbell_callcenter.people.secret import make_secret
from wardbell_callcenter.roster.gaps import Gap
from wardbell_callcenter.roster.house_clock import local
from wardbell_protocol.bus.centre_payloads import CentreReply
from wardbell_protocol.bus.figure_payloads import MOST_GAPS, CentreFigures, PeriodFigures, RosterGap, WardFigures
from wardbell_protocol.bus.payloads import PayloadError, decode, encode

HOUR_MS = 60 * MINUTE
NIGHT = {"shifts": {"night": {"begins": "19:00", "ends": "07:00", "needs": 2}}, "rotations": []}
WORKED = NIGHT | {"rotations": [{"shift": "night", "teams": [["Li"]], "starts": "2026-01-01"}]}
HOUSE = house(
    policy(Step(after_s=0, to=["ward"], ring_s=0), accept_limit_s=0, on_site_limit_s=0, repeat_s=3600),
    time_zone="Asia/Shanghai",
    wards={"east": {}, "west": {}},
    agents={
        "Wei": {"role": "operator", "level": "home"},
        "Sun": {"role": "supervisor", "level": "ward", "wards": ["west"]},
        "Li": {"role": "carer", "wards": ["east"]},
        "Bao": {"role": "operator", "level": "home", "secret": make_secret("moon", bytes(16))},
    },
    rosters={"east": WORKED},
    targets={"accept_s": 20},
)


def at(hour: int, minute: int = 0) -> int:
    """That time of T0's day on the house's clock, UNIX ms."""
    shown = local(T0, "Asia/Shanghai").replace(hour=hour, minute=minute, second=0, microsecond=0)
    return round(shown.timestamp() * 1000)


@pytest.mark.parametrize(
    ("now_ms", "shift"),
    [
        (at(2), [("shift", "night 19:00-07:00", at(19) - 24 * HOUR_MS)]),
        (at(6, 59), [("shift", "night 19:00-07:00", at(19) - 24 * HOUR_MS)]),
        (at(7), []),
        (at(19), [("shift", "night 19:00-07:00", at(19))]),
    ],
)
def test_the_shift_of_the_night_goes_on_behind_midnight(now_ms: int, shift: list[object]) -> None:
    assert spans(HOUSE, now_ms) == [("hour", "", now_ms - HOUR_MS), *shift, ("today", "", at(0))]


def test_of_several_shifts_the_one_that_began_last_counts() -> None:
    day = {"begins": "07:00", "ends": "19:00"}
    late = {"begins": "13:00", "ends": "21:00"}
    both = house(time_zone="Asia/Shanghai", rosters={"a": {"shifts": {"day": day, "late": late}, "rotations": []}})
    assert [spans(both, at(hour))[1][1] for hour in (12, 13, 20)] == [
        "day 07:00-19:00",
        "late 13:00-21:00",
        "late 13:00-21:00",
    ]


def test_only_too_few_people_are_a_gap_and_of_many_the_first_are_told() -> None:
    some = [Gap("short", T0 + n, T0 + 9 * MINUTE, "east", "night", needs=2, has=1) for n in range(MOST_GAPS + 3)]
    others = [Gap("double", T0, T0 + 1, "east", "night", "Li", other="west/night")]
    told = board(Standing([], [], [], []), [*others, *some], [], HOUSE, T0)
    assert [gap.from_ms for gap in told.gaps] == [T0 + n for n in range(MOST_GAPS)]
    assert (told.more_gaps, told.time_zone) == (3, "Asia/Shanghai")


def test_on_a_machine_whose_clock_is_not_set_yet_they_can_be_read() -> None:
    told = board(Standing([], [], [], []), [], spans(HOUSE, MINUTE), HOUSE, MINUTE)
    assert [period.from_ms for period in decode(encode(told), CentreFigures).wards[0].periods] == [0, 0]


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    built = Centre(database.url, HOUSE)
    built.hear_snapshot()
    built.sign_in("Wei", "Li")
    yield built
    built.store.close()


def watch_of(centre: Centre) -> FigureWatch:
    return FigureWatch(centre.store, centre.engine.house_in, lambda: centre.now)


def asked(watch: FigureWatch, by: str = "Wei") -> CentreReply:
    return watch.answer(command("figures", by=by, reply_to=f"console-{by.lower()}"))


def figures(watch: FigureWatch, by: str = "Wei") -> CentreFigures:
    found = asked(watch, by).figures
    assert found is not None
    return found


def ward(found: CentreFigures, name: str) -> WardFigures:
    return next(each for each in found.wards if each.ward == name)


def test_what_was_worked_comes_out_by_ward_and_period_with_what_the_roster_lacks(centre: Centre) -> None:
    watch = watch_of(centre)
    first = centre.open("east-1", room="1", station_id="s-1")
    centre.wait(10 * SECOND)
    assert centre.accept("Li", first.contact_id).ok
    centre.open("east-2", room="2", station_id="s-2")
    centre.wait(30 * SECOND)
    watch.count()
    found = figures(watch)
    assert [each.ward for each in found.wards] == ["", "east", "west"]
    assert (found.at_ms, found.within_s) == (T0 + 40 * SECOND, 20)
    whole, east, west = found.wards
    assert msgspec.structs.replace(east, ward="", free=1, signed_in=2) == whole
    assert (east.waiting, east.taken, east.oldest_at_ms, east.free, east.signed_in) == (1, 1, T0 + 10 * SECOND, 1, 2)
    assert (west.waiting, west.taken, west.oldest_at_ms, west.signed_in) == (0, 0, None, 1)
    assert [period.period for period in east.periods] == [span[0] for span in spans(HOUSE, centre.now.wall_ms)]
    hour = east.periods[0]
    assert (hour.contacts, hour.offered, hour.excluding, hour.accepted) == (2, (1, 2), (1, 2), (1, 1))
    assert (hour.speed_of_answer_s, hour.occupancy, hour.given_up) == (10.0, (30, 80), (0, 2))
    assert west.periods[0].offered == (0, 0)
    lacks = [(gap.roster, gap.shift, gap.needs, gap.has) for gap in found.gaps]
    assert lacks == [("east", "night", 2, 1)] * len(lacks)
    assert len(lacks) in (7, 8)
    assert found == decode(encode(found), CentreFigures)


def test_they_are_counted_for_who_asks_and_old_ones_are_not_told(centre: Centre) -> None:
    watch = watch_of(centre)
    watch.start()
    assert (asked(watch).ok, asked(watch, "Li").ok) == (True, False)
    wait_until(lambda: asked(watch).figures is not None, "the figures")
    watch.stop()
    centre.now = centre.now.after(KEPT_MS)
    assert asked(watch).ok
    assert asked(watch).figures is None
    assert EVERY_S * 1000 < KEPT_MS


def test_nobody_sees_more_than_he_would_see_over_the_api(centre: Centre) -> None:
    watch = watch_of(centre)
    watch.count()
    assert [each.ward for each in figures(watch, "Sun").wards] == ["west"]
    assert len(figures(watch, "Sun").gaps) > 0
    assert [(asked(watch, by).reason, asked(watch, by).figures) for by in ("Li", "Mallory", "Bao")] == [
        (NOT_FOR_ROLE, None),
        (STRANGER, None),
        (NOT_AT_HIS_SEAT, None),
    ]
    assert centre.do("sign_in", "Bao", secret="moon").ok
    assert asked(watch, "Bao").figures is not None
    described = msgspec.to_builtins(HOUSE)
    described["agents"]["Wei"] |= {"level": "ward", "wards": ["east"]}
    centre.describe(msgspec.convert(described, House))
    assert [each.ward for each in figures(watch).wards] == ["east"]


AGENTS = st.builds(
    Agent,
    role=st.sampled_from(["carer", "operator", "supervisor", "administrator", "interface"]),
    level=st.sampled_from(["home", "ward", "carer"]),
    wards=st.lists(st.sampled_from(["east", "west", "north"]), unique=True),
)


@given(who=AGENTS, wards=st.lists(st.sampled_from(["", "east", "west", "north"]), unique=True))
@settings(max_examples=60)
def test_whose_level_is_a_ward_sees_neither_the_house_nor_another_ward(who: Agent, wards: list[str]) -> None:
    told = CentreFigures(
        at_ms=T0,
        within_s=60,
        wards=[WardFigures(ward=ward, waiting=1, taken=0, free=0, signed_in=0, periods=[]) for ward in wards],
    )
    seen = [each.ward for each in seen_by(told, who, "Wei").wards]
    if who.role == "carer" or who.level == "carer":
        assert seen == []
    elif who.level == "home" or not who.wards:
        assert seen == wards
    else:
        assert seen == [ward for ward in wards if ward in who.wards]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda some: st.lists(some, max_size=3)))
@settings(max_examples=60)
def test_what_is_no_share_of_something_is_refused(value: object) -> None:
    period = {
        "period": "hour", "from_ms": T0, "contacts": 1, "excluding": [0, 0], "ended_too": [0, 0], "accepted": [0, 0],
        "given_up": [0, 0], "occupancy": [0, 0], "offered": value,
    }  # fmt: skip
    ward = {"ward": "", "waiting": 0, "taken": 0, "free": 0, "signed_in": 0, "periods": [period]}
    raw = msgspec.json.encode({"at_ms": T0, "within_s": 60, "wards": [ward]})
    is_share = (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= 2**53 - 1 for n in value)
    )
    if is_share:
        assert decode(raw, CentreFigures).wards[0].periods[0].offered == tuple(value)  # type: ignore[arg-type]
    else:
        with pytest.raises(PayloadError):
            decode(raw, CentreFigures)


COUNTS = st.integers(0, 2**53 - 1)
MOMENTS = st.integers(0, 253_370_764_800_000)
OUT_OF = st.tuples(COUNTS, COUNTS)
SECONDS = st.none() | st.floats(0, 1e9)
WORDS = st.text(st.characters(exclude_categories=["C"]), max_size=20)
PERIODS = st.builds(
    PeriodFigures,
    period=st.sampled_from(["hour", "shift", "today"]), name=WORDS, from_ms=MOMENTS, contacts=COUNTS, offered=OUT_OF,
    excluding=OUT_OF, ended_too=OUT_OF, accepted=OUT_OF, speed_of_answer_s=SECONDS, response_p90_s=SECONDS,
    given_up=OUT_OF, occupancy=OUT_OF,
)  # fmt: skip
OF_WARDS = st.builds(
    WardFigures,
    ward=WORDS, waiting=COUNTS, oldest_at_ms=st.none() | MOMENTS, taken=COUNTS, free=COUNTS, signed_in=COUNTS,
    periods=st.lists(PERIODS, max_size=3),
)  # fmt: skip
GAPS = st.builds(RosterGap, roster=WORDS, shift=WORDS, from_ms=MOMENTS, until_ms=MOMENTS, needs=COUNTS, has=COUNTS)


@given(
    st.builds(
        CentreFigures,
        at_ms=MOMENTS, within_s=st.floats(0, 86_400), wards=st.lists(OF_WARDS, max_size=3),
        gaps=st.lists(GAPS, max_size=3), more_gaps=COUNTS,
    )
)  # fmt: skip
@settings(max_examples=40)
def test_figures_are_read_as_they_were_said(told: CentreFigures) -> None:
    reply = CentreReply(command_id="1", ok=True, figures=told)
    assert decode(encode(reply), CentreReply) == reply
