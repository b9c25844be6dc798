"""Offers at an operator's console: they lie over everything, ring, count down, and nobody accepts one by mistake."""

import msgspec
import pytest
from console_centre import RING_S
from console_parts import House
from console_screen import SIZES, Terminal, terminal
from textual.widgets import Digits

from wardbell_console.screens.offer_alarm import OfferAlarm
from wardbell_console.screens.operator import OperatorScreen
from wardbell_protocol.bus.centre_payloads import Note, PastContact, ResidentCard, ScreenPop
from wardbell_protocol.bus.payloads import CallState

BOTH_LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh_CN"])


def seat(lang: str = "en") -> House:
    """A house whose console is an operator's, with an emergency open in the east ward."""
    house = House(own=(), by="wang", operator="wang", lang=lang)
    house.wire.deliver(house.east.press("118-1", "emergency"))
    house.live()
    return house


def pop(house: House) -> ScreenPop:
    """All that may come with an offer."""
    now_ms = house.clock()
    card = ResidentCard(
        resident_id="r1",
        name="周明",
        room="118",
        bed="1",
        care_level=3,
        risks=["falls", "penicillin"],
        key_carer="李娜",
    )
    past = PastContact(
        contact_id="c0", opened_at_ms=now_ms - 7_200_000, call_kind="normal", status="resolved", by="zhao",
        wrap_up_code="toilet",
    )  # fmt: skip
    note = Note(at_ms=now_ms - 60_000, by="zhao", text="asks for water\n\x1b[31mat night")
    return ScreenPop(
        building="B2",
        residents=[card],
        last_contacts=[past],
        notes=[note],
        script=["Knock first"],
        link="http://r.lan/c-1",
    )


def call(house: House, call_id: str = "east-1") -> CallState:
    return CallState.of("east", house.east.board.calls[call_id])


async def offered(house: House, screen: Terminal, contact_id: str = "k-1", call_id: str = "east-1") -> None:
    """An offer comes, and is looked at for a moment."""
    house.wire.deliver(house.centre.offer(contact_id, call(house, call_id), ["wang", "zhao"], pop(house)))
    await screen.settle()
    house.wait_s(1)
    await screen.settle()


@pytest.mark.parametrize("size", SIZES)
@BOTH_LANGUAGES
async def test_an_offer_lies_over_everything_with_all_that_one_must_know(lang: str, size: tuple[int, int]) -> None:
    house = seat(lang)
    async with terminal(house, size, is_operator=True) as screen:
        await offered(house, screen)
        told = (
            "OFFER", "East 118-1  emergency  waiting 0:01", "0:19 to answer", "RISKS falls, penicillin", "building B2",
            "key carer 李娜",
            "1. Knock first", "note zhao, 1:01 ago: asks for water  [31mat night", "Helped to the toilet",
            "http://r.lan/c-1", "a accept    r refuse",
        )  # fmt: skip
        said = (
            "派单",
            "东区 118室1床  紧急呼叫  已等待 0:01",
            "请在 0:19 内应答",
            "楼栋 B2",
            "风险 falls",
            "责任护理员 李娜",
            "协助如厕",
            "a 接单",
        )
        assert [part for part in (told if lang == "en" else said) if part not in screen.text] == []
        assert screen.app.screen.query_one(Digits).value == "118-1"
        risks, card = (
            screen.line(part) for part in (("RISKS", "care level") if lang == "en" else ("风险", "护理等级"))
        )
        assert screen.lines.index(risks) < screen.lines.index(card)


async def test_what_to_do_is_told_in_the_language_that_the_console_has_now() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        both = msgspec.structs.replace(pop(house), scripts={"zh_CN": ["先敲门"]})
        house.wire.deliver(house.centre.offer("k-1", call(house), ["wang"], both))
        await screen.settle()
        house.wait_s(1)
        assert "1. Knock first" in screen.text
        await screen.press("l")
        assert "1. 先敲门" in screen.text
        assert "Knock" not in screen.text


async def test_an_offer_comes_over_the_nurse_view_and_over_a_form_and_rings() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await screen.press("i")  # a form that is being filled in
        before = screen.app.strokes
        await offered(house, screen)
        assert isinstance(screen.app.screen, OfferAlarm)
        assert screen.app.strokes > before
        await screen.press("r")  # back to the form
        await screen.press("escape", "escape")  # to the operator's view, to the nurses'
        await offered(house, screen, "k-2")
        assert isinstance(screen.app.screen, OfferAlarm)
        assert len(screen.app.screen_stack) == 2


async def test_a_key_that_was_meant_for_something_else_does_not_answer_an_offer() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        house.wire.deliver(house.centre.offer("k-1", call(house), ["wang"]))
        await screen.settle()
        await screen.press("a", "r")
        assert [*house.wire.commands("accept"), *house.wire.commands("refuse")] == []
        house.wait_s(1)
        await screen.press("a")
        assert [command.contact_id for command in house.wire.commands("accept")] == ["k-1"]


