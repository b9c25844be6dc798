"""Many calls of one corridor, and storms from one button, as one incident; muted buttons. On both databases."""

from collections.abc import Iterator

import pytest
from centre_bench import MINUTE, SECOND, Centre, house, policy, staffed
from centre_parts import T0, cleared
from databases import Database
from sqlalchemy import Engine as DatabaseEngine
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from wardbell_callcenter.house import House, IncidentRules, Step, Ward
from wardbell_callcenter.incidents.detector import Waiting, corridor_of, crowded, storming
from wardbell_callcenter.store.errors import StoreError
from wardbell_protocol.bus.centre_payloads import ContactState, IncidentState

RULES = IncidentRules(corridor_calls=3, corridor_s=60, button_calls=3, button_s=300, mute_s=600)
HOUSE = house(
    policy(Step(after_s=0, to=["everybody"], ring_s=0), accept_limit_s=180, repeat_s=60),
    wards={"east": Ward(corridors={"garden": ["203", "204"], "street": ["301"]})},
    incidents=RULES,
)


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    yield from staffed(database.url, HOUSE, "Wei", "Li")


def crowd(centre: Centre, n: int = 3, kind: str = "normal", room: str = "203") -> list[ContactState]:
    """So many beds call, each once."""
    known = len(centre.contacts())
    return [centre.open(f"east-{known + number}", kind, room=room) for number in range(n)]


def the_incident(centre: Centre) -> IncidentState:
    """The only open one."""
    (found,) = centre.engine.snapshot(centre.now).incidents
    return found


def contact(centre: Centre, contact_id: str) -> ContactState:
    """An open one."""
    return {one.contact_id: one for one in centre.contacts()}[contact_id]


def storm(centre: Centre, n: int, kind: str = "normal") -> None:
    """The button of one station calls, is cleared, calls again."""
    for number in range(n):
        centre.open(f"storm-{number}", kind, station_id="s-1")
        if number < n - 1:
            centre.hear("cleared", cleared(centre.ward.calls[f"storm-{number}"], centre.now.wall_ms))
            centre.wait(SECOND)


def test_many_calls_of_one_corridor_are_offered_as_one_incident(centre: Centre) -> None:
    members = crowd(centre)
    incident = the_incident(centre)
    assert (incident.kind, incident.scope, incident.ward) == ("corridor", "east/garden", "east")
    assert sorted(incident.contacts) == sorted(one.contact_id for one in members)
    head = contact(centre, incident.contact_id)
    assert (head.kind, head.status, sorted(head.offered_to)) == ("incident", "offered", ["Li", "Wei"])
    assert head.incident_id == incident.incident_id
    for member in members:
        now = contact(centre, member.contact_id)
        assert (now.status, now.offered_to, now.incident_id) == ("new", [], incident.incident_id)
    centre.wait(10 * MINUTE)
    assert {one.contact_id: one.status for one in centre.contacts() if one.offered_to} == {head.contact_id: "offered"}


def test_a_late_one_is_folded_in_as_long_as_nobody_has_the_incident_and_makes_it_as_urgent_as_itself(
    centre: Centre,
) -> None:
    crowd(centre)
    before = contact(centre, the_incident(centre).contact_id)
    (late,) = crowd(centre, 1, "bathroom")
    assert late.incident_id == the_incident(centre).incident_id
    assert before.priority < contact(centre, before.contact_id).priority == late.priority
    assert centre.accept("Wei", before.contact_id).ok
    (after,) = crowd(centre, 1)
    assert (after.incident_id, after.status, after.offered_to) == ("", "offered", ["Li"])


def test_one_that_is_called_again_makes_its_incident_as_urgent(centre: Centre) -> None:
    members = crowd(centre, kind="bathroom")
    head_id = the_incident(centre).contact_id
    centre.open("again", "bathroom", room="203", station_id=f"s-{members[0].call_id}")
    repeated = contact(centre, members[0].contact_id)
    assert (repeated.repeats, repeated.priority) == (1, members[0].priority + 1)
    assert contact(centre, head_id).priority == repeated.priority


