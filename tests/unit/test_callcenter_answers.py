"""What people answer to contacts, and what that means for everybody else; on either database."""

from collections.abc import Iterator

import pytest
from centre_bench import MINUTE, SECOND, Centre, house, policy, staffed
from databases import Database

from wardbell_callcenter.house import Agent, Code, Limits, Priorities, Step
from wardbell_callcenter.residents.resident import Resident
from wardbell_protocol.bus.centre_payloads import ContactState, Offer
from wardbell_protocol.bus.payloads import Command, decode

ALL = policy(Step(after_s=0, to=["everybody"], ring_s=0), repeat_s=600)
HOUSE = house(
    ALL,
    codes={"helped": Code(name={"en": "Helped"}, fields=["what"], required=["what"])},
    groups={"night": ["Ma"]},
    limits=Limits(wrap_up_s=30),
)


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    yield from staffed(database.url, HOUSE, "Wei", "Li")


def told(centre: Centre, what: str) -> dict[str, str]:
    """What the seats are told now by deliveries of that kind."""
    said = [(address, offer) for kind, address, offer in centre.hand_over() if kind == what]
    return {address: offer.withdrawn for address, offer in said if isinstance(offer, Offer)}


def last(centre: Centre) -> ContactState:
    """The contact as the last event has it."""
    return [event.contact for event in centre.events() if event.contact is not None][-1]


def test_one_accepts_and_all_others_are_told_who(centre: Centre) -> None:
    contact = centre.open()
    assert told(centre, "offer") == {"console-wei": "", "console-li": ""}
    assert centre.accept("Wei", contact.contact_id).ok
    assert told(centre, "withdraw") == {"console-li": "taken by Wei"}
    late = centre.accept("Li", contact.contact_id)
    assert (late.ok, late.reason) == (False, "already taken by Wei")
    assert centre.accept("Wei", contact.contact_id).ok
    assert centre.kinds().count("accepted") == 1
    assert (centre.agent("Wei").state, centre.agent("Li").state) == ("busy", "ready")
    assert centre.agent("Wei").contacts == [contact.contact_id]


def test_an_offer_that_nobody_has_begun_to_hand_over_need_not_be(centre: Centre) -> None:
    contact = centre.open()
    assert centre.accept("Wei", contact.contact_id).ok
    assert [what for what, _, _ in centre.hand_over()] == ["ward"]


def test_the_answer_shows_in_the_ward(centre: Centre) -> None:
    contact = centre.open()
    centre.hand_over()
    centre.accept("Wei", contact.contact_id)
    centre.do("on_site", "Wei", contact_id=contact.contact_id)
    commands = [
        decode(said, Command) for what, _, said in centre.hand_over() if what == "ward" and isinstance(said, bytes)
    ]
    assert sorted((sent.verb, sent.call_id, sent.by) for sent in commands) == [
        ("acknowledge", "east-1", "Wei"),
        ("attend", "east-1", "Wei"),
    ]


def test_nobody_accepts_who_is_not_signed_in(centre: Centre) -> None:
    assert centre.accept("Ma", centre.open().contact_id).reason == "sign in first"


def test_that_a_device_has_it_is_no_acceptance(centre: Centre) -> None:
    contact = centre.open()
    offers = [offer for what, _, offer in centre.hand_over() if what == "offer" and isinstance(offer, Offer)]
    (his,) = [offer.offer.offer_id for offer in offers if offer.offer.target == "Wei"]
    strange = centre.do("received", "Li", offer_id=his)
    assert (strange.ok, strange.reason) == (False, "it is not an offer to you")
    for _ in range(2):
        assert centre.do("received", "Wei", offer_id=his).ok
    assert centre.contact().status == "offered"
    assert centre.kinds().count("received") == 1
    assert centre.accept("Wei", contact.contact_id).ok


