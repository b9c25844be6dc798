"""The operator view: signing in, offers that cannot be missed, and who was first."""

import msgspec
import pytest
from console_parts import House
from console_screen import SIZES, Terminal, terminal

from wardbell_console.screens.operator import OperatorScreen
from wardbell_protocol.bus.payloads import CallState

BOTH_LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh_CN"])


def seat(lang: str = "en") -> House:
    """A house whose console is an operator's, with an emergency open in the east ward."""
    house = House(own=(), by="wang", operator="wang", lang=lang)
    house.wire.deliver(house.east.press("118-1", "emergency"))
    house.live()
    return house


def call(house: House, call_id: str = "east-1") -> CallState:
    return CallState.of("east", house.east.board.calls[call_id])


async def offered(house: House, screen: Terminal, contact_id: str = "k-1", call_id: str = "east-1") -> None:
    house.wire.deliver(house.centre.offer(contact_id, call(house, call_id), ["wang", "zhao"]))
    await screen.settle()


@pytest.mark.parametrize("size", SIZES)
@BOTH_LANGUAGES
async def test_an_offer_fills_the_top_with_its_place_and_countdown(lang: str, size: tuple[int, int]) -> None:
    house = seat(lang)
    async with terminal(house, size, is_operator=True) as screen:
        assert ("Nothing is offered to you." if lang == "en" else "没有等待您接听的来电。") in screen.text
        house.wait_s(60)
        await offered(house, screen)
        told = ("OFFER", "East  emergency", "all stations in 4:00", "a or enter: accept")
        said = ("来电", "东区  紧急呼叫", "4:00 后全院广播", "a 或回车：接听")
        assert [part for part in (told if lang == "en" else said) if part not in screen.text] == []
        assert "wang" in screen.lines[0]


@BOTH_LANGUAGES
async def test_the_contact_of_an_unauthenticated_call_is_marked_too(lang: str) -> None:
    house = seat(lang)
    house.wire.deliver(house.east.press("205-3", "staff_assist", is_authenticated=False))
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen, "k-2", "east-2")
        kind = "staff assist" if lang == "en" else "增援"
        assert screen.text.count(f"{kind}?") == 2
        await offered(house, screen)
        urgent = "emergency" if lang == "en" else "紧急呼叫"
        assert urgent in screen.text
        assert f"{urgent}?" not in screen.text


async def test_starting_for_an_operator_signs_in() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        assert list(house.centre.operators) == ["wang"]
        assert "operator wang  signed in" in screen.lines[0]


@pytest.mark.parametrize("key", ["a", "enter"])
async def test_accepting_is_pending_until_the_call_centre_says_so(key: str) -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        house.wire.holds_replies = True
        await screen.press(key)
        assert "accept pending" in screen.line("118-1")
        assert "accepted" not in screen.text
        house.wire.answer(house.wire.published[-1])
        await screen.settle()
        assert "accepted by me" in screen.line("118-1")
        assert "Nothing is offered to you." in screen.text


@BOTH_LANGUAGES
async def test_who_loses_the_race_reads_who_won(lang: str) -> None:
    house = seat(lang)
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        others = house.centre.accept("k-1", "zhao")  # decided, and its event is still on the way
        await screen.press("a")
        assert ("already taken by zhao" if lang == "en" else "已由 zhao 接听") in screen.text
        house.wire.deliver(others)
        house.clock.pass_s(11)
        house.live()
        await screen.settle()
        assert ("accepted zhao" if lang == "en" else "zhao 已接听") in screen.line("118")


async def test_a_more_urgent_offer_does_not_slip_under_the_finger() -> None:
    house = seat()
    house.wire.deliver(house.east.press("203-2"))
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen, "k-2", "east-2")
        await offered(house, screen, "k-1", "east-1")
        assert "1 more offered" in screen.text
        await screen.press("a")
        assert [command.contact_id for command in house.wire.commands("accept")] == ["k-2"]


async def test_several_offers_can_be_gone_through() -> None:
    house = seat()
    house.wire.deliver(house.east.press("203-2"))
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen, "k-1", "east-1")
        await offered(house, screen, "k-2", "east-2")
        await screen.press("down", "enter")
        assert [command.contact_id for command in house.wire.commands("accept")] == ["k-2"]


async def test_an_offer_rings_and_shows_on_the_nurse_view_too() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await screen.press("escape")
        await offered(house, screen)
        assert "OFFER 118-1 emergency: press o" in screen.text
        await screen.press("o")
        assert isinstance(screen.app.screen, OperatorScreen)
        assert screen.app.strokes > 0


async def test_an_offer_tells_that_the_ward_answered_meanwhile() -> None:
    house = seat()
    async with terminal(house, (120, 40), is_operator=True) as screen:
        await offered(house, screen)
        assert "acknowledged" not in screen.text
        contact = house.centre.contacts["k-1"]
        answered = msgspec.structs.replace(contact, call_status="acknowledged", answered_by="Li Na")
        house.centre.contacts["k-1"] = answered
        house.wire.deliver([house.centre.event("changed", contact=answered)])
        await screen.settle()
        assert "acknowledged Li Na" in screen.lines[8]
        assert "acknowledged Li Na" in screen.line("118-1")


async def test_signing_in_by_name_and_out() -> None:
    house = House()
    async with terminal(house) as screen:
        await screen.press("o")
        assert "not signed in" in screen.lines[0]
        await screen.press("i", *"Li", "enter")
        assert "use a-z, 0-9, _ and -" in screen.text
        await screen.press("backspace", "backspace", *"li", "enter")
        assert list(house.centre.operators) == ["li"]
        assert "signed in 0:00 at console-a" in screen.lines[0]
        await screen.press("x")
        assert house.centre.operators == {}
        house.wait_s(60)
        assert house.centre.operators == {}


async def test_a_silent_call_centre_is_told() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        assert "STALE" not in screen.lines[0]
        house.clock.pass_s(16)
        await screen.settle()
        assert "STALE" in screen.lines[0]