def test_others_corridors_and_slow_calls_are_left_alone(centre: Centre) -> None:
    crowd(centre, 2)
    crowd(centre, 2, room="301")
    centre.wait(MINUTE)
    crowd(centre, 2)
    assert centre.engine.snapshot(centre.now).incidents == []
    assert all(one.offered_to for one in centre.contacts())


def test_emergencies_are_never_counted_nor_folded(centre: Centre) -> None:
    crowd(centre, 3, "emergency")
    assert centre.engine.snapshot(centre.now).incidents == []
    crowd(centre, 3)
    incident = the_incident(centre)
    (alarm,) = crowd(centre, 1, "code")
    emergencies = [one for one in centre.contacts() if one.call_kind in ("emergency", "code")]
    assert len(emergencies) == 4
    assert all(one.offered_to and not one.incident_id for one in emergencies)
    assert alarm.contact_id not in the_incident(centre).contacts
    assert len(incident.contacts) == 3


def test_whoever_accepts_the_incident_has_all_of_it(centre: Centre) -> None:
    members = crowd(centre)
    head = the_incident(centre).contact_id
    assert centre.accept("Wei", head).ok
    assert {one.accepted_by for one in centre.contacts()} == {"Wei"}
    assert set(centre.agent("Wei").contacts) == {head, *(one.contact_id for one in members)}
    assert centre.accept("Li", members[0].contact_id).reason == "already taken by Wei"


def test_what_is_not_visited_returns_by_itself_and_what_is_cleared_leaves(centre: Centre) -> None:
    first, second, third = crowd(centre)
    head = the_incident(centre).contact_id
    centre.accept("Wei", head)
    assert centre.do("on_site", "Wei", contact_id=first.contact_id).ok
    assert contact(centre, head).on_site_by == "Wei"  # at one of the beds he is where the incident is
    centre.hear("cleared", cleared(centre.ward.calls[second.call_id], centre.now.wall_ms))
    centre.wait(180 * SECOND)
    returned = contact(centre, third.contact_id)
    assert (returned.status, returned.returns, sorted(returned.offered_to)) == ("offered", 1, ["Li"])
    assert contact(centre, first.contact_id).status == contact(centre, head).status == "on_site"
    assert centre.accept("Li", third.contact_id).ok
    assert centre.do("resolve", "Wei", contact_id=first.contact_id).ok
    assert the_incident(centre).contact_id == head
    assert centre.do("resolve", "Li", contact_id=third.contact_id).ok
    assert (centre.contacts(), centre.engine.snapshot(centre.now).incidents) == ([], [])
    assert centre.agent("Wei").state == centre.agent("Li").state == "ready"


def test_when_the_incident_is_closed_those_that_nobody_has_ring_at_once(centre: Centre) -> None:
    members = crowd(centre)
    head = the_incident(centre).contact_id
    assert centre.do("resolve", "Li", contact_id=head).ok
    assert centre.engine.snapshot(centre.now).incidents == []
    for member in members:
        now = contact(centre, member.contact_id)
        assert (now.status, sorted(now.offered_to)) == ("offered", ["Li", "Wei"])
    centre.hear("cleared", cleared(centre.ward.calls[members[0].call_id], centre.now.wall_ms))
    assert len(centre.contacts()) == 2


def test_an_incident_whose_contacts_somebody_has_one_by_one_rings_no_more(centre: Centre) -> None:
    members = crowd(centre)
    head = the_incident(centre).contact_id
    for member in members:
        assert centre.accept("Li", member.contact_id).ok
    assert head not in {one.contact_id for one in centre.contacts()}
    assert {one.accepted_by for one in centre.contacts()} == {"Li"}