def test_a_limit_returns_what_nobody_visited(centre: Centre) -> None:
    contact = centre.open()
    centre.accept("Wei", contact.contact_id)
    centre.wait(150 * SECOND)
    assert [event.reason for event in centre.events() if event.kind == "changed"] == ["reminded"]
    centre.wait(30 * SECOND - 1)
    assert centre.contact().status == "accepted"
    centre.wait(1)
    back = centre.contact()
    assert (back.status, back.returns, back.accepted_by, back.loop) == ("offered", 1, "", 1)
    assert back.offered_to == ["Li", "Wei"]
    assert [event.reason for event in centre.events() if event.kind == "returned"] == ["Wei has not come"]


def test_at_the_bed_it_has_another_limit(centre: Centre) -> None:
    contact = centre.open()
    assert centre.do("on_site", "Wei", contact_id=contact.contact_id).ok
    assert (centre.contact().status, centre.contact().accepted_by) == ("on_site", "Wei")
    assert centre.do("on_site", "Li", contact_id=contact.contact_id).reason == "Wei is there already"
    centre.wait(14 * MINUTE)
    assert centre.contact().status == "on_site"
    centre.wait(MINUTE)
    assert (centre.contact().status, centre.contact().returns) == ("offered", 1)


def test_whoever_is_there_first_has_it_whoever_accepted_it(centre: Centre) -> None:
    contact = centre.open()
    centre.accept("Wei", contact.contact_id)
    assert centre.do("on_site", "Li", contact_id=contact.contact_id).ok
    assert (centre.contact().accepted_by, centre.contact().on_site_by) == ("Li", "Li")
    assert (centre.agent("Wei").state, centre.agent("Li").state) == ("ready", "busy")


def test_it_is_summed_up_by_a_code_with_what_that_asks_for(centre: Centre) -> None:
    contact = centre.open()
    centre.accept("Wei", contact.contact_id)
    assert centre.do("resolve", "Wei", contact_id=contact.contact_id).reason == "say how it ended, by one of helped"
    bare = centre.do("resolve", "Wei", contact_id=contact.contact_id, code="helped")
    assert bare.reason == "helped asks for what"
    full = centre.do(
        "resolve", "Wei", contact_id=contact.contact_id, code="helped", fields={"what": "water"}, text="fine"
    )
    assert full.ok
    assert centre.contacts() == []
    after = last(centre)
    assert (after.status, after.wrap_up_code, after.fields, after.closed_by) == (
        "resolved",
        "helped",
        {"what": "water"},
        "Wei",
    )
    assert centre.agent("Wei").state == "wrap_up"
    centre.wait(30 * SECOND)
    assert centre.agent("Wei").state == "ready"
    assert centre.open("east-2", station_id="s-east-1").contact_id != contact.contact_id


def test_handed_over_says_to_whom(centre: Centre) -> None:
    contact = centre.open()
    assert centre.do("hand_over", "Wei", contact_id=contact.contact_id).reason == "to whom?"
    assert centre.do("hand_over", "Wei", contact_id=contact.contact_id, to="doctor", text="asked him").ok
    assert (last(centre).status, last(centre).closed_reason) == ("handed_over", "to doctor")


def test_released_it_looks_for_somebody_else_first(centre: Centre) -> None:
    contact = centre.open()
    centre.accept("Wei", contact.contact_id)
    assert centre.do("release", "Wei", contact_id=contact.contact_id, reason="lifting").ok
    assert (centre.contact().status, centre.contact().offered_to) == ("offered", ["Li"])
    centre.wait(600 * SECOND)
    assert centre.contact().offered_to == ["Li", "Wei"]


def test_transferred_it_asks_those_first_and_everybody_when_they_do_not_answer(centre: Centre) -> None:
    centre.sign_in("Ma")
    contact = centre.open()
    centre.accept("Wei", contact.contact_id)
    assert (
        centre.do("transfer", "Wei", contact_id=contact.contact_id, to="moon").reason == "moon: no such agent or group"
    )
    assert centre.do("transfer", "Wei", contact_id=contact.contact_id, to="night", text="she knows him").ok
    assert (centre.contact().offered_to, centre.contact().returns) == (["Ma"], 0)
    (event,) = [event for event in centre.events() if event.kind == "transferred"]
    assert (event.by, event.reason, event.text) == ("Wei", "to night", "she knows him")
    centre.wait(30 * SECOND)
    assert centre.contact().offered_to == ["Li", "Ma", "Wei"]