async def test_accepting_is_pending_until_the_call_centre_says_so() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        house.wire.holds_replies = True
        await screen.press("a")
        assert "accept pending" in screen.text
        assert house.centre.contacts["k-1"].accepted_by == ""
        house.wire.answer(house.wire.published[-1])
        await screen.settle()
        assert isinstance(screen.app.screen, OperatorScreen)
        assert "accepted by me" in screen.pointed  # the next key is about what was just accepted


@BOTH_LANGUAGES
async def test_who_loses_the_race_reads_who_won(lang: str) -> None:
    house = seat(lang)
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        others = house.centre.accept("k-1", "zhao")  # decided, and its event is still on the way
        await screen.press("a")
        assert ("already taken by zhao" if lang == "en" else "已由 zhao 接单") in screen.text
        house.wire.deliver(others)
        await screen.settle()
        assert ("TAKEN by zhao" if lang == "en" else "zhao 已接单，您不用处理。") in screen.text
        await screen.press("escape")
        assert isinstance(screen.app.screen, OperatorScreen)


async def test_refusing_is_one_key_and_leaves_the_contact_to_others() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        await screen.press("r")
        assert isinstance(screen.app.screen, OperatorScreen)
        assert "asked: zhao" in screen.line("118-1")
        assert "refuse confirmed" in screen.text


async def test_no_answer_is_told_as_missed() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        house.wait_s(RING_S)
        await screen.settle()
        assert "0:00 to answer" in screen.text
        house.wire.deliver(house.centre.missed("k-1"))
        await screen.settle()
        assert "MISSED: you did not answer in time" in screen.text
        assert "a accept all the same" in screen.text
        house.wait_s(7)
        await screen.settle()
        assert "118-1: MISSED" in screen.line("MISSED")
        assert isinstance(screen.app.screen, OperatorScreen)


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("crowded: waiting 8, oldest_s 190", "crowded：等待 8, 最久 3:~：未接"),
        ("3 lamps are out in the corridor", "3 lamps are out in ~：未接"),
    ],
)
async def test_an_offer_and_its_end_say_what_a_contact_is_about_that_no_bed_calls_for(subject: str, told: str) -> None:
    house = seat("zh_CN")
    no_call = call(house)
    for contact_id, room in (("k-1", ""), ("k-2", "203")):
        fields = {"kind": "technical", "call_kind": "", "room": room, "bed": "", "subject": subject}
        house.wire.deliver(house.centre.opened(contact_id, no_call, **fields))
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen, "k-2")
        assert f"203室  技术故障  已等待 0:01  {told[:12]}" in screen.text
        await offered(house, screen)
        house.wait_s(RING_S)
        house.wire.deliver(house.centre.missed("k-1"))
        house.wait_s(7)
        await screen.settle()
        await screen.press("escape")
        assert screen.line("已转他人").startswith(told)


async def test_a_notice_of_our_own_is_in_the_language_that_the_console_has_now() -> None:
    house = House(own=(), by="wang")
    async with terminal(house) as screen:
        for key, said in (("a", "未选中呼叫"), ("o", ""), ("a", "未选中工单")):
            await screen.press(key)
            if said:
                house.desk.switch_language()
                await screen.settle()
                assert said in screen.text
                house.desk.switch_language()


async def test_who_is_a_moment_late_takes_it_all_the_same() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        house.wire.deliver(house.centre.missed("k-1"))
        await screen.settle()
        await screen.press("a")
        assert house.centre.contacts["k-1"].accepted_by == "wang"
        assert "accepted by me" in screen.pointed


async def test_a_more_urgent_offer_does_not_slip_under_the_finger() -> None:
    house = seat()
    house.wire.deliver(house.east.press("203-2"))
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen, "k-2", "east-2")
        await offered(house, screen, "k-1", "east-1")
        assert "1 more" in screen.text
        await screen.press("a")
        assert [command.contact_id for command in house.wire.commands("accept")] == ["k-2"]
        assert "East 118-1" in screen.text  # the other is next, and deaf for a moment
        await screen.press("a")
        assert len(house.wire.commands("accept")) == 1


async def test_what_is_withdrawn_stays_to_be_read_before_the_next_one_comes() -> None:
    house = seat()
    house.wire.deliver(house.east.press("203-2"))
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen, "k-2", "east-2")
        await offered(house, screen, "k-1", "east-1")
        house.wire.deliver(house.centre.accept("k-2", "zhao"))
        await screen.settle()
        await screen.press("a")
        assert "TAKEN by zhao" in screen.text
        assert house.wire.commands("accept") == []
        house.wait_s(1)
        await screen.press("a")
        assert "East 118-1" in screen.text
        assert house.wire.commands("accept") == []