@pytest.mark.parametrize("verb", ["release", "transfer"])
def test_whoever_gives_the_incident_away_gives_what_he_has_not_visited(centre: Centre, verb: str) -> None:
    first, second, third = crowd(centre)
    head = the_incident(centre).contact_id
    centre.accept("Wei", head)
    centre.do("on_site", "Wei", contact_id=first.contact_id)
    assert centre.do(verb, "Wei", contact_id=head, to="Li").ok
    assert contact(centre, head).offered_to == ["Li"]
    assert [contact(centre, one.contact_id).status for one in (first, second, third)] == ["on_site", "new", "new"]
    assert not contact(centre, second.contact_id).offered_to
    assert centre.accept("Li", head).ok
    assert [contact(centre, one.contact_id).accepted_by for one in (first, second, third)] == ["Wei", "Li", "Li"]


def test_a_supervisor_who_takes_the_incident_over_has_what_was_not_visited(centre: Centre) -> None:
    first, second, third = crowd(centre)
    head = the_incident(centre).contact_id
    centre.accept("Wei", head)
    centre.do("on_site", "Wei", contact_id=first.contact_id)
    assert centre.do("take_over", "Li", contact_id=head, reason="he is needed there").ok
    holders = [
        contact(centre, one).accepted_by for one in (head, first.contact_id, second.contact_id, third.contact_id)
    ]
    assert holders == ["Li", "Wei", "Li", "Li"]


def test_one_that_somebody_escalates_rings_beside_its_incident(centre: Centre) -> None:
    first, second, _ = crowd(centre)
    assert centre.do("escalate", "Wei", contact_id=first.contact_id).ok
    assert contact(centre, first.contact_id).offered_to
    assert not contact(centre, second.contact_id).offered_to
    (late,) = crowd(centre, 1)
    assert late.incident_id
    assert contact(centre, first.contact_id).offered_to  # nor does the next one draw it back


def test_one_that_is_passed_on_by_hand_rings_for_whom_it_is_meant(centre: Centre) -> None:
    first, second, _ = crowd(centre)
    assert centre.do("transfer", "Wei", contact_id=first.contact_id, to="Li").ok
    assert contact(centre, first.contact_id).offered_to == ["Li"]
    assert not contact(centre, second.contact_id).offered_to
    muted = centre.open("east-9", station_id="s-1", room="900")
    assert centre.do("mute", "Wei", to="east/s-1", reason="sticks").ok
    assert centre.do("transfer", "Wei", contact_id=muted.contact_id, to="Li").ok
    assert contact(centre, muted.contact_id).offered_to == ["Li"]


def test_an_incident_outlives_the_engine(centre: Centre) -> None:
    crowd(centre)
    centre.restart()
    centre.hear_snapshot()
    centre.wait(5 * MINUTE)
    head = the_incident(centre).contact_id
    assert [one.contact_id for one in centre.contacts() if one.offered_to] == [head]
    assert centre.accept("Wei", head).ok
    assert {one.accepted_by for one in centre.contacts()} == {"Wei"}


def test_a_storm_from_one_button_is_one_incident_a_fault_and_a_mute_that_ends(centre: Centre) -> None:
    storm(centre, 3)
    incident = the_incident(centre)
    assert (incident.kind, incident.scope) == ("faulty_button", "east/s-1")
    by_kind = {one.kind: one for one in centre.contacts()}
    assert set(by_kind) == {"incident", "technical", "bed_call"}
    assert by_kind["incident"].offered_to
    assert by_kind["technical"].offered_to
    assert not by_kind["bed_call"].offered_to
    assert centre.engine.faults() == ("muted-east/s-1",)
    assert centre.accept("Wei", incident.contact_id).ok
    assert contact(centre, by_kind["bed_call"].contact_id).accepted_by == "Wei"
    centre.do("resolve", "Wei", contact_id=by_kind["bed_call"].contact_id)
    centre.hear("cleared", cleared(centre.ward.calls["storm-2"], centre.now.wall_ms))
    again = centre.open("storm-3", station_id="s-1")
    assert (again.status, again.offered_to) == ("new", [])
    assert again.next_step_at_ms == T0 + 2 * SECOND + 600 * SECOND
    alarm = centre.open("storm-4", "emergency", station_id="s-1")
    assert alarm.offered_to
    centre.wait(599 * SECOND)
    assert not contact(centre, again.contact_id).offered_to
    centre.wait(SECOND)
    assert contact(centre, again.contact_id).offered_to
    assert centre.engine.faults() == ()
    (over,) = [event for event in centre.events() if event.kind == "unmuted"]
    assert (over.text, over.late_ms) == ("east/s-1", 0)