def test_taken_over_the_one_before_has_it_no_more(centre: Centre) -> None:
    contact = centre.open()
    centre.accept("Wei", contact.contact_id)
    assert centre.do("take_over", "Li", contact_id=contact.contact_id, reason="I am next door").ok
    assert centre.contact().accepted_by == "Li"
    assert (centre.agent("Wei").state, centre.agent("Li").state) == ("ready", "busy")


def test_a_note_and_help_stand_in_the_time_line(centre: Centre) -> None:
    contact = centre.open()
    centre.accept("Wei", contact.contact_id)
    assert centre.do("note", "Li", contact_id=contact.contact_id).reason == "a note needs a text"
    assert centre.do("note", "Li", contact_id=contact.contact_id, text="fell yesterday\nsays it hurts").ok
    assert [centre.do("join", "Li", contact_id=contact.contact_id).ok for _ in range(2)] == [True, True]
    with centre.store.reading() as ledger:
        line = [(event.kind, event.by, event.text) for event in ledger.events.of_contact(contact.contact_id)]
    assert ("noted", "Li", "fell yesterday\nsays it hurts") in line
    assert line.count(("joined", "Li", "")) == 1


def test_escalated_the_next_step_comes_now(database: Database) -> None:
    steps = (Step(after_s=0, to=["agent:Wei"], ring_s=0), Step(after_s=900, to=["agent:Li"], ring_s=0))
    centre = Centre(database.url, house(policy(*steps)))
    centre.hear_snapshot()
    centre.sign_in("Wei", "Li")
    contact = centre.open()
    assert centre.do("escalate", "Wei", contact_id=contact.contact_id).ok
    assert (centre.contact().step, centre.contact().offered_to) == (1, ["Li"])
    centre.store.close()


def test_what_no_bed_calls_for_is_one_contact_while_it_is_open(centre: Centre) -> None:
    fields = {"kind": "family_call", "ward": "east", "room": "203", "subject": "asks for a visit", "phone": "110"}
    first = centre.do("open", "Wei", fields=fields)
    second = centre.do("open", "Wei", fields=fields)
    assert first.ok
    assert first.contact_id == second.contact_id
    (contact,) = centre.contacts()
    assert (contact.kind, contact.subject, contact.fields, contact.repeats) == (
        "family_call", "asks for a visit", {"phone": "110"}, 1,
    )  # fmt: skip
    assert contact.offered_to == ["Li", "Wei"]


def test_words_that_differ_only_at_their_end_are_two_contacts(centre: Centre) -> None:
    long = "the lamp over the door of the room behind the stairs " * 4
    made = {centre.do("open", "Wei", fields={"kind": "technical", "subject": long + end}).contact_id for end in "ab"}
    again = centre.do("open", "Wei", fields={"kind": "technical", "subject": long + "a"}).contact_id
    assert len(made) == 2
    assert again in made


def test_whoever_signs_in_elsewhere_is_asked_there(centre: Centre) -> None:
    centre.open()
    centre.hand_over()
    moved = centre.engine.receive(
        Command(command_id="elsewhere", verb="sign_in", by="Wei", reply_to="console-2", at_ms=0), centre.now
    )
    assert moved.ok
    assert told(centre, "offer") == {"console-2": ""}


def test_a_stranger_does_nothing_in_a_house_that_names_its_people(database: Database) -> None:
    centre = Centre(database.url, house(ALL, agents={"Wei": Agent(), "Ma": Agent(role="interface")}))
    centre.hear_snapshot()
    centre.sign_in("Wei")
    contact = centre.open()
    for name, reason in (("Li", "not known in this house"), ("Ma", "not for this role")):
        refused = centre.accept(name, contact.contact_id)
        assert (refused.ok, refused.reason) == (False, reason)
    assert centre.accept("Wei", contact.contact_id).ok
    centre.store.close()


