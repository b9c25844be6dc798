"""The call centre's figures and the rosters' gaps on the console: who sees them, what they say, when they are asked for."""

import time
from collections.abc import Iterator

import msgspec
import pytest
from console_centre import T0
from console_parts import House
from console_screen import terminal
from rich.cells import cell_len

from wardbell_console.figure_reading import COUNTED_AFTER_MS, ELSE_EVERY_MS, OLD_AFTER, WATCHED_EVERY_MS
from wardbell_console.figure_wording import figures_line, gap_lines, legend_lines
from wardbell_protocol.bus.centre_payloads import Rights
from wardbell_protocol.bus.figure_payloads import CentreFigures, PeriodFigures, RosterGap, WardFigures
from wardbell_protocol.bus.payloads import CallState, encode

BOTH_LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh_CN"])
SUPERVISOR = Rights(verbs=["accept", "figures", "roster"], level="home")
CARER = Rights(verbs=["accept", "roster"], level="ward", wards=["east"])
HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A terminal in that time zone, wherever the tests run."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def period(which: str, offered: tuple[int, int], **fields: object) -> PeriodFigures:
    count, of = offered
    known = PeriodFigures(
        period=which, from_ms=T0 - HOUR_MS, contacts=of, offered=offered, excluding=(count, of and of - 1),  # type: ignore[arg-type]
        ended_too=(count + 1, of) if of else (0, 0), accepted=(count, of), speed_of_answer_s=34.4 if of else None,
        response_p90_s=185.0 if of else None, given_up=(of and 1, of), occupancy=(1300, 2400) if of else (0, 0),
    )  # fmt: skip
    return msgspec.structs.replace(known, **fields)


def ward(name: str, offered: tuple[int, int]) -> WardFigures:
    shift = period("shift", (9, 10), name="night 19:00-07:00")
    return WardFigures(
        ward=name, waiting=3 if offered[1] else 0, oldest_at_ms=T0 - 130_000 if offered[1] else None, taken=1, free=4,
        signed_in=9, periods=[period("hour", offered), shift, period("today", (1, 3))],
    )  # fmt: skip


def gap(begins_h: float, roster: str = "east", needs: int = 3) -> RosterGap:
    from_ms = T0 + int(begins_h * HOUR_MS)
    return RosterGap(roster=roster, shift="night", from_ms=from_ms, until_ms=from_ms + 12 * HOUR_MS, needs=needs, has=1)


FIGURES = CentreFigures(
    at_ms=T0,
    within_s=60,
    wards=[ward("", (41, 50)), ward("east", (30, 40)), ward("north-west-upper-floor", (0, 0))],
    gaps=[gap(-1), gap(100, "kitchen", needs=2)],
)


def desk(lang: str = "en", rights: Rights = SUPERVISOR, figures: CentreFigures | None = FIGURES) -> House:
    """A seat with wang, whose rights those are."""
    house = House(own=(), by="wang", lang=lang)
    house.centre.rights, house.centre.figures = rights, figures
    house.feed.seat.sign_in("wang", house.clock())
    house.live()
    return house


def known(house: House) -> CentreFigures | None:
    return house.feed.seat.figures.known


def n_asked(house: House) -> int:
    return len(house.wire.commands("figures"))


