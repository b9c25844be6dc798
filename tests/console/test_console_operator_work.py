"""What an operator does with contacts, his own state and others': which keys, what is asked first, what is sent."""

import msgspec
import pytest
from console_centre import REASONS
from console_parts import House
from console_screen import SIZES, Terminal, terminal

from wardbell_console.centre_wording import VERBS_FREE, VERBS_MINE
from wardbell_console.screens.form import Form
from wardbell_console.screens.operator import OperatorScreen
from wardbell_protocol.bus.centre_payloads import ContactState, IncidentState, ResidentCard, Rights, ScreenPop
from wardbell_protocol.bus.payloads import CallState, Command

BOTH_LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh_CN"])
TWO = ScreenPop(
    residents=[
        ResidentCard(resident_id="r1", name="周明", room="203", bed="1", risks=["falls"]),
        ResidentCard(resident_id="r2", name="吴芳", room="203", bed="2"),
    ]
)


def seat(lang: str = "en") -> House:
    """An operator's console with five others signed in, and calls at 203-2 and 118-1."""
    house = House(own=(), by="wang", operator="wang", lang=lang)
    house.wire.deliver([*house.east.press("203-2"), *house.east.press("118-1", "emergency")])
    now_ms = house.clock()
    for name, state, more in (
        ("zhao", "busy", {"contacts": ["k-9"], "pending": "not_ready"}),
        ("chen", "not_ready", {"reason": "meal", "back_at_ms": now_ms + 600_000, "missed": 2}),
        ("liu", "ready", {}),
    ):
        house.wire.deliver([house.centre.agent(name, state, **more)])
    house.live()
    return house


def opened(house: House, contact_id: str = "k-1", number: int = 1, **fields: object) -> None:
    call = CallState.of("east", house.east.board.calls[f"east-{number}"])
    house.wire.deliver(house.centre.opened(contact_id, call, **fields))
    house.live()


async def mine(house: House, screen: Terminal, pop: ScreenPop | None = None) -> None:
    """A contact that this operator has accepted."""
    call = CallState.of("east", house.east.board.calls["east-1"])
    house.wire.deliver(house.centre.offer("k-1", call, ["wang", "liu"], pop))
    await screen.settle()
    house.wait_s(1)
    await screen.press("a")
    house.wait_s(1)
    await screen.settle()
    assert "accepted by me" in screen.pointed


def last(house: House, verb: str) -> Command:
    return house.wire.commands(verb)[-1]


@pytest.mark.parametrize("size", SIZES)
@BOTH_LANGUAGES
async def test_the_queue_and_the_agents_are_told_by_sign_and_word(lang: str, size: tuple[int, int]) -> None:
    house = seat(lang)
    opened(house, repeats=2, returns=1, step=1, next_step_at_ms=house.clock() + 45_000)
    async with terminal(house, size, is_operator=True) as screen:
        told = (
            "[all 1] mine 0  waiting 1",
            "x2 r1 waiting",
            "step 2 0:45",
            "pressed again 2, back in the queue 1",
            "= busy      zhao",
            "then not ready",
            "- not ready chen",
            "Meal  back in 10:00",
            "+ ready     liu",
        )
        said = (
            "[全部 1] 我的 0  等待 1",
            "x2 r1 等待",
            "第2步 0:45",
            "= 处理中    zhao",
            "随后示忙",
            "- 示忙      chen",
            "用餐",
        )
        assert [part for part in (told if lang == "en" else said) if part not in screen.text] == []
        assert "wang" in screen.lines[0]
        house.wait_s(5)
        await screen.settle()
        assert ("step 2 0:40" if lang == "en" else "第2步 0:40") in screen.text


async def test_urgent_first_then_by_age_and_an_incident_above_its_own() -> None:
    house = seat()
    opened(house, "k-1", 1, incident_id="i1")
    house.wait_s(1)
    opened(house, "k-2", 2)
    head = ContactState(
        contact_id="k-i", kind="incident", status="new", priority=30, ward="east", subject="corridor 2", incident_id="i1",
        pressed_at_ms=house.clock(), opened_at_ms=house.clock(),
    )  # fmt: skip
    incident = IncidentState(
        incident_id="i1", kind="corridor", scope="2", ward="east", contact_id="k-i", contacts=["k-1"],
        opened_at_ms=house.clock(),
    )  # fmt: skip
    house.wire.deliver([house.centre.put("opened", head), house.centre.event("incident", incident=incident)])
    async with terminal(house, is_operator=True) as screen:
        rows = [screen.lines.index(screen.line(part)) for part in (" 118-1", "corridor 2  INCIDENT", "+ 203-2")]
        assert rows == sorted(rows)
        await screen.press("home", "down", "down")
        assert "incident: corridor 2, 1 contacts" in screen.text


