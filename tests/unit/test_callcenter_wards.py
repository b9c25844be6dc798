"""Which steps of wards' calls count, which contacts they open, and what becomes of those when the ward answers or clears."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import msgspec
import pytest
from centre_bench import MINUTE, SECOND, Centre, staffed
from centre_parts import T0, acknowledged, attended, call_state, cleared, command, raised_again, step_command
from databases import Database

from wardbell_callcenter.clock import Now
from wardbell_callcenter.engine.absences import ABSENT_FOR_MS
from wardbell_callcenter.engine.engine import STEPS_AT_ONCE
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.centre_payloads import ContactState
from wardbell_protocol.bus.payloads import CallState


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    yield from staffed(database.url, None)


def escalated(centre: Centre, *names: str) -> tuple[CallState, ContactState]:
    """A call that came to the call centre after three minutes, while those were signed in."""
    call = call_state()
    centre.hear("placed", call)
    centre.sign_in(*names)
    centre.now = centre.now.after(3 * MINUTE)
    assert centre.engine.receive(step_command(call), centre.now).ok
    return call, centre.contact()


def steps(centre: Centre) -> list[int]:
    return [step.step for step in centre.engine.snapshot(centre.now).steps]


def test_the_watcher_takes_each_step_when_it_is_due_and_once(centre: Centre) -> None:
    centre.hear("placed", call_state())
    taken: list[int] = []
    while (deadline_ms := centre.engine.next_deadline_ms()) is not None:
        for at_ms, n_taken in ((deadline_ms - 1, 0), (deadline_ms, 1), (deadline_ms, 1)):
            centre.engine.poll(Now(at_ms, at_ms - T0))
            assert len(steps(centre)) == len(taken) + n_taken
        taken.append(deadline_ms - T0)
    assert taken == [30_000, 180_000, 300_000]
    snapshot = centre.engine.snapshot(centre.now)
    assert [(step.step, step.step_name, step.taken_at_ms - T0) for step in snapshot.steps] == [
        (1, "forward", 30_000),
        (2, "call_centre", 180_000),
        (3, "all_stations", 300_000),
    ]
    assert [kind for kind in centre.kinds() if kind in ("step_taken", "opened")] == [
        "step_taken",
        "step_taken",
        "opened",
        "step_taken",
    ]


def test_a_step_sent_by_many_counts_once(centre: Centre) -> None:
    call = call_state()
    centre.hear("placed", call)
    centre.now = centre.now.after(3 * MINUTE)
    senders = ("console-a", "console-b", "escalator-main")
    replies = [centre.engine.receive(step_command(call, client=client), centre.now) for client in senders * 3]
    centre.engine.poll(centre.now)
    assert all(reply.ok for reply in replies)
    assert centre.kinds().count("opened") == 1
    assert sorted(steps(centre)) == [1, 2]


def test_a_command_that_comes_again_is_answered_again_and_done_once(centre: Centre) -> None:
    _, contact = escalated(centre, "Wei", "Li")
    lost = command("accept", by="Li", contact_id=contact.contact_id)
    assert centre.accept("Wei", contact.contact_id).ok
    first = centre.engine.receive(lost, centre.now)
    centre.restart()
    assert centre.engine.receive(lost, centre.now.after(MINUTE)) == first
    assert (first.ok, first.reason) == (False, "already taken by Wei")
    in_and_out = [command("sign_in", by="Ma"), command("sign_out", by="Ma")]
    for each in [*in_and_out, *in_and_out]:  # delivered again after a reconnect
        assert centre.engine.receive(each, centre.now).ok
    assert [agent.agent for agent in centre.engine.agents(centre.now)] == ["Li", "Wei"]


def test_a_cleared_call_that_its_ward_shows_again_is_not_tried_at_each_poll(centre: Centre) -> None:
    call, _ = escalated(centre)
    centre.hear("cleared", cleared(call, centre.now.wall_ms))
    centre.wards.connection_lost()
    centre.ward.calls[call.call_id] = call  # from a journal that somebody has put back
    centre.hear_snapshot()
    centre.wait(3 * MINUTE)  # its third step is due
    written: list[int] = []
    plain = centre.store.writing

    def counted() -> AbstractContextManager[Ledger]:
        written.append(1)
        return plain()

    centre.store.writing = counted  # type: ignore[assignment, method-assign]
    centre.wait(SECOND)
    assert (centre.contacts(), written) == ([], [])
    for calls in ({}, {call.call_id: call}):  # what it shows no more is not kept in mind
        centre.ward.calls = calls
        centre.wards.connection_lost()
        centre.hear_snapshot()
        for _ in range(2):
            centre.wait(SECOND)
    assert (centre.contacts(), len(written)) == ([], 2)  # its news, and its step once more


def test_an_id_that_another_command_had_is_refused_and_nothing_is_done(centre: Centre) -> None:
    _, contact = escalated(centre, "Wei", "Li")
    first = command("refuse", by="Wei", contact_id=contact.contact_id, reason="at another bed")
    assert centre.engine.receive(first, centre.now).ok
    fields = {"command_id": first.command_id, "contact_id": contact.contact_id}
    later = msgspec.structs.replace(first, at_ms=first.at_ms + 5000)
    assert centre.engine.receive(later, centre.now).ok
    for other in (
        command("accept", by="Wei", **fields),
        command("refuse", by="Li", reason="at another bed", **fields),
        command("refuse", by="Wei", reason="tired", **fields),
    ):
        reply = centre.engine.receive(other, centre.now)
        assert (reply.ok, reply.reason[:40]) == (False, "not done: another command had this comma")
    assert (centre.contact().status, centre.contact().offered_to) == ("offered", ["Li"])
    assert centre.kinds().count("refused") == 1


def test_clearing_ends_the_contact_whoever_has_it(centre: Centre) -> None:
    call, contact = escalated(centre, "Wei")
    centre.accept("Wei", contact.contact_id)
    centre.hear("cleared", cleared(call, centre.now.wall_ms))
    assert centre.contacts() == []
    (last,) = [event.contact for event in centre.events() if event.kind == "cleared_at_bed"]
    assert last is not None
    assert (last.closed_reason, last.closed_by, last.accepted_by) == ("cleared at bed by 203-2", "203-2", "Wei")
    assert centre.accept("Wei", contact.contact_id).reason == "cleared at bed by 203-2"
    assert centre.engine.snapshot(centre.now).steps == []
    assert centre.agent("Wei").state == "ready"
    retained = [row.payload for row in centre.store.outbox_after(0, 1000) if "/contact/" in row.topic]
    assert retained[-1] == b""


def test_a_step_after_the_clear_is_refused_and_leaves_no_trace(centre: Centre) -> None:
    call = call_state()
    centre.hear("placed", call)
    centre.hear("cleared", cleared(call, T0 + MINUTE))
    reply = centre.engine.receive(step_command(call), centre.now)
    assert (reply.ok, reply.reason) == (False, "not open in east")
    assert centre.events() == []


def test_a_step_after_the_clear_is_refused_also_while_the_ward_is_out_of_sight(centre: Centre) -> None:
    call, _ = escalated(centre)
    centre.hear("cleared", cleared(call, centre.now.wall_ms))
    before = centre.kinds()
    centre.restart()  # knows no ward now, only what it stored
    assert centre.engine.receive(step_command(call), centre.now).ok  # taken long ago
    late = centre.engine.receive(step_command(call, 3, "all_stations", 5 * MINUTE), centre.now)
    assert (late.ok, late.reason) == (False, "already cleared")
    assert centre.kinds() == before


def test_a_ward_out_of_sight_is_believed_through_the_sender(centre: Centre) -> None:
    far = call_state("west-1", ward="west")
    assert centre.engine.receive(step_command(far), centre.now).ok
    assert [contact.ward for contact in centre.contacts()] == ["west"]
    gone = cleared(call_state("west-2", ward="west"), T0)
    assert centre.engine.receive(step_command(gone), centre.now).reason == "cleared at bed by 203-2"


def test_an_answer_in_the_ward_keeps_the_contact_and_its_steps_wait(centre: Centre) -> None:
    call, contact = escalated(centre, "Wei")
    centre.wait(SECOND)
    centre.hear("acknowledged", acknowledged(call, centre.now.wall_ms))
    held = centre.contact()
    assert (held.status, held.call_status, held.answered_by) == ("offered", "acknowledged", "Chen")
    assert held.next_step_at_ms == centre.now.wall_ms + 3 * MINUTE  # as long as an agent has
    centre.wait(2 * MINUTE)
    assert (centre.contact().step, centre.contact().loop) == (0, 0)
    centre.wait(MINUTE)
    assert centre.contact().step == 1
    assert centre.accept("Wei", contact.contact_id).ok


def test_an_answer_that_was_only_our_own_word_of_somebody_who_has_gone_holds_nothing_up(centre: Centre) -> None:
    call, contact = escalated(centre, "Wei", "Li")
    assert centre.accept("Wei", contact.contact_id).ok
    assert centre.do("release", "Wei", contact_id=contact.contact_id).ok
    next_at_ms = centre.contact().next_step_at_ms
    centre.hear("acknowledged", acknowledged(call, centre.now.wall_ms, by="Wei"))  # its gateway took a while
    assert (centre.contact().next_step_at_ms, centre.contact().answered_by) == (next_at_ms, "Wei")


def test_presence_at_the_bed_says_that_whoever_has_accepted_it_has_come(centre: Centre) -> None:
    call, contact = escalated(centre, "Wei", "Li")
    assert centre.accept("Wei", contact.contact_id).ok
    there = attended(call, centre.now.wall_ms, by="203-2")
    centre.hear("attended", there)
    centre.hear("pressed_again", there)
    assert (centre.contact().status, centre.contact().on_site_by) == ("on_site", "Wei")
    assert [event.reason for event in centre.events() if event.kind == "on_site"] == ["presence in the ward: 203-2"]
    centre.wait(4 * MINUTE)
    assert centre.contact().status == "on_site"  # nobody looks for somebody who is there


def test_our_own_word_of_one_who_has_left_says_of_nobody_that_he_has_come(centre: Centre) -> None:
    call, contact = escalated(centre, "Wei", "Li")
    assert centre.do("on_site", "Wei", contact_id=contact.contact_id).ok
    assert centre.do("release", "Wei", contact_id=contact.contact_id).ok
    assert centre.accept("Li", contact.contact_id).ok
    centre.hear("attended", attended(call, centre.now.wall_ms, by="Wei"))  # its gateway took a while
    assert (centre.contact().status, centre.contact().answered_by) == ("accepted", "Wei")


def test_what_waited_for_the_ward_goes_on_when_it_rings_there_again(centre: Centre) -> None:
    call, _ = escalated(centre, "Wei")
    answered = acknowledged(call, centre.now.wall_ms)
    centre.hear("acknowledged", answered)
    centre.wait(MINUTE)
    centre.hear("raised_again", raised_again(answered, centre.now.wall_ms))
    assert centre.contact().step == 1


def test_an_answer_stops_the_wards_steps_that_were_due_before_it(centre: Centre) -> None:
    call = call_state()
    centre.hear("placed", call)
    centre.now = centre.now.after(3 * MINUTE + 1)
    centre.hear("acknowledged", acknowledged(call, centre.now.wall_ms))
    late = centre.engine.receive(step_command(call), centre.now.after(1))
    assert (late.ok, late.reason) == (False, "acknowledged by Chen")
    wish = step_command(call, after_ms=4 * MINUTE)  # somebody asks for help knowing that it was answered
    assert centre.engine.receive(wish, centre.now.after(MINUTE)).ok
    assert len(centre.contacts()) == 1


def test_the_same_place_once_more_is_a_repeat_and_more_urgent(centre: Centre) -> None:
    call, first = escalated(centre, "Wei")
    again = raised_again(acknowledged(call, T0 + 4 * MINUTE), T0 + 7 * MINUTE)
    centre.hear("raised_again", again)
    assert centre.engine.receive(step_command(again), centre.now).ok
    (contact,) = centre.contacts()
    assert (contact.contact_id, contact.repeats, contact.priority) == (first.contact_id, 1, first.priority + 1)
    newest = call_state("east-2", station_id=call.station_id)
    centre.hear("placed", newest)
    assert centre.engine.receive(step_command(newest), centre.now).ok
    (contact,) = centre.contacts()
    assert (contact.contact_id, contact.repeats, contact.call_id) == (first.contact_id, 2, "east-2")
    late = centre.engine.receive(step_command(call, 3, "all_stations", 5 * MINUTE), centre.now)
    assert late.reason == "the call rang again since, it is in round 1"


def test_a_repeat_takes_it_back_from_whoever_has_not_come(centre: Centre) -> None:
    call, first = escalated(centre, "Wei", "Li")
    centre.accept("Wei", first.contact_id)
    again = raised_again(call, centre.now.wall_ms)
    assert centre.engine.receive(step_command(again), centre.now).ok
    back = centre.contact()
    assert (back.status, back.step, back.loop, back.returns, back.accepted_by) == ("offered", 0, 1, 1, "")
    assert back.offered_to == ["Li", "Wei"]
    centre.do("on_site", "Wei", contact_id=first.contact_id)
    third = raised_again(again, centre.now.wall_ms)
    assert centre.engine.receive(step_command(third), centre.now).ok
    assert (centre.contact().status, centre.contact().repeats) == ("on_site", 2)


def test_a_call_that_its_ward_no_longer_shows_is_closed_after_a_while(centre: Centre) -> None:
    call, _ = escalated(centre)
    centre.wards.connection_lost()
    del centre.ward.calls[call.call_id]  # cleared while nobody listened
    centre.wait(MINUTE)
    assert len(centre.contacts()) == 1
    centre.hear_snapshot()
    centre.wait(1)
    assert len(centre.contacts()) == 1  # its first event could still be on its way
    centre.wait(ABSENT_FOR_MS + 1)
    assert centre.contacts() == []
    (last,) = [event.contact for event in centre.events() if event.kind == "cleared_at_bed"]
    assert last is not None
    assert last.closed_reason == "no longer open in the ward"


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_call_that_its_ward_had_lost_and_shows_again_is_asked_for_again(centre: Centre, is_restarted: bool) -> None:
    call, before = escalated(centre, "Wei")
    del centre.ward.calls[call.call_id]
    centre.wards.connection_lost()
    centre.hear_snapshot()
    centre.wait(1)
    centre.wait(ABSENT_FOR_MS + 1)
    assert centre.contacts() == []
    assert centre.engine.receive(step_command(call), centre.now).reason == "not open in east"
    if is_restarted:
        centre.restart()
    centre.ward.calls[call.call_id] = call
    centre.wards.connection_lost()
    centre.hear_snapshot()
    centre.wait(1)
    assert (centre.contact().status, centre.contact().offered_to) == ("offered", ["Wei"])
    assert centre.contact().contact_id != before.contact_id
    centre.hear("cleared", cleared(call, T0 + 5 * MINUTE))
    assert centre.contacts() == []


def test_a_call_that_was_cleared_in_a_gap_stays_so_though_its_ward_shows_it_again(centre: Centre) -> None:
    call, _ = escalated(centre, "Wei")
    centre.wards.connection_lost()
    centre.engine.follow(cleared(call, centre.now.wall_ms), centre.now)
    centre.wait(SECOND)  # the mirror still has it
    del centre.ward.calls[call.call_id]
    centre.hear_snapshot()
    centre.wait(1)
    centre.wait(ABSENT_FOR_MS + 1)
    centre.ward.calls[call.call_id] = call  # from a journal that somebody has put back
    centre.wards.connection_lost()
    centre.hear_snapshot()
    centre.wait(SECOND)
    assert centre.contacts() == []


def test_old_news_of_a_clear_counts_although_the_mirror_has_a_gap(centre: Centre) -> None:
    call, _ = escalated(centre)
    centre.restart()
    centre.engine.follow(cleared(call, T0 + 4 * MINUTE), centre.now)
    assert centre.contacts() == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"verb": "clear", "call_id": "east-1"}, "clear is for a ward, not for the call centre"),
        ({"verb": "accept", "contact_id": "c-none"}, "no such contact"),
        ({"verb": "received", "offer_id": "o-none"}, "no such offer"),
        ({"verb": "open"}, "an open needs the field kind: family_call, message, web_request, technical"),
        ({"verb": "step", "call_id": "east-1", "step": 1, "step_name": "forward"}, "a step needs its call"),
        ({"verb": "step", "call_id": "x", "step": 1, "step_name": "forward", "call": call_state()}, "a step needs"),
        (
            {"verb": "step", "call_id": "east-1", "step": 0, "step_name": "forward", "call": call_state()},
            "a step needs",
        ),
        ({"verb": "step", "call_id": "east-1", "step": 1, "step_name": "moon", "call": call_state()}, "a step needs"),
    ],
)
def test_a_command_that_makes_no_sense_is_answered(centre: Centre, fields: dict[str, object], reason: str) -> None:
    centre.sign_in("Wei")
    reply = centre.engine.receive(command(**fields), centre.now)  # type: ignore[arg-type]
    assert not reply.ok
    assert reply.reason.startswith(reason)


def test_a_storm_is_taken_in_turns_oldest_step_first(centre: Centre) -> None:
    n_calls = 2 * STEPS_AT_ONCE // 3 + 1
    for number in range(n_calls):
        centre.hear("placed", call_state(f"east-{number:03}"))
    centre.now = centre.now.after(5 * MINUTE)
    assert centre.engine.poll(centre.now)
    first = steps(centre)
    assert len(first) == STEPS_AT_ONCE
    assert 3 not in first
    centre.poll()
    assert len(steps(centre)) == 3 * n_calls


def test_a_technical_fault_calls_nobody_out(centre: Centre) -> None:
    centre.hear("placed", call_state("east-9", kind="fault"))
    centre.wait(60 * MINUTE)
    assert centre.events() == []
    assert centre.engine.next_deadline_ms() is None


def test_everything_is_there_after_a_restart(centre: Centre) -> None:
    call, contact = escalated(centre, "Wei", "Li")
    centre.accept("Wei", contact.contact_id)
    centre.open("east-2")
    before = centre.engine.snapshot(centre.now)
    centre.restart()
    assert centre.engine.snapshot(centre.now) == before
    centre.hear_snapshot()
    centre.poll()
    assert sorted(steps(centre)) == [1, 1, 2, 2]
    assert centre.engine.receive(step_command(call), centre.now).ok
    assert centre.contact().contact_id == contact.contact_id


def test_events_are_numbered_without_gaps_and_carry_one_epoch(centre: Centre) -> None:
    escalated(centre, "Wei", "Li")
    events = centre.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {event.epoch for event in events} == {centre.engine.position()[0]}
    published = [row.topic for row in centre.store.outbox_after(0, 1000)]
    assert published.count("wardbell/v1/callcenter/event") == len(events)
