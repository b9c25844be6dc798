"""People at the engine, on real databases, in virtual time: who is asked, who comes back, and who may order whom."""

from collections.abc import Iterator

import pytest
from centre_bench import MINUTE, SECOND, Centre, house, policy, staffed
from centre_parts import T0, command
from databases import Database

from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import House, Step
from wardbell_callcenter.people.agent import MISSED_OFFERS
from wardbell_callcenter.people.door import NOT_AT_HIS_SEAT
from wardbell_callcenter.people.permissions import NOT_FOR_ROLE, NOT_HIS, STRANGER
from wardbell_callcenter.people.presence import states
from wardbell_callcenter.people.secret import make_secret
from wardbell_callcenter.people.supervision import board
from wardbell_protocol.bus.centre_payloads import CentreReply

RINGS_20_S = policy(Step(after_s=0, to=["ward"], ring_s=20), Step(after_s=60, to=["everybody"], ring_s=20), repeat_s=60)
NAMED = {
    "Ana": {"role": "supervisor", "level": "home"},
    "Eva": {"role": "supervisor", "level": "ward", "wards": ["west"]},
    "Wei": {"wards": ["east"], "secret": make_secret("1234", bytes(16))},
    "Li": {"wards": ["east"]},
}


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    limits = {"wrap_up_s": 30, "missed": 2, "missed_back_s": 300, "not_ready_s": 600}
    yield from staffed(database.url, house(RINGS_20_S, limits=limits, wards={"east": {}, "west": {}}))


def name_people(centre: Centre) -> None:
    """The house names its people from now on."""
    centre.describe(house(RINGS_20_S, agents=NAMED, wards={"east": {}, "west": {}}, limits={"not_ready_s": 600}))


def state(centre: Centre, name: str) -> tuple[str, str, str]:
    agent = centre.agent(name)
    return agent.state, agent.reason, agent.pending


def audited(centre: Centre) -> list[tuple[str, str, str, str]]:
    with centre.store.reading() as ledger:
        assert ledger.audit.verify() is None
        entries = ledger.audit.between(0, centre.now.wall_ms + 1)
    return [(entry.by, entry.what, entry.of, entry.reason) for entry in entries]


def test_a_restart_in_the_middle_of_wrap_up_ends_it_when_it_was_to_end(centre: Centre) -> None:
    centre.sign_in("Wei")
    contact = centre.open()
    assert centre.accept("Wei", contact.contact_id).ok
    assert centre.do("resolve", "Wei", contact_id=contact.contact_id).ok
    assert state(centre, "Wei") == ("wrap_up", "", "")
    centre.wait(10 * SECOND)
    centre.restart()
    assert centre.agent("Wei").back_at_ms == centre.now.wall_ms + 20 * SECOND
    centre.wait(20 * SECOND - 1)
    assert state(centre, "Wei") == ("wrap_up", "", "")
    centre.wait(1)
    assert state(centre, "Wei") == ("ready", "", "")


@pytest.mark.parametrize("jump_ms", [-60 * MINUTE, 60 * MINUTE])
def test_setting_the_clock_ends_no_break_and_makes_none_longer(centre: Centre, jump_ms: int) -> None:
    centre.sign_in("Wei")
    assert centre.do("not_ready", "Wei", reason="break", for_s=300).ok
    centre.now = Now(
        centre.now.wall_ms + jump_ms, centre.now.steady_ms
    )  # a clock that is set, or a day that has 23 or 25 hours
    centre.wait(299 * SECOND)
    assert state(centre, "Wei") == ("not_ready", "break", "")
    assert centre.agent("Wei").back_at_ms == T0 + jump_ms + 300 * SECOND
    centre.wait(SECOND)
    assert state(centre, "Wei") == ("ready", "", "")
    centre.wait(SECOND)
    centre.do("sign_out", "Wei")
    with centre.store.reading() as ledger:
        stays = ledger.agents.stays(0, T0 + 86_400_000)
    lengths = [(stay.state, (stay.until_ms or 0) - stay.from_ms) for stay in stays]
    assert lengths == [("not_ready", 300 * SECOND), ("ready", SECOND)]
    assert stays[0].until_ms == stays[1].from_ms


def test_a_time_that_is_lived_through_again_keeps_nobody_from_being_asked_or_accepting(centre: Centre) -> None:
    """An engine that dies before it has kept its time, on a new database or before a reboot, leaves the next an earlier one."""
    centre.sign_in("Wei", "Li")
    began = centre.now
    for number, name in enumerate(("Wei", "Li", "Wei"), 1):
        centre.now = Now(began.wall_ms + number * SECOND, began.steady_ms)
        centre.restart()
        centre.hear_snapshot()
        centre.wait(100)
        contact = centre.open(f"east-{number}")
        centre.wait(50)
        assert centre.accept(name, contact.contact_id).reason == ""
        assert centre.do("resolve", name, contact_id=contact.contact_id).reason == ""


