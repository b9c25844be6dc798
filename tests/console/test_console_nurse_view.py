"""The nurse view driven by keys on a terminal in memory, against a ward with the real call board."""

import pytest
from console_parts import House
from console_screen import SIZES, Terminal, terminal
from rich.cells import cell_len

from wardbell_console.widgets.nurse_view import NurseView

BOTH_LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh_CN"])
BOTH_SIZES = pytest.mark.parametrize("size", SIZES)
AT_CONSOLE_TOO = ("bed", "console")


def house_with_calls(lang: str = "en") -> House:
    """203-2 normal, 118-1 emergency, 205-3 bathroom, in this order of time, two seconds apart."""
    house = House(lang=lang)
    for place, kind in (("203-2", "normal"), ("118-1", "emergency"), ("205-3", "bathroom")):
        house.wire.deliver(house.east.press(place, kind, AT_CONSOLE_TOO))
        house.wait_s(2)
    return house


def order(screen: Terminal, *places: str) -> list[str]:
    """Those places in the order in which the list shows them."""
    rows = [line for line in screen.lines if any(f" {place} " in line for place in places)][: len(places)]
    return [next(place for place in places if place in row) for row in rows]


@BOTH_SIZES
@BOTH_LANGUAGES
async def test_rows_counts_and_lights_in_both_languages_and_sizes(lang: str, size: tuple[int, int]) -> None:
    house = house_with_calls(lang)
    async with terminal(house, size) as screen:
        places = ("118-1", "205-3", "203-2") if lang == "en" else ("118室1床", "205室3床", "203室2床")
        assert order(screen, *sorted(places)) == list(places)
        head = screen.lines[0]
        for part in (
            ("open 3  calling 3  oldest 0:06", "East") if lang == "en" else ("未结 3  呼叫 3  最久 0:06", "东区")
        ):
            assert part in head
        assert screen.lines[1].count("✓") == 5
        assert len(screen.lines) == size[1]
        assert all(cell_len(line) <= size[0] for line in screen.lines)
        kinds = ("emergency", "bathroom", "normal") if lang == "en" else ("紧急呼叫", "卫生间紧急", "普通呼叫")
        assert all(screen.line(place).count(kind) == 1 for place, kind in zip(places, kinds, strict=True))


@BOTH_LANGUAGES
async def test_columns_stand_in_line_whatever_is_in_them(lang: str) -> None:
    house = house_with_calls(lang)
    async with terminal(house) as screen:
        await screen.press("a")
        rows = [line for line in screen.lines if "0:0" in line and ("-" in line or "床" in line)][:3]
        ages = [cell_len(row[: row.index("0:0")]) for row in rows]
        assert len(rows) == 3
        assert len(set(ages)) == 1


@BOTH_SIZES
@BOTH_LANGUAGES
async def test_an_unauthenticated_call_is_marked_and_told_of(lang: str, size: tuple[int, int]) -> None:
    house = House(lang=lang)
    house.wire.deliver(house.east.press("203-2", "staff_assist", AT_CONSOLE_TOO, is_authenticated=False))
    house.wire.deliver(house.east.press("205-3", "normal", AT_CONSOLE_TOO))
    legacy, keyed = ("203-2", "205-3") if lang == "en" else ("203室2床", "205室3床")
    kinds = ("staff assist", "normal") if lang == "en" else ("增援", "普通呼叫")
    async with terminal(house, size) as screen:
        assert f"{kinds[0]}?" in screen.line(legacy)
        assert f"{kinds[1]} " in screen.line(keyed)
        assert ("unauthenticated" if lang == "en" else "未经认证") in "\n".join(screen.lines)
        assert all(cell_len(line) <= size[0] for line in screen.lines)
        await screen.press("h")
        await screen.settle()
        placed = "placed?" if lang == "en" else "呼叫?"
        assert placed in "\n".join(screen.lines)
        await screen.press("escape", "down")
        assert ("unauthenticated" if lang == "en" else "未经认证") not in "\n".join(screen.lines)
        await screen.press("question_mark")
        assert ("?  behind a call" if lang == "en" else "?  呼叫后的问号") in "\n".join(screen.lines)


async def test_ages_tick() -> None:
    house = house_with_calls()
    async with terminal(house) as screen:
        assert "0:06" in screen.line("203-2")
        house.clock.pass_s(5)
        await screen.settle()
        assert "0:11" in screen.line("203-2")
        assert "forward 0:19" in screen.line("203-2")