async def test_arrivals_do_not_move_the_choice() -> None:
    house = seat()
    opened(house, "k-1", 1)
    async with terminal(house, is_operator=True) as screen:
        assert "203-2" in screen.pointed
        opened(house, "k-2", 2)
        await screen.settle()
        assert "118-1" in screen.text
        assert "203-2" in screen.pointed


async def test_filters_go_round_and_my_ward_is_there_only_where_the_console_has_one() -> None:
    house = seat()
    opened(house, "k-1", 1)
    async with terminal(house, is_operator=True) as screen:
        assert "my ward" not in screen.text
        await mine(house, screen)
        opened(house, "k-2", 2)
        await screen.press("v")
        assert "[mine 1]" in screen.text
        assert " 118-1 " not in screen.text
        await screen.press("v")
        assert "[waiting 1]" in screen.text
        assert " 118-1 " in screen.text
    desk = House(own=("east",), by="wang", operator="wang")
    async with terminal(desk, is_operator=True) as screen:
        assert "my ward 0" in screen.text


async def test_on_site_then_resolved_with_a_code_its_fields_and_a_text() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await mine(house, screen)
        await screen.press("o")
        assert "I am on site" in screen.pointed
        await screen.press("c")
        assert "1  Helped to the toilet" in screen.text
        await screen.press("2", "enter", "enter", "enter")  # a fall: the injury is needed
        assert "needed: injury" in screen.text
        assert house.wire.commands("resolve") == []
        await screen.press(*"none", "enter", *"liu", "enter", *"walked", "enter")
        sent = last(house, "resolve")
        assert (sent.contact_id, sent.code, sent.text) == ("k-1", "fall", "walked")
        assert sent.fields == {"injury": "none", "witness": "liu"}
        assert house.centre.contacts == {}


@BOTH_LANGUAGES
async def test_codes_are_in_the_agent_s_language_and_escape_sends_nothing(lang: str) -> None:
    house = seat(lang)
    async with terminal(house, is_operator=True) as screen:
        opened(house)
        await screen.settle()
        await screen.press("c")
        assert ("Helped to the toilet" if lang == "en" else "协助如厕") in screen.text
        await screen.press("1")
        assert isinstance(screen.app.screen, Form)
        await screen.press("escape")
        assert isinstance(screen.app.screen, OperatorScreen)
        assert house.wire.commands("resolve") == []


async def test_transfer_release_note_and_hand_over_ask_for_what_they_need() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await mine(house, screen)
        await screen.press("t")
        assert "3  zhao  busy" in screen.text
        assert "4  group night" in screen.text
        await screen.press("4", *"fell", "enter")
        assert (last(house, "transfer").to, last(house, "transfer").text) == ("group:night", "fell")
        await screen.press("n", *"water", "enter")
        assert last(house, "note").text == "water"
        await screen.press("h", *"doctor", "enter", *"hip", "enter")
        assert (last(house, "hand_over").to, last(house, "hand_over").text) == ("doctor", "hip")
        await screen.press("r", "enter")
        assert "needed: reason" in screen.text
        await screen.press(*"other", "enter")
        assert last(house, "release").reason == "other"
        assert "waiting" in screen.line("203-2")


async def test_of_several_residents_one_is_chosen() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await mine(house, screen, TWO)
        assert "who is it? 周明, 吴芳" in screen.text
        await screen.press("w", "2")
        assert last(house, "choose_resident").to == "r2"


async def test_all_about_a_contact_with_what_happened_at_the_bed_and_here() -> None:
    house = seat()
    async with terminal(house, (120, 40), is_operator=True) as screen:
        await mine(house, screen, TWO)
        house.wire.deliver(house.centre.change("noted", "k-1", by="liu"))
        await screen.press("enter")
        order = ["placed  203-2 (bed)", "contact opened", "asked  wang, liu", "accepted  wang", "note  liu"]
        rows = [screen.lines.index(screen.line(part)) for part in order]
        assert rows == sorted(rows)
        assert "RISKS falls  (周明)" in screen.text
        await screen.press("o")
        assert last(house, "on_site").contact_id == "k-1"