def test_when_all_have_missed_too_much_the_last_step_asks_them_all_the_same(centre: Centre) -> None:
    centre.sign_in("Wei", "Li")
    for number in (1, 2):
        centre.open(f"east-{number}")
    centre.wait(21 * SECOND)  # both rang in vain, which counts once
    centre.open("east-3")
    centre.wait(60 * SECOND)
    assert {name: state(centre, name)[:2] for name in ("Wei", "Li")} == {
        "Wei": ("not_ready", MISSED_OFFERS),
        "Li": ("not_ready", MISSED_OFFERS),
    }
    for _ in range(4):  # no contact is without somebody who is asked for longer than a repeat takes
        asked_before = centre.kinds().count("offered")
        centre.wait(60 * SECOND)
        assert centre.kinds().count("offered") >= asked_before + 3
    assert centre.accept("Li", centre.contact("east-1").contact_id).ok
    assert state(centre, "Li") == ("busy", "", "")
    centre.wait(MINUTE)
    notices = [event for event in centre.events() if event.kind == "agent" and event.reason == MISSED_OFFERS]
    assert {event.by for event in notices} == {"callcenter"}
    assert state(centre, "Wei")[0] == "offered"  # 300 s are over: he is ready again, and asked at once


def test_two_seats_in_one_name_are_one_agent_at_the_later_one(centre: Centre) -> None:
    centre.sign_in("Wei")
    contact = centre.open()
    centre.hand_over()
    assert centre.engine.receive(command("sign_in", by="Wei", reply_to="console-x"), centre.now).ok
    assert [agent.seat for agent in centre.engine.agents(centre.now)] == ["console-x"]
    delivered = [(what, address) for what, address, _ in centre.hand_over()]
    assert ("offer", "console-x") in delivered  # what rings, rings there
    assert centre.accept("Wei", contact.contact_id).ok
    assert centre.engine.receive(command("sign_in", by="Wei", reply_to="console-y"), centre.now).ok
    agent = centre.agent("Wei")
    assert (agent.state, agent.seat, agent.contacts) == ("busy", "console-y", [contact.contact_id])


def test_whoever_holds_a_contact_and_falls_silent_keeps_it_until_its_limit(centre: Centre) -> None:
    centre.sign_in("Wei", "Li")
    contact = centre.open()
    assert centre.accept("Wei", contact.contact_id).ok
    centre.engine.seat_lost("Wei", centre.now)
    assert centre.contact().accepted_by == "Wei"
    assert [agent.agent for agent in centre.engine.agents(centre.now)] == ["Li"]
    centre.wait(180 * SECOND)
    assert (centre.contact().status, centre.contact().offered_to) == ("offered", ["Li"])
    centre.sign_in("Wei")
    assert state(centre, "Wei")[0] == "offered"


def test_going_waits_for_the_contact_and_loses_no_offer(centre: Centre) -> None:
    centre.sign_in("Wei", "Li")
    contact = centre.open()
    assert centre.accept("Wei", contact.contact_id).ok
    assert centre.do("sign_out", "Wei").ok
    assert state(centre, "Wei") == ("busy", "", "signed_out")
    other = centre.open("east-2")
    assert centre.do("sign_out", "Li").ok  # he was asked: that is his no
    assert centre.do("resolve", "Wei", contact_id=contact.contact_id).ok
    assert centre.engine.agents(centre.now) == []
    centre.sign_in("Li")
    assert centre.contact("east-2").offered_to == ["Li"]
    assert other.contact_id == centre.contact("east-2").contact_id


def test_a_supervisor_orders_with_a_reason_and_all_of_it_is_written_down(centre: Centre) -> None:
    name_people(centre)
    assert centre.do("sign_in", "Wei", secret="1234").ok
    centre.sign_in("Ana", "Li")
    contact = centre.open()
    assert centre.accept("Wei", contact.contact_id).ok
    refused = [
        centre.do("force_ready", "Ana", agent="Wei", reason="needed").reason,
        centre.do("force_ready", "Ana", agent="Nobody", reason="needed").reason,
        centre.do("force_sign_out", "Ana", agent="Wei").reason,
        centre.do("force_sign_out", "Li", agent="Wei", reason="go").reason,
    ]
    assert refused == ["has a contact", "not signed in", "a reason is needed", NOT_FOR_ROLE]
    assert centre.do("force_not_ready", "Ana", agent="Wei", reason="talk to me", for_s=60).ok
    assert state(centre, "Wei") == ("busy", "", "not_ready")
    assert centre.do("take_over", "Ana", contact_id=contact.contact_id, reason="I am nearer").ok
    assert state(centre, "Wei") == ("not_ready", "talk to me", "")
    assert centre.do("force_ready", "Ana", agent="Wei", reason="done").ok
    assert centre.do("join", "Li", contact_id=contact.contact_id).ok
    assert centre.do("force_sign_out", "Ana", agent="Wei", reason="end of shift").ok
    assert audited(centre) == [
        ("Ana", "force_not_ready", "Wei", "talk to me"),
        ("Ana", "take_over", contact.contact_id, "I am nearer"),
        ("Ana", "force_ready", "Wei", "done"),
        ("Li", "join", contact.contact_id, ""),
        ("Ana", "force_sign_out", "Wei", "end of shift"),
    ]
    gone = next(event for event in centre.events() if event.kind == "signed_out")
    assert (gone.by, gone.reason, gone.agent and gone.agent.agent) == ("Ana", "end of shift", "Wei")


