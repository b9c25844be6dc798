"""The escalator in virtual time: what it sends, when, and when it stops."""

from centre_parts import T0, WardOnPaper, acknowledged, call_state, cleared, raised_again, ward_info

from wardbell_bus.mirror import CentreMirror, Publication, WardMirror
from wardbell_console.escalator import RESEND_MS, Escalator, command_id
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import CentreEvent, CentreSnapshot, StepTaken
from wardbell_protocol.bus.payloads import CallState, Command, decode, encode

MINUTE = 60_000


class Watch:
    """A ward, a call centre that takes what it is told to, and an escalator between them."""

    def __init__(self, client_id: str = "escalator-main") -> None:
        self.ward = WardOnPaper()
        self.mirror = WardMirror("east", client_id)
        self.centre = CentreMirror(client_id)
        self.escalator = Escalator([self.mirror], self.centre, client_id)
        self.mirror.receive(*self.ward.snapshot(client_id), T0)
        empty = CentreSnapshot(epoch="c1", seq=0, at_ms=T0, contacts=[], agents=[], steps=[])
        self.centre.receive(topics.snapshot("callcenter", client_id), encode(empty), T0)
        self._seq = 0

    def hear(self, kind: str, call: CallState) -> None:
        self.mirror.receive(*self.ward.event(kind, call), T0)

    def poll(self, now_ms: int) -> list[Command]:
        return [decode(sent.payload, Command) for sent in self.escalator.poll(now_ms)]

    def take(self, command: Command) -> None:
        self._seq += 1
        step = StepTaken(
            ward="east",
            call_id=command.call_id,
            step=command.step,
            step_name=command.step_name,
            loop=command.loop,
            due_at_ms=command.due_at_ms,
            taken_at_ms=command.at_ms,
        )
        event = CentreEvent(epoch="c1", seq=self._seq, at_ms=command.at_ms, kind="step_taken", step=step)
        self.centre.receive(topics.event("callcenter"), encode(event), T0)


def test_each_step_is_sent_when_it_is_due() -> None:
    watch = Watch()
    watch.hear("placed", call_state())
    sent = []
    while (deadline := watch.escalator.next_deadline_ms()) is not None:
        assert watch.poll(deadline - 1) == []
        for command in watch.poll(deadline):
            sent.append((command.step, command.step_name, command.at_ms - T0, command.due_at_ms - T0))
            watch.take(command)
    assert sent == [
        (1, "forward", 30_000, 30_000),
        (2, "call_centre", 180_000, 180_000),
        (3, "all_stations", 300_000, 300_000),
    ]


def test_an_emergency_reaches_the_call_centre_after_a_minute() -> None:
    watch = Watch()
    watch.hear("placed", call_state(kind="emergency"))
    assert [(c.step_name, c.due_at_ms - T0) for c in watch.poll(T0 + MINUTE)] == [
        ("forward", 30_000),
        ("call_centre", 60_000),
    ]


def test_a_step_is_sent_again_until_it_is_taken() -> None:
    watch = Watch()
    watch.hear("placed", call_state())
    (first,) = watch.poll(T0 + 30_000)
    assert watch.escalator.next_deadline_ms() == T0 + 30_000 + RESEND_MS
    assert watch.poll(T0 + 30_000 + RESEND_MS - 1) == []
    (second,) = watch.poll(T0 + 30_000 + RESEND_MS)
    assert first.command_id == second.command_id
    watch.take(second)
    assert watch.poll(T0 + MINUTE) == []
    assert watch.escalator.next_deadline_ms() == T0 + 3 * MINUTE


def test_a_clock_that_was_set_back_does_not_hold_a_step_up() -> None:
    watch = Watch()
    watch.hear("placed", call_state())
    assert len(watch.poll(T0 + 60 * MINUTE)) == 3
    assert len(watch.poll(T0 + 3 * MINUTE)) == 2


def test_an_answer_or_a_clear_stops_it_and_a_new_round_begins_anew() -> None:
    watch = Watch()
    call = call_state()
    watch.hear("placed", call)
    answered = acknowledged(call, T0 + 20_000)
    watch.hear("acknowledged", answered)
    assert watch.poll(T0 + MINUTE) == []
    assert watch.escalator.next_deadline_ms() is None
    watch.hear("raised_again", raised_again(answered, T0 + 200_000))
    assert [(c.step, c.loop) for c in watch.poll(T0 + 230_000)] == [(1, 1)]
    watch.hear("cleared", cleared(answered, T0 + 240_000))
    assert watch.poll(T0 + 60 * MINUTE) == []


def test_nothing_is_sent_before_the_ward_said_what_its_steps_are() -> None:
    mirror, centre = WardMirror("east", "escalator-main"), CentreMirror("escalator-main")
    escalator = Escalator([mirror], centre, "escalator-main")
    mirror.receive(topics.call("east", "east-1"), encode(call_state()), T0)
    assert escalator.poll(T0 + 60 * MINUTE) == []
    policies = {"normal": {"steps": [["call_centre", 5]], "reraise_s": 60}}
    mirror.receive(topics.ward("east"), encode(ward_info(policies=policies)), T0)
    assert escalator.next_deadline_ms() == T0 + 5000
    assert len(escalator.poll(T0 + 5000)) == 1


def test_policies_that_cannot_be_read_leave_the_default_ladder_and_a_fault() -> None:
    watch = Watch()
    watch.mirror.receive(topics.ward("east"), encode(ward_info(policies={"normal": {"steps": "soon"}})), T0)
    watch.hear("placed", call_state())
    assert [c.step_name for c in watch.poll(T0 + 3 * MINUTE)] == ["forward", "call_centre"]
    assert watch.escalator.ladder.unreadable == {"east"}
    watch.mirror.receive(topics.ward("east"), encode(ward_info()), T0)
    watch.poll(T0 + 3 * MINUTE)
    assert watch.escalator.ladder.unreadable == set()


def test_command_ids_tell_clients_and_steps_apart_and_are_short() -> None:
    keys = [("east-1", 1, 0), ("east-1", 2, 0), ("east-1", 1, 1), ("east-11", 1, 0)]
    ids = {command_id(client, key) for client in ("console-a", "console-b") for key in keys}
    assert len(ids) == 8
    assert command_id("x" * 40, ("y" * 64, 1, 0)) == command_id("x" * 40, ("y" * 64, 1, 0))
    assert all(len(text) <= 64 for text in ids)


def test_the_command_is_for_the_call_centre() -> None:
    watch = Watch()
    watch.hear("placed", call_state())
    (sent,) = watch.escalator.poll(T0 + 30_000)
    assert isinstance(sent, Publication)
    assert sent.topic == "wardbell/v1/callcenter/command/escalator-main"
    command = decode(sent.payload, Command)
    assert (command.verb, command.by, command.reply_to) == ("step", "escalator-main", "escalator-main")
    assert command.call == call_state()