@pytest.mark.parametrize("set_by_ms", [-60 * MINUTE, 60 * MINUTE])
def test_a_clock_that_is_set_hides_no_incident(centre: Centre, set_by_ms: int) -> None:
    for _ in range(3):
        crowd(centre, 1)
        centre.set_clock(set_by_ms)
    assert the_incident(centre).kind == "corridor"
    for number in range(3):
        centre.open(f"storm-{number}", station_id="s-1", room="301")
        centre.hear("cleared", cleared(centre.ward.calls[f"storm-{number}"], centre.now.wall_ms))
        centre.set_clock(set_by_ms)
    assert centre.engine.faults() == ("muted-east/s-1",)


@pytest.mark.parametrize("set_by_ms", [-200 * SECOND, -24 * 60 * MINUTE])
def test_a_clock_that_is_set_back_makes_no_incident(centre: Centre, set_by_ms: int) -> None:
    for number in range(4):
        centre.open(f"again-{number}", station_id="s-1")
        centre.hear("cleared", cleared(centre.ward.calls[f"again-{number}"], centre.now.wall_ms))
        crowd(centre, 1)
        centre.wait(200 * SECOND)
        centre.set_clock(set_by_ms)
    assert (centre.engine.snapshot(centre.now).incidents, centre.engine.faults()) == ([], ())


@pytest.mark.parametrize("set_by_ms", [-60 * MINUTE, 60 * MINUTE])
def test_a_clock_that_is_set_neither_ends_nor_prolongs_a_mute(centre: Centre, set_by_ms: int) -> None:
    called = centre.open("east-1", station_id="s-1")
    assert centre.do("mute", "Wei", to="east/s-1", reason="stuck", for_s=600).ok
    centre.set_clock(set_by_ms)
    centre.wait(599 * SECOND)
    held = contact(centre, called.contact_id)
    assert (held.offered_to, held.next_step_at_ms) == ([], centre.now.wall_ms + SECOND)
    assert centre.engine.faults() == ("muted-east/s-1",)
    centre.restart()
    centre.hear_snapshot()
    assert centre.engine.faults() == ("muted-east/s-1",)
    centre.set_clock(set_by_ms)
    centre.wait(SECOND)
    assert contact(centre, called.contact_id).offered_to
    assert centre.engine.faults() == ()


def test_contacts_from_before_these_times_were_kept_are_no_incident_and_ring(
    centre: Centre, database: Database
) -> None:
    crowd(centre, 2)
    database.execute("UPDATE contacts SET opened_steady_ms = NULL")
    crowd(centre, 1)
    assert centre.engine.snapshot(centre.now).incidents == []
    assert all(one.offered_to for one in centre.contacts())
    crowd(centre, 2)
    assert len(the_incident(centre).contacts) == 3


def test_a_storm_takes_a_contact_out_of_its_corridors_incident(centre: Centre) -> None:
    members = crowd(centre, 2)
    centre.open("bath", "bathroom", station_id="s-1")
    for member in members:
        assert centre.accept("Wei", member.contact_id).ok
    assert the_incident(centre).kind == "corridor"
    storm(centre, 2)
    assert the_incident(centre).kind == "faulty_button"  # and nobody is asked for a corridor in which nobody waits