def test_the_board_counts_who_serves_and_who_waits(centre: Centre) -> None:
    name_people(centre)
    assert centre.do("sign_in", "Wei", secret="1234").ok
    centre.sign_in("Ana", "Li")
    assert centre.accept("Wei", centre.open().contact_id).ok
    assert centre.do("not_ready", "Li", reason="break").ok
    with centre.store.reading() as ledger:
        shown = board(states(ledger, centre.now), House(reasons={"break": {"zh_CN": "休息"}}))
    assert shown.reasons == {"break": {"zh_CN": "休息"}}
    assert (shown.serving, shown.idle, shown.not_ready, shown.closed) == (1, 1, 1, 0)
    assert [(agent.agent, agent.state) for agent in shown.agents] == [
        ("Ana", "ready"),
        ("Li", "not_ready"),
        ("Wei", "busy"),
    ]


def test_who_is_named_needs_his_secret_and_others_stay_out(centre: Centre) -> None:
    name_people(centre)
    assert centre.do("sign_in", "Mallory").reason == STRANGER
    assert centre.do("sign_in", "Wei", secret="4321").reason == "wrong secret"
    assert centre.do("sign_in", "Wei", secret="1234").ok
    for _ in range(3):
        assert centre.do("sign_in", "Wei", secret="0000").reason == "wrong secret"
    assert centre.do("sign_in", "Wei", secret="1234").reason == "too many wrong secrets: wait 1 s"
    centre.wait(SECOND)
    assert centre.do("sign_in", "Wei", secret="1234").ok
    told = " ".join(str(row) for row in [centre.events(), audited(centre)])
    assert "4321" not in told
    assert "1234" not in told


def test_no_old_command_s_answer_lets_somebody_in(centre: Centre) -> None:
    name_people(centre)
    centre.engine.receive(command("note", "Li", command_id="c-1"), centre.now)
    refused = centre.engine.turned_away(command("sign_in", "Wei", command_id="c-1", secret="0000"), centre.now)
    assert refused is not None
    assert refused.reason == "wrong secret"


def test_what_was_said_before_he_had_his_seat_again_counts_when_it_is_repeated(centre: Centre) -> None:
    name_people(centre)
    said = command("not_ready", "Wei", "console-wei", command_id="c-1", reason="a break")
    assert centre.engine.serve(said, centre.now, is_of_a_seat=True).reason == NOT_AT_HIS_SEAT
    assert centre.do("sign_in", "Wei", secret="1234").ok
    assert centre.engine.serve(said, centre.now, is_of_a_seat=True).ok


def test_a_supervisor_of_another_ward_orders_nobody_here(centre: Centre) -> None:
    name_people(centre)
    centre.sign_in("Eva", "Li")
    assert centre.do("force_not_ready", "Eva", agent="Li", reason="because").reason == NOT_HIS
    assert audited(centre) == []


def test_a_seat_is_told_what_whoever_sits_there_may(centre: Centre) -> None:
    name_people(centre)
    said = command("sign_in", "Li", command_id="c-1")
    first, again = centre.engine.receive(said, centre.now), centre.engine.receive(said, centre.now)
    assert isinstance(first, CentreReply)
    rights = first.rights
    assert rights is not None
    assert (rights.level, rights.wards) == ("ward", ["east"])
    assert ("accept" in rights.verbs, "take_over" in rights.verbs) == (True, False)
    assert "resolve" in rights.only_held
    assert again == first
    assert centre.engine.snapshot(centre.now, "console-a").rights == rights
    assert centre.engine.snapshot(centre.now, "console-b").rights is None


def test_a_house_that_names_reasons_takes_only_those(centre: Centre) -> None:
    centre.describe(house(RINGS_20_S, reasons={"break": {"en": "Break"}, "meeting": {"en": "Meeting"}}))
    centre.sign_in("Wei")
    assert centre.do("not_ready", "Wei", reason="bored").reason == "a reason is needed, one of break, meeting"
    assert centre.do("not_ready", "Wei", reason="meeting").ok
    assert state(centre, "Wei") == ("not_ready", "meeting", "")


