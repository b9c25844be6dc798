"""What a listener of the API is told, and that the question to the database is the same rule as the permissions."""

import itertools

import msgspec
from databases import Database

from wardbell_callcenter.api.sight import Sight, of_contact, sought_by
from wardbell_callcenter.clock import Now
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.house import DEFAULT_POLICY, Agent, House
from wardbell_callcenter.people.permissions import may
from wardbell_callcenter.store.offer_rows import Offer
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import AgentState, CentreEvent, ContactState, OfferState, StepTaken

T0 = 1_800_000_000_000
HOUSE = House(agents={"Wei": Agent(role="carer", level="carer"), "Chen": Agent(wards=["west"])})
CARER = HOUSE.agents["Wei"]


def contact(contact_id: str, ward: str, accepted_by: str = "", **fields: object) -> Contact:
    return Contact(
        contact_id=contact_id,
        kind="bed_call",
        dedup_key=contact_id,
        priority=1,
        policy=DEFAULT_POLICY,
        round_steady_ms=0,
        step_planned_steady_ms=0,
        pressed_at_ms=T0,
        opened_at_ms=T0,
        ward=ward,
        state="accepted" if accepted_by else "new",
        accepted_by=accepted_by,
        **fields,  # type: ignore[arg-type]
    )


def event(seq: int, **of: object) -> CentreEvent:
    return msgspec.convert({"epoch": "e", "seq": seq, "at_ms": T0, "kind": "changed"} | of, CentreEvent)


def told(state: ContactState, **changes: object) -> ContactState:
    return msgspec.structs.replace(state, **changes)


def test_the_list_is_what_the_permissions_say(database: Database) -> None:
    store = Store(database.url)
    kinds = itertools.product(["east", "west", ""], ["", "Wei", "Chen"], [False, True])
    with store.writing() as ledger:
        for number, (ward, accepted_by, is_asked) in enumerate(kinds):
            made = contact(f"c-{number}", ward, accepted_by)
            ledger.contacts.add(made)
            if is_asked:
                ledger.offers.add(Offer(f"o-{number}", made.contact_id, 0, 0, "Wei", "seat", T0))
    people = [Agent(level="home"), Agent(wards=["east"]), Agent(wards=["east", "north"]), Agent(), CARER]
    with store.reading() as ledger:
        states = ledger.states(ledger.contacts.open(), Now(T0, 0)).values()
        for who in people:
            listed = {found for _, found in ledger.listing.page(sought_by("Wei", who, is_mine=False), 100)}
            allowed = {s.contact_id for s in states if not may(who, "Wei", "contacts", of_contact(s))}
            assert listed == allowed, who
            mine = {found for _, found in ledger.listing.page(sought_by("Wei", who, is_mine=True), 100)}
            assert mine == {s.contact_id for s in states if "Wei" in (s.accepted_by, *s.offered_to)}
    store.close()


def test_whoever_was_asked_hears_that_somebody_else_has_it_and_then_no_more_of_it() -> None:
    sight = Sight("Wei", CARER, HOUSE)
    asked = contact("c-1", "east").to_state(["Wei"])
    taken = told(asked, status="accepted", offered_to=[], accepted_by="Chen")
    closed = told(taken, status="resolved", closed_at_ms=T0)
    assert not sight.sees(event(1, contact=told(asked, offered_to=["Chen"])))
    assert sight.sees(event(2, contact=asked))
    assert sight.sees(event(3, contact=taken))
    assert sight.sees(event(4, contact=closed))
    assert not sight.sees(event(5, contact=closed))


def test_what_one_knew_before_the_stream_began_is_known() -> None:
    taken = contact("c-1", "east", "Chen").to_state()
    assert Sight("Wei", CARER, HOUSE, frozenset({"c-1"})).sees(event(1, contact=taken))
    assert not Sight("Wei", CARER, HOUSE, frozenset({"c-2"})).sees(event(1, contact=taken))


def test_events_of_colleagues_offers_and_steps_are_told_by_level() -> None:
    colleague = AgentState(agent="Chen", state="ready", since_ms=T0)
    offer = OfferState(
        offer_id="o", contact_id="c", target="Chen", medium="seat", step=0, loop=0, status="offered", made_at_ms=T0
    )
    step = StepTaken(ward="west", call_id="w-1", step=2, step_name="call_centre", loop=0, due_at_ms=T0, taken_at_ms=T0)
    some = [event(1, agent=colleague), event(2, offer=offer), event(3, step=step)]
    east, west = Agent(role="operator", wards=["east"]), Agent(role="operator", wards=["west"])
    assert [Sight("Li", east, HOUSE).sees(one) for one in some] == [False, True, False]
    assert [Sight("Li", west, HOUSE).sees(one) for one in some] == [True, True, True]
    assert [Sight("Wei", CARER, HOUSE).sees(one) for one in some] == [False, False, False]
    assert [Sight("Chen", HOUSE.agents["Chen"], HOUSE).sees(one) for one in some] == [True, True, True]