async def test_acknowledging_is_pending_until_the_gateway_answers() -> None:
    house = house_with_calls()
    async with terminal(house) as screen:
        house.wire.holds_replies = True
        await screen.press("a")
        assert "ack pending" in screen.line("118-1")
        assert "acknowledged" not in screen.text
        (publication,) = [p for p in house.wire.published if b'"acknowledge"' in p.payload]
        house.wire.answer(publication)
        await screen.settle()
        assert "acknowledged Li Na" in screen.line("118-1")
        assert "118-1: ack confirmed." in screen.text
        assert "rings again" in screen.line("118-1")


async def test_a_second_nurse_reads_who_was_first() -> None:
    house = house_with_calls()
    async with terminal(house) as screen:
        house.east.verb("acknowledge", "east-2", "Wu")  # its event is still on the way
        await screen.press("a")
        assert "118-1: ack refused: already acknowledged by Wu." in screen.text


async def test_without_an_answer_the_key_can_be_pressed_again_and_is_the_same_command() -> None:
    house = house_with_calls()
    async with terminal(house) as screen:
        house.wire.holds_replies = True
        await screen.press("a", "a")
        house.clock.pass_s(5)
        await screen.settle()
        assert "ack unconfirmed" in screen.line("118-1")
        assert "NOT CONFIRMED" in screen.text
        house.wire.holds_replies = False
        await screen.press("a")
        assert "acknowledged Li Na" in screen.line("118-1")
        assert len({command.command_id for command in house.wire.commands("acknowledge")}) == 1
        assert len(house.wire.commands("acknowledge")) == 2


async def test_clear_asks_once_more_and_escape_leaves_it_lit() -> None:
    house = house_with_calls()
    async with terminal(house) as screen:
        await screen.press("end", "c")
        assert "Clear 203-2, normal?" in screen.text
        await screen.press("enter")
        assert "Clear 203-2, normal?" in screen.text
        await screen.press("escape")
        assert house.wire.commands("clear") == []
        await screen.press("c", "y")
        assert [command.call_id for command in house.wire.commands("clear")] == ["east-1"]
        assert "203-2: clear confirmed." in screen.text
        assert "open 2" in screen.lines[0]


async def test_an_urgent_call_is_not_cleared_from_here_and_the_reason_is_told() -> None:
    house = house_with_calls()
    async with terminal(house) as screen:
        await screen.press("c")
        assert "118-1: clear refused: may not be cleared from the console; clear it at the bed." in screen.text
        assert house.wire.commands("clear") == []


@BOTH_LANGUAGES
async def test_escalate_now_shows_the_contact(lang: str) -> None:
    house = house_with_calls(lang)
    async with terminal(house) as screen:
        await screen.press("e")
        assert ("nobody free yet" if lang == "en" else "暂无人可接") in screen.line("118")
        house.wire.deliver(house.centre.accept("k-east-2", "wang"))
        await screen.settle()
        assert ("accepted wang" if lang == "en" else "wang 已接单") in screen.line("118")


@BOTH_LANGUAGES
async def test_history_is_pending_and_then_lists_the_events(lang: str) -> None:
    house = house_with_calls(lang)
    house.wire.deliver([*house.east.press("118-1", "emergency"), *house.east.verb("acknowledge", "east-2", "Wu")])
    async with terminal(house) as screen:
        house.wire.holds_replies = True
        await screen.press("h")
        assert ("pending" if lang == "en" else "待确认") in screen.text
        house.wire.answer(next(p for p in house.wire.published if b'"history"' in p.payload))
        await screen.settle()
        words = (
            ("placed", "pressed again", "acknowledged  Wu (bed)") if lang == "en" else ("呼叫", "再次按铃", "应答  Wu")
        )
        assert all(word in screen.text for word in words)
        await screen.press("escape")
        assert screen.line("118")


async def test_the_selection_stays_with_its_call_when_others_arrive_and_go() -> None:
    house = house_with_calls()
    async with terminal(house) as screen:
        await screen.press("end")
        assert "203-2" in screen.pointed
        house.wire.deliver(house.east.press("101-1", "code"))
        await screen.settle()
        assert order(screen, "101-1", "203-2") == ["101-1", "203-2"]
        assert "203-2" in screen.pointed
        house.wire.deliver(house.east.verb("clear", "east-2", "Wu"))
        await screen.settle()
        assert "203-2" in screen.pointed
        await screen.press("a")
        assert [command.call_id for command in house.wire.commands("acknowledge")] == ["east-1"]