@pytest.mark.parametrize(("verb", "limit_s"), [("accept", 180), ("on_site", 900)])
def test_what_somebody_has_without_a_limit_has_one_while_he_is_gone(centre: Centre, verb: str, limit_s: int) -> None:
    centre.describe(house(policy(Step(after_s=0, to=["ward"]), accept_limit_s=0, on_site_limit_s=0)))
    centre.sign_in("Wei", "Li")
    contact = centre.open()
    assert centre.do(verb, "Wei", contact_id=contact.contact_id).ok
    centre.engine.seat_lost("Wei", centre.now)
    centre.wait(SECOND)
    centre.sign_in("Wei")
    centre.wait(60 * MINUTE)
    assert centre.contact().accepted_by == "Wei"
    centre.engine.seat_lost("Wei", centre.now)
    centre.wait(limit_s * SECOND)
    assert (centre.contact().status, centre.contact().offered_to) == ("offered", ["Li"])


def test_whoever_the_house_does_not_know_any_more_keeps_nobody_waiting(centre: Centre) -> None:
    centre.sign_in("Wei", "Li")
    contact = centre.open()
    agents = {"Li": {"wards": ["east"]}, "Ada": {"role": "interface"}}
    centre.describe(house(RINGS_20_S, agents=agents, wards={"east": {}}))
    centre.wait(60 * SECOND)
    centre.poll()
    assert [agent.agent for agent in centre.engine.agents(centre.now)] == ["Li"]
    assert centre.contact().offered_to == ["Li"]
    assert [event.reason for event in centre.events() if event.kind == "signed_out"] == [STRANGER]
    assert centre.accept("Wei", contact.contact_id).reason == STRANGER


def test_whoever_the_house_does_not_know_goes_although_that_goes_wrong_at_first(centre: Centre) -> None:
    centre.sign_in("Wei", "Li")
    database = Database(centre.url)
    database.refuse("UPDATE", "agents", "new.state = 'signed_out'")
    centre.describe(house(RINGS_20_S, agents={"Li": {}}))
    centre.open()
    centre.wait(SECOND)
    assert [name for name, _ in centre.engine.seats()] == ["Li", "Wei"]
    database.refuse_no_more("agents")
    centre.wait(12 * SECOND)
    assert [name for name, _ in centre.engine.seats()] == ["Li"]


def test_what_rings_for_somebody_who_goes_at_last_rings_for_others(centre: Centre) -> None:
    """He had waited for the end of his contact, and was asked meanwhile for an emergency."""
    steps = (Step(after_s=0, to=["ward"], strategy="ordered", ring_s=0), Step(after_s=60, to=["everybody"]))
    centre.describe(house(policy(*steps)))
    centre.sign_in("Ana", "Wei")
    first, second = centre.open("east-1"), centre.open("east-2")
    assert centre.accept("Ana", first.contact_id).ok
    assert centre.accept("Wei", second.contact_id).ok
    centre.do("sign_out", "Ana")
    assert centre.open("east-3", "emergency").offered_to == ["Ana"]
    assert centre.do("resolve", "Ana", contact_id=first.contact_id).ok
    assert centre.contact("east-3").offered_to == ["Wei"]


def test_whoever_comes_is_asked_for_an_emergency_whatever_he_has(centre: Centre) -> None:
    centre.sign_in("Wei")
    contact = centre.open()
    assert centre.accept("Wei", contact.contact_id).ok
    centre.engine.seat_lost("Wei", centre.now)
    assert centre.open("east-2", "emergency").offered_to == []
    centre.sign_in("Wei")
    assert (centre.agent("Wei").state, centre.contact("east-2").offered_to) == ("busy", ["Wei"])


def test_whoever_was_gone_for_a_moment_is_asked_again_as_soon_as_he_is_back(centre: Centre) -> None:
    """The only carer's console starts anew while a bed calls."""
    centre.sign_in("Wei")
    contact = centre.open()
    for seconds in (5, 5, 70):  # in the first step, after the last one found nobody, after it came again
        centre.wait(seconds * SECOND)
        assert centre.contact().offered_to == ["Wei"]
        centre.hand_over()
        centre.engine.seat_lost("Wei", centre.now)
        assert (centre.contact().status, centre.contact().offered_to) == ("new", [])
        centre.wait(SECOND)
        centre.sign_in("Wei")
        assert centre.contact().offered_to == ["Wei"]
        assert ("offer", "console-wei") in [(what, address) for what, address, _ in centre.hand_over()]
    assert centre.accept("Wei", contact.contact_id).ok
    assert centre.contact().accepted_by == "Wei"