@BOTH_LANGUAGES
async def test_only_what_the_operator_may_is_shown_and_asked_for(lang: str) -> None:
    house = House(own=(), by="wang", operator="wang", lang=lang)
    house.wire.deliver([*house.east.press("203-2"), *house.east.press("118-1"), house.centre.agent("liu", "ready")])
    house.live()
    desk = [verb for verb in (*VERBS_FREE, *VERBS_MINE) if verb != "take_over"]
    house.centre.rights = Rights(verbs=desk, level="ward", wards=["east"])
    house.feed.seat.sign_in("wang", house.clock())
    opened(house)
    west = CallState.of("east", house.east.board.calls["east-2"])
    house.wire.deliver(house.centre.opened("k-2", msgspec.structs.replace(west, ward="west"), priority=30))
    async with terminal(house, is_operator=True) as screen:
        here, elsewhere = ("a accept  e escalate  n note  j join", "not one of yours")
        if lang == "zh_CN":
            here, elsewhere = ("a 接单  e 升级  n 备注  j 加入", "不属于您")
        assert not screen.line("k take over") + screen.line("k 拦截")
        await screen.press("end")
        assert screen.line(here)
        await screen.press("k")
        assert ("not for your role" if lang == "en" else "您的角色无此权限") in screen.text
        await screen.press("home", "n")  # in another ward, and more urgent
        assert elsewhere in screen.text
        assert screen.lines[-2] == ""
        assert not isinstance(screen.app.screen, Form)
        await screen.press("tab", "down", "f")
        assert screen.lines[-2] == ("tab contacts" if lang == "en" else "tab 工单")
        assert isinstance(screen.app.screen, OperatorScreen)
        # He was made a supervisor meanwhile: a key that is in vain has it asked anew.
        house.centre.rights = Rights(verbs=[*desk, "take_over", "force_ready"], level="home")
        house.wait_s(61)
        await screen.press("f")
        await screen.press("f", "1", *"go", "enter")
        assert last(house, "force_ready").reason == "go"


async def test_of_a_carer_only_what_he_has_is_his_to_end() -> None:
    house = seat()
    house.centre.rights = Rights(verbs=list(VERBS_MINE), only_held=["resolve", "transfer", "release"], level="carer")
    house.feed.seat.sign_in("wang", house.clock())
    opened(house)
    house.live()
    assert [house.feed.seat.may(verb, house.centre.contacts["k-1"]) for verb in ("on_site", "resolve")] == [
        False,
        False,
    ]
    async with terminal(house, is_operator=True) as screen:
        await mine(house, screen)
        assert screen.line("o on site  c resolve  t transfer  r release  n note  h hand over  w who")


@BOTH_LANGUAGES
async def test_what_happened_before_this_console_began_is_told_or_that_it_is_not_known(lang: str) -> None:
    house = seat(lang)
    call = CallState.of("east", house.east.board.calls["east-1"])
    house.centre.offer("k-1", call, ["zhao", "liu"], TWO)  # nobody tells this console
    house.centre.missed("k-1")
    house.wire.connect()
    house.live()
    async with terminal(house, is_operator=True) as screen:
        house.centre.refusals["history"] = "not one of yours"
        await screen.press("enter")
        refused = "! NOT ALL OF IT: not one of yours;" if lang == "en" else "! 不完整：不属于您，"
        assert screen.line(refused)
        house.centre.refusals.clear()
        await screen.press("escape", "enter")
        told = ("contact opened", "asked  zhao, liu", "missed  zhao, liu", "RISKS falls  (周明)")
        said = ("建单", "派给  zhao, liu", "未接  zhao, liu", "风险 falls  (周明)")
        assert [part for part in (told if lang == "en" else said) if not screen.line(part)] == []
        assert not screen.line("!" + refused[1:6])