def test_what_one_brings_in_belongs_to_a_ward_that_he_may_reach(database: Database) -> None:
    agents = {"Wei": Agent(wards=["east"]), "Li": Agent(level="carer"), "Ma": Agent(level="home"), "Hu": Agent()}
    centre = Centre(database.url, house(ALL, agents=agents))
    fields = {"kind": "technical", "subject": "a lamp", "ward": "west"}
    said = {name: centre.do("open", name, fields=fields).reason for name in agents}
    assert said == {"Wei": "not one of yours", "Li": "not one of yours", "Ma": "", "Hu": ""}
    assert centre.do("open", "Wei", fields=fields | {"ward": "east"}).ok
    centre.store.close()


def test_a_contact_is_about_somebody_who_lives_there(centre: Centre) -> None:
    beds = {"r1": ("east", "203"), "r2": ("east", "204"), "r3": ("west", "203")}
    with centre.store.writing() as ledger:
        ledger.residents.put(
            [Resident(resident_id=name, ward=ward, room=room, name=name) for name, (ward, room) in beds.items()]
            + [Resident(resident_id="r4", ward="east", room="203", name="r4", is_gone=True)]
        )

    def chosen(contact_id: str) -> list[str]:
        return [
            name for name in (*beds, "r4") if centre.do("choose_resident", "Wei", contact_id=contact_id, to=name).ok
        ]

    assert chosen(centre.open().contact_id) == ["r1"]
    assert last(centre).resident_id == "r1"
    of_ward = centre.do("open", "Wei", fields={"kind": "message", "subject": "a visitor", "ward": "east"}).contact_id
    assert chosen(of_ward) == ["r1", "r2"]
    of_none = centre.do("open", "Wei", fields={"kind": "message", "subject": "a visitor"}).contact_id
    assert chosen(of_none) == ["r1", "r2", "r3"]
    wrong = centre.do("choose_resident", "Wei", contact_id=centre.contact().contact_id, to="r2")
    assert wrong.reason == "r2 does not live in room 203"


def test_a_contact_of_no_ward_shows_nobody_the_card_of_whom_he_may_not_know_of(database: Database) -> None:
    agents = {"Wei": Agent(wards=["east"]), "Li": Agent(role="supervisor", level="home")}
    centre = Centre(database.url, house(ALL, agents=agents))
    centre.sign_in("Wei", "Li")
    with centre.store.writing() as ledger:
        ledger.residents.put([Resident(resident_id="r3", ward="west", room="301", name="r3")])
    message = centre.do("open", "Wei", fields={"kind": "message", "subject": "a visitor"}).contact_id
    assert centre.do("choose_resident", "Wei", contact_id=message, to="r3").reason == "r3 is not one of yours"
    assert last(centre).resident_id == ""
    assert centre.do("choose_resident", "Li", contact_id=message, to="r3").ok
    assert last(centre).resident_id == "r3"
    centre.store.close()


def test_who_lives_there_makes_it_more_urgent_by_care_level_and_class(database: Database) -> None:
    rules = Priorities(
        kinds={"normal": 20, "message": 8}, per_care_level=2, per_repeat=1, classes={"vip": 7}, reserved=50
    )
    centre = Centre(database.url, house(ALL, priorities=rules))
    centre.hear_snapshot()
    centre.sign_in("Wei")
    with centre.store.writing() as ledger:
        ledger.residents.put(
            [
                Resident(resident_id="r1", ward="east", room="203", name="r1", care_level=5),
                Resident(resident_id="r2", ward="east", room="203", name="r2", care_level=2, priority_class="vip"),
                Resident(
                    resident_id="r3", ward="east", room="204", bed="1", name="r3", care_level=9, priority_class="vip"
                ),
            ]
        )
    contact_id = centre.open().contact_id
    urgency = [last(centre).priority]  # nobody knows yet which of the two it is
    for name in ("r1", "r2", ""):
        assert centre.do("choose_resident", "Wei", contact_id=contact_id, to=name).ok
        urgency.append(last(centre).priority)
    assert urgency == [20 + 11, 20 + 10, 20 + 11, 20 + 11]
    message = centre.do("open", "Wei", fields={"kind": "message", "subject": "a visitor"}).contact_id
    assert last(centre).priority == 8
    assert centre.do("choose_resident", "Wei", contact_id=message, to="r3").ok
    assert last(centre).priority == 8 + 18 + 7
    centre.store.close()