async def test_the_figures_by_ward_and_period_and_where_people_lack_in_both_languages() -> None:
    house = desk()
    async with terminal(house, is_operator=True) as screen:
        assert "s figures" in screen.text
        await screen.press("s")
        house.wait_s(5)
        await screen.settle()
        row = ["3", "2:15", "4/9", "82%", "41/50", "84%", "0:34", "3:05", "2%", "54%"]
        assert screen.line("whole house").split()[2:] == row
        assert "75% 30/40" in screen.line("East ")
        assert screen.line("north-west").split()[1:5] == ["0", "-", "4/9", "-"]
        told = ("[last hour]  shift night 19:00-07:00 ", "East night  now - 19:00  1 of 3: 2 lacking", "kitchen night")
        assert [part for part in told if part not in screen.text] == []
        assert not any("…" in line for line in screen.lines)
        await screen.press("v")
        assert "90% 9/10" in screen.text
        no_shift = [msgspec.structs.replace(each, periods=[each.periods[0], each.periods[2]]) for each in FIGURES.wards]
        house.centre.figures = msgspec.structs.replace(FIGURES, wards=no_shift)
        house.wait_s(WATCHED_EVERY_MS / 1000)
        await screen.settle()
        assert "[last hour]  today" in screen.text
        assert "82% 41/50" in screen.text
        house.centre.figures = FIGURES
        house.wait_s(WATCHED_EVERY_MS / 1000)
        await screen.settle()
        await screen.press("v", "v", "l")
        said = (
            "近一小时   本班 night 19:00-07:00  [今天]",
            "33% 1/3",
            "全院",
            "现在 - 19:00  需 3 人，有 1 人：缺 2 人",
            "消除：",
        )
        assert [part for part in said if part not in screen.text] == []
        assert "SL2" not in screen.text
        assert not any("…" in line for line in screen.lines)
        await screen.pilot.resize_terminal(120, 40)
        await screen.settle()
        assert screen.line("全院").split()[4:9] == ["3", "33%", "1/3", "50%", "67%"]
        assert "SL2：" in screen.text
        await screen.press("escape")
        assert "s 指标" in screen.text


@BOTH_LANGUAGES
def test_the_last_hour_and_the_next_gap_in_one_line(lang: str) -> None:
    house = desk(lang)
    said = {
        "en": "1 h: SL_offered 82% of 50  ASA 0:34  occ. 54%  now East lacks 2",
        "zh_CN": "1小时：SL_offered 82%（50）  ASA 0:34  占用 54%  现在 东区 缺 2 人",
    }
    line = figures_line(house.desk.language, house.feed, house.clock())
    assert line == said[lang]
    assert cell_len(line) <= 80
    legend = legend_lines(house.desk.language, house.feed, is_wide=True)
    assert max(map(cell_len, legend)) <= 78


async def test_the_line_is_there_where_there_is_room_as_long_as_he_may_see_it() -> None:
    house = desk()
    async with terminal(house, (80, 28), is_operator=True) as screen:
        assert screen.lines[2].startswith("1 h: SL_offered 82%")
        house.centre.rights = CARER
        house.feed.seat.read_anew(house.clock())
        await screen.settle()
        assert "SL_offered" not in screen.text
        assert "s figures" not in screen.text
        await screen.press("s")
        assert "not for your role" in screen.text
        assert known(house) is None


async def test_it_says_what_is_missing_and_what_is_old_and_an_offer_lies_over_it() -> None:
    house = desk(figures=None)
    house.wire.deliver(house.east.press("203-2"))
    async with terminal(house, is_operator=True) as screen:
        assert "SL_offered" not in screen.text
        await screen.press("s")
        assert "asking the call centre" in screen.text
        house.centre.figures = msgspec.structs.replace(FIGURES, wards=[], gaps=[])
        house.wait_s(3)
        await screen.settle()
        assert "no ward whose figures" in screen.text
        assert "No gaps." in screen.text
        house.wire.holds_replies = True
        house.wait_s(OLD_AFTER * WATCHED_EVERY_MS / 1000)
        await screen.settle()
        assert screen.lines[0].strip().startswith("STALE")
        call = CallState.of("east", house.east.board.calls["east-1"])
        house.wire.deliver(house.centre.offer("k-1", call, ["wang"]))
        await screen.settle()
        assert "OFFER" in screen.text