async def test_taking_from_the_board_joining_escalating_and_a_refusal_with_its_reason() -> None:
    house = seat()
    opened(house)
    async with terminal(house, is_operator=True) as screen:
        await screen.press("j", "e")
        assert (last(house, "join").contact_id, last(house, "escalate").contact_id) == ("k-1", "k-1")
        house.centre.refusals["take_over"] = "not for this role"
        await screen.press("k", *"late", "enter")
        assert last(house, "take_over").reason == "late"
        assert "take over refused" in screen.pointed
        assert "not for your role" in screen.text
        house.wait_s(11)
        await screen.press("a")
        assert last(house, "accept").contact_id == "k-1"
        assert "accepted by me" in screen.pointed


async def test_one_s_own_state_with_reason_and_what_is_pending() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        assert "operator wang  + ready" in screen.lines[0]
        await screen.press("b", "1")
        assert last(house, "not_ready").reason == next(iter(REASONS))
        assert "- not ready 0:00 (Meal)" in screen.lines[0]
        await screen.press("y")
        assert "+ ready" in screen.lines[0]
        busy = {"contacts": ["k-1"], "pending": "not_ready", "back_at_ms": house.clock() + 60_000}
        house.wire.deliver([house.centre.agent("wang", "busy", **busy)])  # type: ignore[arg-type]
        await screen.settle()
        assert "= busy 0:00, back in 1:00, not ready after this contact  has 1" in screen.lines[0]


async def test_a_supervisor_forces_and_whom_it_is_done_to_is_told() -> None:
    house = seat()
    async with terminal(house, is_operator=True) as screen:
        await screen.press("f")
        assert "choose an agent first" in screen.text
        await screen.press("tab", "home", "f")
        assert "zhao: what?" in screen.text
        await screen.press("2", *"rest", "enter")
        sent = last(house, "force_not_ready")
        assert (sent.agent, sent.reason) == ("zhao", "rest")
        house.wire.deliver([house.centre.agent("wang", "not_ready", by="head", reason="drill")])
        await screen.settle()
        assert "head has set you: force not ready. drill" in screen.text


async def test_signing_in_by_name_with_a_secret_and_out() -> None:
    house = House()
    async with terminal(house) as screen:
        await screen.press("o")
        assert "not signed in" in screen.lines[0]
        await screen.press("i", *"Li", "enter", "enter")
        assert "use a-z, 0-9, _ and -" in screen.text
        house.centre.secret = "s3"
        await screen.press("home", *["delete"] * 2, *"li", "enter", "enter")
        assert house.centre.agents == {}
        await screen.settle()
        assert "This house asks for a secret." in screen.text
        await screen.press(*"s3", "enter")
        assert "s3" not in screen.text
        assert list(house.centre.agents) == ["li"]
        assert "operator li  + ready 0:00  at console-a" in screen.lines[0]
        await screen.press("x")
        house.wait_s(60)
        assert house.centre.agents == {}


async def test_starting_for_an_operator_signs_in_and_help_tells_the_keys() -> None:
    house = House(own=(), by="wang", operator="wang")
    async with terminal(house, is_operator=True) as screen:
        assert list(house.centre.agents) == ["wang"]
        await screen.press("question_mark")
        assert "take over (supervisor)" in screen.text


async def test_a_key_for_a_contact_that_has_just_gone_is_not_about_the_next_one() -> None:
    house = seat()
    opened(house, "k-1", 1)
    opened(house, "k-2", 2)
    async with terminal(house, is_operator=True) as screen:
        await screen.press("home")
        assert "118-1" in screen.pointed
        over = house.centre.change("cleared_at_bed", "k-2", status="cleared_at_bed", closed_at_ms=house.clock())
        house.wire.deliver(over)
        await screen.settle()
        assert "203-2" in screen.pointed
        await screen.press("o")
        assert house.wire.commands("on_site") == []
        assert "not done: a moment ago something else stood here" in screen.text
        house.wait_s(1)
        await screen.press("o")
        assert last(house, "on_site").contact_id == "k-1"


async def test_a_key_pressed_over_a_contact_is_about_that_one_even_after_its_end() -> None:
    house = seat()
    opened(house, "k-1", 1)
    opened(house, "k-2", 2)
    async with terminal(house, is_operator=True) as screen:
        await screen.press("home", "enter")
        assert "118-1" in screen.text
        house.wire.deliver(
            house.centre.change("cleared_at_bed", "k-2", status="cleared_at_bed", closed_at_ms=house.clock())
        )
        await screen.settle()
        house.wait_s(1)
        await screen.press("o")
        assert house.wire.commands("on_site") == []