async def test_nothing_falls_off_the_screen() -> None:
    house = House()
    for number in range(64):
        house.wire.deliver(house.east.press(f"{100 + number}-1"))
        house.clock.pass_s(1)
    async with terminal(house) as screen:
        assert "open 64" in screen.lines[0]
        for number in range(64):
            assert f"{100 + number}-1" in screen.pointed
            await screen.pilot.press("down")
        await screen.press("home")
        assert "100-1" in screen.pointed


async def test_the_language_switches_while_it_runs() -> None:
    house = house_with_calls()
    async with terminal(house) as screen:
        await screen.press("a", "l")
        assert "已应答 Li Na" in screen.line("118室1床")
        assert "118室1床：应答已确认。" in screen.text
        await screen.press("l")
        assert "acknowledged Li Na" in screen.line("118-1")


@BOTH_LANGUAGES
async def test_a_lost_broker_is_told_across_the_screen_and_on_each_row(lang: str) -> None:
    house = house_with_calls(lang)
    async with terminal(house) as screen:
        banner, stale = ("NO BROKER for 0:09", "stale") if lang == "en" else ("消息服务断开 0:09", "过时")
        assert stale not in screen.text
        house.wire.connect(False)
        await screen.settle()
        house.clock.pass_s(9)
        await screen.settle()
        assert banner in screen.text
        assert sum(stale in line for line in screen.lines[4:8]) == 3
        await screen.press("a")
        assert house.wire.commands("acknowledge") == []
        assert ("nothing was sent" if lang == "en" else "未发送") in screen.text
        house.wire.connect()
        await screen.settle()
        assert banner not in screen.text
        assert stale not in screen.text


async def test_a_silent_gateway_is_a_banner() -> None:
    house = house_with_calls()
    async with terminal(house, (120, 40)) as screen:
        house.clock.pass_s(16)
        await screen.settle()
        assert "GATEWAY of East silent" in screen.text
        assert "? Gateway" in screen.text


async def test_the_bell_rings_until_it_is_answered_and_muting_has_its_limits() -> None:
    house = House()
    async with terminal(house) as screen:
        view = screen.app.query_one(NurseView)

        def strokes(seconds: int) -> int:
            before = screen.app.strokes
            for _ in range(seconds * 10):
                house.clock.pass_s(0.1)
                if house.clock.now_ms % 5000 < 100:
                    house.wire.deliver(house.east.health())
                view.tick()
            return screen.app.strokes - before

        house.wire.deliver(house.east.press("203-2"))
        assert strokes(12) == 3
        await screen.press("m")
        assert "muted 2:00" in screen.lines[0]
        assert strokes(12) == 0
        house.wire.deliver(house.east.press("118-1", "emergency"))
        assert strokes(5) == 5
        await screen.press("m")
        assert strokes(5) == 5
        await screen.press("home", "a", "end", "a")
        assert strokes(12) == 0


async def test_no_call_selected_says_so() -> None:
    async with terminal(House()) as screen:
        assert "No open calls." in screen.text
        await screen.press("a")
        assert "no call is selected" in screen.text


@pytest.mark.parametrize(
    ("own", "named", "empty"),
    [
        ((), "Wardbell  seat without a ward  ", "No calls for all stations."),
        (("east",), "Wardbell  East  ", "No open calls."),
        (("east", "west"), "Wardbell  2 wards  ", "No open calls."),
        (("north",), "Wardbell  north  ", "No open calls."),
        (None, "Wardbell  all wards  ", "No open calls."),
    ],
)
async def test_the_head_says_whose_calls_are_shown_and_a_seat_s_lights_are_those_of_all_wards(
    own: tuple[str, ...] | None, named: str, empty: str
) -> None:
    house = House(own=own)
    house.live()
    async with terminal(house) as screen:
        assert screen.lines[0].startswith(named)
        assert empty in screen.text
        assert ("✓ Gateway" in screen.lines[1]) == (own != ("north",))


@BOTH_SIZES
async def test_help_lists_the_keys(size: tuple[int, int]) -> None:
    async with terminal(House(), size) as screen:
        await screen.press("question_mark")
        assert "escalate now: tell the call centre at once" in screen.text
        assert "ctrl+q" in screen.text
        await screen.press("escape")
        assert "No open calls." in screen.text