def test_asked_seldom_and_not_while_the_call_centre_is_silent() -> None:
    house = desk()
    assert n_asked(house) == 1
    house.wait_s(ELSE_EVERY_MS / 1000 - 1)
    assert n_asked(house) == 1
    house.wait_s(1)
    assert n_asked(house) == 2
    house.feed.seat.figures.is_watched = True
    house.wait_s(WATCHED_EVERY_MS / 1000)
    assert n_asked(house) == 3
    house.centre.figures = None
    house.wait_s(WATCHED_EVERY_MS / 1000)
    house.wait_s(COUNTED_AFTER_MS / 1000)
    assert n_asked(house) == 5
    assert known(house) == FIGURES
    for _ in range(10):
        house.clock.pass_s(15)
        house.tick()  # no life sign
    assert n_asked(house) == 6  # once more before it was noticed


def test_who_sits_down_next_is_not_shown_what_another_one_saw() -> None:
    house = desk()
    assert known(house) == FIGURES
    house.centre.rights = CARER
    house.feed.seat.sign_in("li", house.clock())
    assert known(house) is None
    house.live()
    assert known(house) is None
    house = desk()
    house.centre.refusals["figures"] = "not for this role"
    house.centre.rights = CARER
    house.wait_s(ELSE_EVERY_MS / 1000)
    assert known(house) is None
    house.wait_s(ELSE_EVERY_MS / 1000)
    assert n_asked(house) == 2  # the call centre has said his rights anew


def test_of_several_wards_the_line_is_about_the_one_that_does_worst() -> None:
    wards = [ward("east", (30, 40)), ward("west", (20, 40)), ward("north", (0, 0))]
    for lang, said in (("en", "West: 1 h: SL_offered 50% of 40"), ("zh_CN", "西区: 1小时：SL_offered 50%（40）")):
        house = desk(lang, figures=msgspec.structs.replace(FIGURES, wards=wards, gaps=[gap(3, "carers")]))
        line = figures_line(house.desk.language, house.feed, house.clock())
        assert line.startswith(said)
        assert cell_len(line) <= 80  # with the gap, which is its end


@BOTH_LANGUAGES
def test_gaps_are_told_by_the_houses_clock(lang: str) -> None:
    """It is 16:00 in Shanghai, 08:00 at this terminal; the last gap begins after Shanghai's midnight, on the terminal's today."""
    figures = msgspec.structs.replace(FIGURES, time_zone="Asia/Shanghai", gaps=[gap(3), gap(9)])
    house = desk(lang, figures=figures)
    title, first, last = gap_lines(house.desk.language, house.feed, house.clock(), 7)
    assert "Asia/Shanghai" in title
    assert cell_len(title) <= 78
    assert "  19:00 - 01-16 07:00  " in first
    assert "  01-16 01:00 - 01-16 13:00  " in last
    assert "  19:00 " in figures_line(house.desk.language, house.feed, house.clock())


@pytest.mark.parametrize("zone", ["", "UTC", "Nowhere/Unknown", "../../etc/passwd"])
def test_a_zone_that_is_the_terminals_or_none_is_not_named(zone: str) -> None:
    house = desk(figures=msgspec.structs.replace(FIGURES, time_zone=zone, gaps=[gap(3)]))
    title, only = gap_lines(house.desk.language, house.feed, house.clock(), 7)
    assert title == house.desk.language.text("gaps.title")
    assert "  11:00 - 23:00  " in only


@pytest.mark.parametrize(
    ("n_gaps", "n_more", "lines", "last"),
    [(2, 0, 3, "lacking"), (6, 0, 7, "lacking"), (7, 0, 7, "and 2 more"), (20, 9, 7, "and 24 more")],
)
def test_so_many_gaps_as_there_is_room_for_and_how_many_more(n_gaps: int, n_more: int, lines: int, last: str) -> None:
    figures = msgspec.structs.replace(FIGURES, gaps=[gap(day * 24) for day in range(n_gaps)], more_gaps=n_more)
    house = desk(figures=figures)
    found = gap_lines(house.desk.language, house.feed, house.clock(), 7)
    assert (len(found), found[-1].endswith(last)) == (lines, True)
    assert len(encode(figures)) < 10_000