async def test_several_offers_can_be_gone_through() -> None:
    house = seat()
    house.wire.deliver(house.east.press("203-2"))
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen, "k-1", "east-1")
        await offered(house, screen, "k-2", "east-2")
        assert "up/down another" in screen.text
        await screen.press("down", "a")
        assert [command.contact_id for command in house.wire.commands("accept")] == ["k-2"]


async def test_an_offer_steps_aside_for_a_moment_and_is_still_told() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        await screen.press("escape")
        assert isinstance(screen.app.screen, OperatorScreen)
        assert "OFFER 118-1 emergency" in screen.text
        await screen.press("escape")
        assert "OFFER 118-1 emergency" in screen.text  # the nurses' view tells it too
        house.wait_s(11)
        await screen.settle()
        assert isinstance(screen.app.screen, OfferAlarm)


async def test_an_offer_tells_that_the_ward_answered_meanwhile_and_that_it_was_cleared() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        assert "acknowledged" not in screen.text
        house.wire.deliver(house.centre.change("changed", "k-1", call_status="acknowledged", answered_by="Li Na"))
        await screen.settle()
        assert "acknowledged Li Na" in screen.text
        over = {"status": "cleared_at_bed", "closed_at_ms": house.clock(), "closed_reason": "cleared at bed by 118-1"}
        cleared = msgspec.structs.replace(house.centre.contacts["k-1"], **over)
        house.wire.deliver([house.centre.put("cleared_at_bed", cleared, reason="cleared at bed by 118-1")])
        await screen.settle()
        assert "OVER: nothing to take any more" in screen.text


async def test_a_silent_call_centre_is_told() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        assert "STALE" not in screen.lines[0]
        house.clock.pass_s(16)
        await screen.settle()
        assert screen.lines[0].startswith("STALE")
        house.live()
        await offered(house, screen)
        assert "STALE" not in screen.text
        house.clock.pass_s(16)
        await screen.settle()
        assert "STALE" in screen.line("to answer")


async def test_who_types_on_into_a_form_answers_no_offer_that_lies_over_it() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        house.wire.deliver(house.centre.offer("k-1", call(house), ["wang"]))
        await screen.settle()
        for key in "arrived late at a meal":
            house.clock.pass_s(0.3)
            await screen.pilot.press("space" if key == " " else key)
        await screen.press("escape")  # meant for the form
        assert isinstance(screen.app.screen, OfferAlarm)
        assert "OFFER" in screen.text  # neither another language
        assert [*house.wire.commands("accept"), *house.wire.commands("refuse")] == []
        house.clock.pass_s(0.8)
        await screen.press("a")
        assert len(house.wire.commands("accept")) == 1


async def test_a_second_stroke_of_the_key_answers_nothing_below_the_offer() -> None:
    house = House(own=("east",), by="wang", operator="wang")
    house.wire.deliver([*house.east.press("203-2"), *house.east.press("118-1", "emergency")])
    house.live()
    async with terminal(house) as screen:  # the nurses' view, where `a` acknowledges
        await offered(house, screen, "k-2", "east-2")
        await screen.press("a")
        assert not isinstance(screen.app.screen, OfferAlarm)
        await screen.press("a")
        assert house.wire.commands("acknowledge") == []
        assert "not done: a moment ago something else stood here" in screen.text
        await screen.press("down", "a")  # chosen by hand, it is meant
        assert len(house.wire.commands("acknowledge")) == 1


async def test_by_a_clock_that_is_ahead_an_offer_can_still_be_taken() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        house.wait_s(RING_S)
        await screen.settle()
        assert "0:00 to answer; it can still be taken" in screen.text


@BOTH_LANGUAGES
async def test_however_much_comes_with_an_offer_its_keys_and_its_last_line_are_in_sight(lang: str) -> None:
    house = seat(lang)
    much = msgspec.structs.replace(
        pop(house),
        residents=pop(house).residents * 3,
        notes=[Note(at_ms=house.clock(), by="zhao", text="asks for water " * 12)] * 5,
        script=[f"step {number} of what is to be done there, in order, by whoever goes" for number in range(9)],
    )
    async with terminal(house, is_operator=True) as screen:
        house.wire.deliver(house.centre.offer("k-1", call(house), ["wang"], much))
        await screen.settle()
        keys = "a accept" if lang == "en" else "a 接单"
        assert screen.line(keys)
        assert not screen.line("http://r.lan/c-1")
        await screen.press(*["pagedown"] * 10)
        assert screen.line(keys)
        assert screen.line("http://r.lan/c-1")


async def test_a_key_for_the_end_of_an_offer_does_not_answer_the_next_one_of_the_same_contact() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await offered(house, screen)
        house.wire.deliver(house.centre.missed("k-1"))
        await screen.settle()
        house.wait_s(1)
        house.wire.deliver(house.centre.offer("k-1", call(house), ["wang"]))
        await screen.settle()
        await screen.press("r")
        assert house.wire.commands("refuse") == []
        house.wait_s(1)
        await screen.press("r")
        assert len(house.wire.commands("refuse")) == 1