def test_presses_of_one_open_call_and_emergencies_are_no_storm(centre: Centre) -> None:
    call = centre.open("east-1", station_id="s-1")
    for number in range(5):
        centre.open(f"pressed-{number}", station_id="s-1")
    storm(centre, 4, "emergency")
    assert contact(centre, call.contact_id).repeats == 5
    assert (centre.engine.snapshot(centre.now).incidents, centre.engine.faults()) == ([], ())


def test_somebody_mutes_a_button_for_a_time_with_a_reason_and_lets_it_ring_again(centre: Centre) -> None:
    called = centre.open("east-1", station_id="s-1")
    assert centre.do("mute", "Wei", to="east/s-1").reason == "a mute needs a reason"
    assert "no such station" in centre.do("mute", "Wei", to="east/s-2", reason="stuck").reason
    assert "at most" in centre.do("mute", "Wei", to="east/s-1", reason="stuck", for_s=100_000).reason
    assert centre.do("mute", "Wei", to="east/s-1", reason="stuck", for_s=60).ok
    assert not contact(centre, called.contact_id).offered_to
    assert centre.engine.faults() == ("muted-east/s-1",)
    (muted,) = [event for event in centre.events() if event.kind == "muted"]
    assert (muted.by, muted.reason, muted.text) == ("Wei", "stuck", "east/s-1")
    assert muted.contact is not None
    assert muted.contact.kind == "technical"
    centre.restart()
    assert centre.engine.faults() == ("muted-east/s-1",)
    assert centre.do("unmute", "Li", to="east/s-1").ok
    assert sorted(contact(centre, called.contact_id).offered_to) == ["Li", "Wei"]
    assert centre.engine.faults() == ()
    assert "not muted" in centre.do("unmute", "Li", to="east/s-1").reason


def test_a_mute_that_was_not_kept_is_no_fault(centre: Centre) -> None:
    def lose(_: object) -> None:
        raise OperationalError("COMMIT", None, ConnectionError("lost"))

    called = centre.open("east-1", station_id="s-1")
    event.listen(DatabaseEngine, "commit", lose)
    with pytest.raises(StoreError):
        centre.do("mute", "Wei", to="east/s-1", reason="stuck")
    event.remove(DatabaseEngine, "commit", lose)
    assert centre.engine.faults() == ()
    assert contact(centre, called.contact_id).offered_to


def test_a_muted_contact_that_somebody_has_comes_back_held(centre: Centre) -> None:
    called = centre.open("east-1", station_id="s-1")
    centre.accept("Wei", called.contact_id)
    centre.do("mute", "Wei", to="east/s-1", reason="stuck")
    assert contact(centre, called.contact_id).accepted_by == "Wei"
    centre.wait(180 * SECOND)
    returned = contact(centre, called.contact_id)
    assert (returned.status, returned.offered_to) == ("new", [])
    centre.wait(420 * SECOND)
    assert contact(centre, called.contact_id).offered_to


def test_which_corridor_a_room_belongs_to() -> None:
    assert corridor_of(HOUSE, "east", "204") == "east/garden"
    assert corridor_of(HOUSE, "east", "999") == "east"
    assert corridor_of(HOUSE, "west", "204") == ""
    assert corridor_of(House(), "east", "204") == ""


def test_places_are_counted_not_contacts() -> None:
    beds = [Waiting(f"c{number}", f"s-{number}", "east/garden") for number in range(3)]
    assert crowded(RULES, beds) == {"east/garden": ["c0", "c1", "c2"]}
    assert crowded(RULES, [*beds[:2], Waiting("c3", "s-1", "east/garden")]) == {}
    assert crowded(IncidentRules(corridor_calls=0), beds) == {}
    assert storming(RULES, {"s-1": 3, "s-2": 2}) == ["s-1"]
    assert storming(IncidentRules(button_calls=0), {"s-1": 300}) == []
