"""The steps of a contact: when each is fired, who is asked, and what brings the next one forward."""

from collections.abc import Callable, Iterator

import pytest
from centre_bench import MINUTE, SECOND, Centre, house, policy
from centre_parts import T0, call_state, cleared, step_command
from databases import Database

from wardbell_callcenter.engine.timers import ALONE_AT_ONCE
from wardbell_callcenter.house import Agent, House, Limits, Step, Ward
from wardbell_callcenter.ports.claims import Claims
from wardbell_protocol.bus.centre_payloads import CentreEvent

Make = Callable[[House], Centre]

LADDER = policy(
    Step(after_s=0, to=["agent:Wei"], ring_s=20),
    Step(after_s=60, to=["agent:Li"], ring_s=20),
    Step(after_s=120, to=["everybody"], ring_s=0),
    repeat_s=60,
    skip_if_empty=False,
    overflow=False,
)


@pytest.fixture
def make(another: Callable[[], Database]) -> Iterator[Make]:
    built: list[Centre] = []

    def made(described: House) -> Centre:
        built.append(Centre(another().url, described))
        built[-1].hear_snapshot()
        return built[-1]

    yield made
    for centre in built:
        centre.store.close()


def stepped(centre: Centre) -> list[tuple[int, int, int, int]]:
    """Of each step that was fired: step, loop, when, and how late."""
    told = [event for event in centre.events() if event.kind == "stepped" and event.contact is not None]
    return [(*_place(event), event.at_ms - T0, event.late_ms) for event in told]


def _place(event: CentreEvent) -> tuple[int, int]:
    assert event.contact is not None
    return event.contact.step, event.contact.loop


