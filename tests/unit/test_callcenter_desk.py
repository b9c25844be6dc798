"""The call centre's rules in virtual time, on a real database."""

from collections.abc import Iterator

import pytest
from centre_parts import T0, WardOnPaper, acknowledged, call_state, cleared, command, raised_again, step_command
from databases import Database

from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.desk import ABSENT_FOR_MS, OURSELVES, STEPS_AT_ONCE, Desk
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import CentreEvent, ContactState
from wardbell_protocol.bus.payloads import CallState, Reply, decode, encode

MINUTE = 60_000


class Centre:
    """A desk, its store, and a ward that it hears."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ward = WardOnPaper()
        self.store = Store(self.url)
        self._start()

    def _start(self) -> None:
        self.wards = WardMirrors(OURSELVES)
        self.desk = Desk(self.store, self.wards)

    def restart(self) -> None:
        """As after a crash: nothing but the database is left."""
        self.store.close()
        self.store = Store(self.url)
        self._start()

    def hear_snapshot(self) -> None:
        self.wards.receive(topics.ward("east"), encode(self.ward.info), T0)
        self.wards.receive(*self.ward.snapshot(OURSELVES), T0)
        self.desk.follow_ward("east", T0)

    def hear(self, kind: str, call: CallState, at_ms: int = T0) -> None:
        for event in self.wards.receive(*self.ward.event(kind, call, at_ms), at_ms):
            self.desk.follow(event.call, at_ms)

    def contacts(self) -> list[ContactState]:
        return self.desk.snapshot(T0).contacts

    def events(self) -> list[CentreEvent]:
        rows = self.store.outbox_after(0, 1000)
        return [decode(row.payload, CentreEvent) for row in rows if row.topic.endswith("/event")]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]

    def sign_in(self, name: str, at_ms: int = T0) -> Reply:
        return self.desk.receive(command("sign_in", by=name, reply_to=f"console-{name.lower()}"), at_ms)

    def accept(self, name: str, contact_id: str, at_ms: int = T0) -> Reply:
        return self.desk.receive(command("accept", by=name, contact_id=contact_id), at_ms)


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    built = Centre(database.url)
    built.hear_snapshot()
    yield built
    built.store.close()


def escalated(centre: Centre, *names: str) -> tuple[CallState, ContactState]:
    """A call with a contact, offered to those operators."""
    call = call_state()
    centre.hear("placed", call)
    for name in names:
        centre.sign_in(name)
    assert centre.desk.receive(step_command(call), T0 + 3 * MINUTE).ok
    (contact,) = centre.contacts()
    return call, contact


def test_the_watcher_takes_each_step_when_it_is_due_and_once(centre: Centre) -> None:
    centre.hear("placed", call_state())
    taken: list[int] = []
    while (deadline := centre.desk.next_deadline_ms()) is not None:
        centre.desk.poll(deadline - 1)
        assert len(centre.desk.snapshot(T0).steps) == len(taken)
        centre.desk.poll(deadline)
        centre.desk.poll(deadline)
        taken.append(deadline - T0)
    assert taken == [30_000, 180_000, 300_000]
    steps = centre.desk.snapshot(T0).steps
    assert [(step.step, step.step_name, step.taken_at_ms - T0) for step in steps] == [
        (1, "forward", 30_000),
        (2, "call_centre", 180_000),
        (3, "all_stations", 300_000),
    ]
    assert centre.kinds() == ["step_taken", "step_taken", "opened", "step_taken"]


def test_a_step_sent_by_many_counts_once(centre: Centre) -> None:
    call = call_state()
    centre.hear("placed", call)
    senders = ("console-a", "console-b", "escalator-main")
    replies = [centre.desk.receive(step_command(call, client=client), T0 + 3 * MINUTE) for client in senders * 3]
    centre.desk.poll(T0 + 3 * MINUTE)
    assert all(reply.ok for reply in replies)
    assert centre.kinds() == ["step_taken", "opened", "step_taken"]
    assert sorted(step.step for step in centre.desk.snapshot(T0).steps) == [1, 2]


def test_a_contact_waits_for_somebody_to_sign_in(centre: Centre) -> None:
    _, contact = escalated(centre)
    assert (contact.status, contact.offered_to) == ("new", [])
    assert centre.accept("Wei", contact.contact_id).reason == "sign in first"
    centre.sign_in("Wei")
    assert [(c.status, c.offered_to) for c in centre.contacts()] == [("offered", ["Wei"])]
    centre.sign_in("Li")
    assert [c.offered_to for c in centre.contacts()] == [["Wei", "Li"]]
    assert centre.kinds() == ["step_taken", "opened", "signed_in", "offered", "signed_in", "offered"]


def test_one_accepts_and_the_other_reads_who(centre: Centre) -> None:
    _, contact = escalated(centre, "Wei", "Li")
    assert contact.offered_to == ["Li", "Wei"]
    assert centre.accept("Wei", contact.contact_id, T0 + 1).ok
    late = centre.accept("Li", contact.contact_id, T0 + 2)
    assert (late.ok, late.reason) == (False, "already taken by Wei")
    assert centre.accept("Wei", contact.contact_id, T0 + 3).ok
    (after,) = centre.contacts()
    assert (after.status, after.accepted_by, after.accepted_at_ms) == ("accepted", "Wei", T0 + 1)
    assert centre.kinds().count("accepted") == 1


def test_the_same_command_is_answered_again_and_done_once(centre: Centre) -> None:
    _, contact = escalated(centre, "Wei", "Li")
    lost = command("accept", by="Li", contact_id=contact.contact_id)
    assert centre.accept("Wei", contact.contact_id).ok
    first = centre.desk.receive(lost, T0)
    centre.restart()
    assert centre.desk.receive(lost, T0 + MINUTE) == first
    in_and_out = [command("sign_in", by="Ma"), command("sign_out", by="Ma")]
    for each in [*in_and_out, *in_and_out]:  # delivered again after a reconnect
        assert centre.desk.receive(each, T0).ok
    assert [operator.operator for operator in centre.desk.operators()] == ["Li", "Wei"]


def test_clearing_withdraws_the_contact_whoever_has_it(centre: Centre) -> None:
    call, contact = escalated(centre, "Wei")
    centre.accept("Wei", contact.contact_id)
    centre.hear("cleared", cleared(call, T0 + 4 * MINUTE), T0 + 4 * MINUTE)
    assert centre.contacts() == []
    last = centre.events()[-1]
    assert last.contact is not None
    assert (last.kind, last.contact.withdrawn_reason) == ("withdrawn", "cleared at bed by 203-2")
    assert last.contact.accepted_by == "Wei"
    assert centre.accept("Wei", contact.contact_id).reason == "cleared at bed by 203-2"
    assert centre.desk.snapshot(T0).steps == []
    retained = [row.payload for row in centre.store.outbox_after(0, 1000) if "/contact/" in row.topic]
    assert retained[-1] == b""


def test_a_step_after_the_clear_is_refused_and_leaves_no_trace(centre: Centre) -> None:
    call = call_state()
    centre.hear("placed", call)
    centre.hear("cleared", cleared(call, T0 + MINUTE))
    reply = centre.desk.receive(step_command(call), T0 + 3 * MINUTE)
    assert (reply.ok, reply.reason) == (False, "not open in east")
    assert centre.events() == []


def test_a_step_after_the_clear_is_refused_also_while_the_ward_is_out_of_sight(centre: Centre) -> None:
    call, _ = escalated(centre)
    centre.hear("cleared", cleared(call, T0 + 4 * MINUTE))
    before = centre.kinds()
    centre.restart()  # knows no ward now, only what it stored
    assert centre.desk.receive(step_command(call), T0 + 5 * MINUTE).ok  # taken long ago
    late = centre.desk.receive(step_command(call, 3, "all_stations", 5 * MINUTE), T0 + 5 * MINUTE)
    assert (late.ok, late.reason) == (False, "already cleared")
    told = centre.desk.receive(step_command(cleared(call, T0)), T0 + 5 * MINUTE)
    assert told.ok
    assert centre.kinds() == before


def test_a_ward_out_of_sight_is_believed_through_the_sender(centre: Centre) -> None:
    far = call_state("west-1", ward="west")
    assert centre.desk.receive(step_command(far), T0 + 3 * MINUTE).ok
    assert [contact.ward for contact in centre.contacts()] == ["west"]
    gone = cleared(call_state("west-2", ward="west"), T0)
    assert centre.desk.receive(step_command(gone), T0).reason == "cleared at bed by 203-2"


def test_an_answer_in_the_ward_keeps_the_contact_and_shows_on_it(centre: Centre) -> None:
    call, _ = escalated(centre, "Wei")
    centre.hear("acknowledged", acknowledged(call, T0 + 4 * MINUTE))
    (contact,) = centre.contacts()
    assert (contact.status, contact.call_status, contact.answered_by) == ("offered", "acknowledged", "Chen")
    assert centre.kinds()[-1] == "changed"
    assert centre.accept("Wei", contact.contact_id).ok


def test_an_answer_stops_the_steps_that_were_due_before_it(centre: Centre) -> None:
    call = call_state()
    centre.hear("placed", call)
    centre.hear("acknowledged", acknowledged(call, T0 + 3 * MINUTE + 1))
    late = centre.desk.receive(step_command(call), T0 + 3 * MINUTE + 2)
    assert (late.ok, late.reason) == (False, "acknowledged by Chen")
    wish = step_command(call, after_ms=4 * MINUTE)  # somebody asks for help knowing that it was answered
    assert centre.desk.receive(wish, T0 + 4 * MINUTE).ok
    assert len(centre.contacts()) == 1


def test_a_later_round_supersedes_the_contact_of_the_earlier(centre: Centre) -> None:
    call, first = escalated(centre, "Wei")
    centre.accept("Wei", first.contact_id)
    answered = acknowledged(call, T0 + 4 * MINUTE)
    again = raised_again(answered, T0 + 7 * MINUTE)
    centre.hear("acknowledged", answered)
    centre.hear("raised_again", again)
    centre.desk.poll(T0 + 10 * MINUTE)
    (second,) = centre.contacts()
    assert (second.loop, second.status, second.offered_to) == (1, "offered", ["Wei"])
    withdrawn = next(event.contact for event in centre.events() if event.kind == "withdrawn")
    assert withdrawn is not None
    assert (withdrawn.contact_id, withdrawn.withdrawn_reason) == (first.contact_id, "superseded")
    late = centre.desk.receive(step_command(call, 3, "all_stations", 5 * MINUTE), T0 + 10 * MINUTE)
    assert late.reason == "the call rang again since, it is in round 1"


def test_the_sender_may_know_of_a_new_round_first(centre: Centre) -> None:
    call, first = escalated(centre)
    again = raised_again(call, T0 + 7 * MINUTE)
    assert centre.desk.receive(step_command(again), T0 + 10 * MINUTE).ok
    assert [contact.loop for contact in centre.contacts()] == [1]
    assert first.loop == 0


def test_a_call_that_its_ward_no_longer_shows_is_closed_after_a_while(centre: Centre) -> None:
    call, _ = escalated(centre)
    centre.wards.connection_lost()
    del centre.ward.calls[call.call_id]  # cleared while nobody listened
    centre.desk.poll(T0 + 4 * MINUTE)
    assert len(centre.contacts()) == 1
    centre.hear_snapshot()
    centre.desk.poll(T0 + 4 * MINUTE + 1)
    assert len(centre.contacts()) == 1  # its first event could still be on its way
    centre.desk.poll(T0 + 4 * MINUTE + 2 + ABSENT_FOR_MS)
    assert centre.contacts() == []
    assert centre.events()[-1].contact.withdrawn_reason == "no longer open in the ward"  # type: ignore[union-attr]


def test_old_news_of_a_clear_counts_although_the_mirror_has_a_gap(centre: Centre) -> None:
    call, _ = escalated(centre)
    centre.restart()
    centre.desk.follow(cleared(call, T0 + 4 * MINUTE), T0 + 5 * MINUTE)
    assert centre.contacts() == []


def test_the_last_operator_to_leave_puts_the_contact_back(centre: Centre) -> None:
    _, contact = escalated(centre, "Wei", "Li")
    centre.desk.sign_out("Wei", OURSELVES, T0)
    assert [(c.status, c.offered_to) for c in centre.contacts()] == [("offered", ["Li"])]
    centre.desk.receive(command("sign_out", by="Li"), T0)
    assert [(c.status, c.offered_to) for c in centre.contacts()] == [("new", [])]
    centre.sign_in("Ma")
    assert centre.accept("Ma", contact.contact_id).ok


def test_an_operator_has_one_seat_and_keeps_what_he_accepted(centre: Centre) -> None:
    _, contact = escalated(centre, "Wei")
    centre.accept("Wei", contact.contact_id)
    centre.desk.receive(command("sign_in", by="Wei", reply_to="console-b"), T0 + 1)
    assert [(o.operator, o.seat) for o in centre.desk.operators()] == [("Wei", "console-b")]
    centre.desk.receive(command("sign_out", by="Wei"), T0 + 2)
    assert [(c.status, c.accepted_by) for c in centre.contacts()] == [("accepted", "Wei")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"verb": "clear", "call_id": "east-1"}, "clear is for a ward, not for the call centre"),
        ({"verb": "accept", "contact_id": "c-none"}, "no such contact"),
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
    reply = centre.desk.receive(command(**fields), T0)  # type: ignore[arg-type]
    assert not reply.ok
    assert reply.reason.startswith(reason)


def test_a_storm_is_taken_in_turns_oldest_step_first(centre: Centre) -> None:
    for number in range(2 * STEPS_AT_ONCE // 3 + 1):
        centre.hear("placed", call_state(f"east-{number:03}"))
    assert centre.desk.poll(T0 + 5 * MINUTE)
    first = centre.desk.snapshot(T0).steps
    assert len(first) == STEPS_AT_ONCE
    assert [step.step for step in first if step.step == 3] == []
    while centre.desk.poll(T0 + 5 * MINUTE):
        pass
    assert len(centre.desk.snapshot(T0).steps) == 3 * (2 * STEPS_AT_ONCE // 3 + 1)


def test_a_technical_fault_calls_nobody_out(centre: Centre) -> None:
    centre.hear("placed", call_state("east-9", kind="fault"))
    centre.desk.poll(T0 + 60 * MINUTE)
    assert centre.events() == []
    assert centre.desk.next_deadline_ms() is None


def test_everything_is_there_after_a_restart(centre: Centre) -> None:
    call, contact = escalated(centre, "Wei", "Li")
    centre.accept("Wei", contact.contact_id)
    before = centre.desk.snapshot(T0)
    centre.restart()
    assert centre.desk.snapshot(T0) == before
    centre.hear_snapshot()
    centre.desk.poll(T0 + 3 * MINUTE)
    assert [step.step for step in centre.desk.snapshot(T0).steps] == [1, 2]
    assert centre.desk.receive(step_command(call), T0 + 3 * MINUTE).ok
    assert [c.contact_id for c in centre.contacts()] == [contact.contact_id]


def test_events_are_numbered_without_gaps_and_carry_one_epoch(centre: Centre) -> None:
    escalated(centre, "Wei", "Li")
    events = centre.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {event.epoch for event in events} == {centre.desk.position()[0]}
    assert centre.desk.position()[1] == len(events)