def test_each_step_comes_when_it_is_planned_and_the_last_one_for_ever(make: Make) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    centre.open()
    for _ in range(3 * 240):
        centre.wait(SECOND // 4)
    assert stepped(centre) == [
        (0, 0, 0, 0), (1, 0, 60_000, 0), (2, 0, 120_000, 0), (2, 1, 180_000, 0),
    ]  # fmt: skip


def test_whoever_polls_late_does_not_move_what_comes_after(make: Make) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    centre.open()
    for at_s in (67, 125, 191, 240):
        centre.wait(T0 + at_s * SECOND - centre.now.wall_ms)
    assert stepped(centre) == [
        (0, 0, 0, 0), (1, 0, 67_000, 7_000), (2, 0, 125_000, 5_000), (2, 1, 191_000, 11_000), (2, 2, 240_000, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("first", ["step", "acceptance"])
def test_an_acceptance_in_the_millisecond_of_a_step_ends_the_steps(make: Make, first: str) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    contact = centre.open()
    centre.now = centre.now.after(60 * SECOND)
    if first == "step":
        centre.poll()
        assert centre.contact().offered_to == ["Li"]
    assert centre.accept("Wei", contact.contact_id).ok
    centre.poll()
    assert [step for step, *_ in stepped(centre)] == ([0, 1] if first == "step" else [0])
    assert (centre.contact().accepted_by, centre.contact().offered_to) == ("Wei", [])
    assert centre.agent("Li").state == "ready"
    assert [what for what, _, _ in centre.hand_over()] == ["ward"]  # no offer that is over goes out
    n_steps = len(stepped(centre))
    centre.wait(60 * SECOND)
    assert len(stepped(centre)) == n_steps


def test_after_an_hour_without_an_engine_the_newest_step_is_fired_once(make: Make) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    centre.open()
    centre.restart()
    centre.wait(60 * MINUTE + 5 * SECOND)
    assert stepped(centre) == [(0, 0, 0, 0), (2, 58, 60 * MINUTE + 5 * SECOND, 5_000)]
    assert centre.contact().next_step_at_ms == T0 + 61 * MINUTE
    assert centre.contact().offered_to == ["Li", "Wei"]


def test_the_wall_clock_moves_no_step(make: Make) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    centre.open()
    for set_by_ms in (3600_000, -7200_000, 3600_000):
        centre.now = type(centre.now)(centre.now.wall_ms + set_by_ms, centre.now.steady_ms)
        centre.poll()
        centre.wait(10 * SECOND)
    assert len(stepped(centre)) == 1
    centre.wait(30 * SECOND)
    assert stepped(centre)[1:] == [(1, 0, 60_000, 0)]


def test_a_step_that_nobody_is_there_for_is_passed_over(make: Make) -> None:
    steps = (Step(after_s=0, to=["agent:Wei"]), Step(after_s=60, to=["agent:Li"]), Step(after_s=120, to=["everybody"]))
    centre = make(house(policy(*steps)))
    centre.sign_in("Ma")
    assert centre.open().offered_to == ["Ma"]
    assert [(step, late_ms) for step, _, _, late_ms in stepped(centre)] == [(0, 0), (1, 0), (2, 0)]
    assert [event.reason for event in centre.events() if event.kind == "stepped"] == [
        "",
        "nobody there",
        "nobody there",
    ]


def test_with_nobody_at_all_it_waits_and_whoever_comes_is_asked_at_once(make: Make) -> None:
    centre = make(house(LADDER))
    assert (centre.open().status, centre.contact().offered_to) == ("new", [])
    centre.wait(5 * MINUTE)
    centre.sign_in("Ma")
    assert (centre.contact().status, centre.contact().offered_to) == ("offered", ["Ma"])


def test_all_refused_or_silent_brings_the_next_step_at_once(make: Make) -> None:
    steps = (
        Step(after_s=0, to=["agent:Wei", "agent:Li"], strategy="ordered", ring_s=20),
        Step(after_s=600, to=["agent:Ma"], ring_s=20),
    )
    centre = make(house(policy(*steps)))
    centre.sign_in("Wei", "Li", "Ma")
    contact = centre.open()
    assert contact.offered_to == ["Wei"]
    assert centre.do("refuse", "Wei", contact_id=contact.contact_id, reason="lifting").ok
    assert centre.contact().offered_to == ["Li"]
    centre.wait(20 * SECOND)
    assert centre.contact().offered_to == ["Ma"]
    assert stepped(centre)[1:] == [(1, 0, 20_000, 0)]
    assert [event.reason for event in centre.events() if event.kind == "stepped"][1] == "nobody answered"


def test_one_after_another_it_widens(make: Make) -> None:
    centre = make(house(policy(Step(after_s=0, to=["home"], strategy="progressive", ring_s=0, every_s=10))))
    centre.sign_in("Wei", "Li", "Ma")
    asked = []
    centre.open()
    for _ in range(3):
        asked.append(len(centre.contact().offered_to))
        centre.wait(10 * SECOND)
    assert asked == [1, 2, 3]


def test_a_ward_with_nobody_signed_in_is_the_buildings_then_the_homes(make: Make) -> None:
    wards = {"east": Ward(building="old"), "west": Ward(building="old"), "north": Ward(building="new")}
    people = {name: Agent(wards=[ward]) for name, ward in (("Wei", "east"), ("Li", "west"), ("Ma", "north"))}
    only = policy(Step(after_s=0, to=["ward"], ring_s=0))
    for there, asked in ((("Li", "Ma"), ["Li"]), (("Ma",), ["Ma"]), (("Wei", "Li", "Ma"), ["Wei"])):
        centre = make(house(only, wards=wards, agents=people))
        centre.sign_in(*there)
        assert centre.open().offered_to == asked


def test_an_emergency_is_asked_first_and_reaches_who_is_busy(make: Make) -> None:
    one = policy(Step(after_s=0, to=["home"], strategy="longest_idle", ring_s=0), overflow=False)
    centre = make(house(one))
    for number in range(3):
        centre.open(f"east-{number}")
    urgent = centre.open("east-9", kind="emergency")
    assert centre.contacts()[0].call_id == "east-9"
    centre.sign_in("Wei")
    assert centre.contact("east-9").offered_to == ["Wei"]
    assert centre.accept("Wei", urgent.contact_id).ok
    centre.open("east-10", kind="emergency")
    assert centre.contact("east-10").offered_to == ["Wei"]  # he is busy, and hears of it all the same
    assert centre.contact("east-0").offered_to == []


def test_who_does_not_answer_is_not_ready_for_a_while_and_rung_all_the_same(make: Make) -> None:
    centre = make(house(LADDER, limits=Limits(missed=2, missed_back_s=300)))
    centre.sign_in("Wei")
    centre.open()
    centre.wait(20 * SECOND)
    assert (centre.agent("Wei").state, centre.agent("Wei").missed) == ("ready", 1)
    centre.wait(100 * SECOND)
    assert centre.contact().offered_to == ["Wei"]
    centre.wait(60 * SECOND)
    assert (centre.agent("Wei").state, centre.agent("Wei").reason) == ("not_ready", "missed offers")
    assert centre.contact().offered_to == ["Wei"]
    centre.wait(300 * SECOND)
    assert centre.agent("Wei").state == "offered"


def test_a_house_that_changes_while_it_rings_counts_for_the_next_contact(make: Make) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    centre.open()
    centre.describe(house(policy(Step(after_s=0, to=["agent:Li"], ring_s=0))))
    centre.wait(60 * SECOND)
    assert (centre.contact().step, centre.contact().offered_to) == (1, ["Li"])
    assert centre.open("east-2").offered_to == ["Li"]


def test_an_address_is_written_to_and_an_offer_that_failed_is_no_answer(make: Make) -> None:
    steps = (Step(after_s=0, to=["address:doctor"], ring_s=60), Step(after_s=600, to=["everybody"], ring_s=0))
    centre = make(house(policy(*steps), addresses={"doctor": "doctor@example.org"}))
    centre.sign_in("Wei")
    contact = centre.open()
    assert contact.offered_to == ["address:doctor"]
    ((what, address, said),) = centre.hand_over()
    assert (what, address) == ("offer", "doctor@example.org")
    assert not isinstance(said, bytes)
    with centre.store.writing() as ledger:
        ((delivery),) = [ledger.deliveries.get(said.delivery_id)]
        assert delivery is not None
        centre.engine.offer_failed(ledger, delivery, "mailbox full", centre.now)
    assert centre.contact().offered_to == ["Wei"]
    assert [event.reason for event in centre.events() if event.kind == "failed"] == ["mailbox full"]


def test_what_is_wrong_with_one_contact_leaves_the_others_their_steps(make: Make) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    broken, _ = centre.open("east-1"), centre.open("east-2")
    database = Database(centre.url)
    database.refuse("UPDATE", "contacts", f"old.contact_id = '{broken.contact_id}'")
    centre.wait(60 * SECOND)
    assert (centre.contact("east-1").step, centre.contact("east-2").step) == (0, 1)
    assert centre.engine.faults() == ("engine",)
    reply = centre.accept("Wei", broken.contact_id)
    assert (reply.ok, reply.reason) == (False, "not done: broken")
    database.refuse_no_more("contacts")
    centre.wait(10 * SECOND)
    assert (centre.contact("east-1").step, centre.contact("east-2").step) == (1, 1)
    assert centre.engine.faults() == ()
    assert centre.accept("Wei", broken.contact_id).ok


def test_what_is_wrong_with_one_of_many_steps_of_a_moment_leaves_the_others_taken(make: Make) -> None:
    centre = make(house(LADDER))
    broken, *_ = [centre.open(f"east-{number}") for number in range(ALONE_AT_ONCE + 2)]
    Database(centre.url).refuse("UPDATE", "contacts", f"old.contact_id = '{broken.contact_id}'")
    centre.wait(60 * SECOND)
    assert {contact.call_id for contact in centre.contacts() if contact.step == 0} == {broken.call_id}


def test_whoever_comes_is_there_although_one_of_those_who_wait_cannot_be_asked_for(make: Make) -> None:
    centre = make(house(LADDER))
    broken, _ = centre.open("east-1"), centre.open("east-2")
    database = Database(centre.url)
    database.refuse("UPDATE", "contacts", f"old.contact_id = '{broken.contact_id}'")

    def asked() -> list[str]:
        centre.wait(SECOND)
        return [call_id for call_id in ("east-1", "east-2") if centre.contact(call_id).offered_to == ["Wei"]]

    centre.sign_in("Wei")
    assert asked() == ["east-2"]
    assert centre.engine.faults() == ("engine",)
    assert centre.do("not_ready", "Wei", reason="away").ok
    assert centre.do("ready", "Wei").ok
    late = centre.open("east-3")
    centre.accept("Wei", late.contact_id)
    centre.hear("cleared", cleared(centre.ward.calls["east-3"], T0))
    assert centre.agent("Wei").state == "ready"
    assert [contact.call_id for contact in centre.contacts()] == ["east-1", "east-2"]
    database.refuse_no_more("contacts")
    centre.wait(12 * SECOND)
    assert asked() == ["east-1"]
    centre.wait(12 * SECOND)
    assert centre.engine.faults() == ()


def test_what_frees_somebody_is_done_although_one_of_those_who_wait_cannot_be_asked_for(make: Make) -> None:
    centre = make(house(LADDER))
    broken = centre.open("east-1")
    is_asked_for = f"old.contact_id = '{broken.contact_id}' AND new.state = 'offered'"
    Database(centre.url).refuse("UPDATE", "contacts", is_asked_for)
    centre.sign_in("Wei")
    centre.accept("Wei", centre.open("east-2").contact_id)
    centre.wait(25 * SECOND)  # by now it is tried again, of which nothing comes: he is busy
    again = call_state("east-3", station_id="s-east-2")
    centre.hear("placed", again)
    assert centre.engine.receive(step_command(again, after_ms=0), centre.now).ok
    assert centre.agent("Wei").state == "ready"
    centre.wait(1)
    assert (centre.contact("east-3").repeats, centre.contact("east-3").offered_to) == (1, ["Wei"])
    centre.wait(12 * SECOND)
    with centre.store.writing() as ledger:
        (delivery,) = [
            one for one in ledger.deliveries.claim(["seat"], centre.now.steady_ms, 0, 99) if one.what == "offer"
        ][-1:]
    Claims(centre.store, centre.engine.offer_failed).give_up(delivery, "mailbox full", centre.now)
    assert [event.reason for event in centre.events() if event.kind == "failed"] == ["mailbox full"]


def test_what_is_wrong_with_one_call_leaves_the_others_heard(make: Make) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    database = Database(centre.url)
    database.refuse("INSERT", "contacts", "new.station_id = 's-east-1'")
    for number in range(3):
        centre.hear("placed", call_state(f"east-{number}"))
    centre.wait(3 * MINUTE)
    assert {contact.call_id for contact in centre.contacts()} == {"east-0", "east-2"}
    assert centre.engine.faults() == ("engine",)
    reply = centre.engine.receive(step_command(call_state("east-1")), centre.now)
    assert (reply.ok, reply.reason) == (False, "not done: broken")
    database.refuse_no_more("contacts")
    centre.wait(10 * SECOND)
    assert {contact.call_id for contact in centre.contacts()} == {"east-0", "east-1", "east-2"}
    centre.wait(11 * SECOND)
    assert centre.engine.faults() == ()


def test_news_and_seats_that_the_engine_stumbles_over_hold_nothing_up(make: Make) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    centre.open("east-1")
    database = Database(centre.url)
    for table in ("contacts", "agents"):
        database.refuse("UPDATE", table)
    centre.engine.seat_lost("Li", centre.now)
    centre.hear("cleared", cleared(centre.ward.calls["east-1"], T0))
    assert centre.contact().status == "offered"
    assert centre.engine.faults() == ("engine",)
    for table in ("contacts", "agents"):
        database.refuse_no_more(table)
    centre.wait(SECOND)
    centre.wait(10 * SECOND)
    assert centre.contacts() == []  # its ward does not show it any more
    centre.engine.seat_lost("Li", centre.now)
    assert [agent.agent for agent in centre.engine.agents(centre.now)] == ["Wei"]


def test_a_policy_that_cannot_be_read_is_stood_in_for(make: Make) -> None:
    centre = make(house(LADDER))
    centre.open()
    centre.wait(120 * SECOND)
    Database(centre.url).overwrite("contacts", "policy", '{"steps": 7}')
    centre.sign_in("Ma")  # its third step is not one of the default's two
    assert centre.contact().offered_to == ["Ma"]
    centre.wait(60 * SECOND)
    assert (centre.contact().loop, centre.contact().offered_to) == (1, ["Ma"])


def test_a_contact_whose_call_cannot_be_read_is_asked_for(make: Make) -> None:
    centre = make(house(LADDER))
    centre.open()
    Database(centre.url).overwrite("contacts", "call", '{"v": 2}')
    centre.restart()
    centre.hear_snapshot()
    centre.sign_in("Wei")
    assert (centre.contact().offered_to, centre.contact().call_status) == (["Wei"], "placed")


def test_a_house_that_cannot_be_read_leaves_the_one_before_it_in_force(make: Make) -> None:
    centre = make(house(LADDER))
    centre.sign_in("Wei", "Li")
    with centre.store.writing() as ledger:
        ledger.houses.put(b'{"policies": 7}', "a newer version", centre.now.wall_ms)
    assert centre.open().offered_to == ["Wei"]
    centre.restart()
    assert centre.open("east-3").offered_to == ["Wei"]
    assert centre.engine.faults() == ("house",)
    centre.describe(house(policy(Step(after_s=0, to=["agent:Li"]))))
    assert centre.open("east-2").offered_to == ["Li"]
    assert centre.engine.faults() == ()


def test_a_house_of_which_nothing_can_be_read_lets_nobody_in_until_it_can(make: Make) -> None:
    centre = make(house(LADDER, agents={"Wei": Agent(), "Li": Agent()}))
    centre.sign_in("Wei")
    Database(centre.url).overwrite("houses", "document", '{"policies": 7}')
    centre.restart()
    centre.hear_snapshot()
    centre.wait(SECOND)
    assert centre.engine.faults() == ("house",)
    assert centre.engine.agents(centre.now) == []
    contact = centre.open()
    for verb in ("sign_in", "accept", "take_over", "mute"):
        assert not centre.do(verb, "Wei", contact_id=contact.contact_id, to="east/s-1", reason="so", for_s=60).ok
    assert centre.do("sign_in", "a stranger").reason.startswith("nobody may sign in until `wardbell house apply`")
    centre.describe(house(LADDER, agents={"Wei": Agent()}))
    centre.sign_in("Wei")
    assert (centre.engine.faults(), centre.contact().offered_to) == ((), ["Wei"])
