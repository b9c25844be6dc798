"""Whatever the bus loses, doubles or delivers late: at the end a mirror shows what the authority has."""

from collections.abc import Callable

from centre_parts import T0, WardOnPaper, acknowledged, call_state, cleared, raised_again
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wardbell_bus.mirror import WardMirror
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import CallState, Health, encode
from wardbell_protocol.bus.sequence import APPLY, ASK_EVERY_MS, LATE_MS, EventSequence

CLIENT = "console-a"
CHANGES: dict[str, Callable[[CallState, int], CallState]] = {
    "acknowledged": acknowledged,
    "raised_again": raised_again,
    "cleared": cleared,
}


class LossyBus(RuleBasedStateMachine):
    """A ward, its mirror, and a bus between them that keeps the order of what it delivers, but not all of it, and some twice.

    As MQTT at QoS 1 does: messages may be lost with the broker and repeated, and a repetition may come after newer ones.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ward = WardOnPaper()
        self.mirror = WardMirror("east", CLIENT)
        self.on_the_way: list[tuple[str, bytes]] = []
        self.delivered: list[tuple[str, bytes]] = []
        self.now_ms = T0
        self.placed = 0
        self.history: dict[tuple[str, int], dict[str, CallState]] = {}

    @rule()
    def a_call_is_placed(self) -> None:
        self.placed += 1
        self._tell("placed", call_state(f"east-{self.placed}"))

    @precondition(lambda self: self.ward.calls)
    @rule(kind=st.sampled_from(sorted(CHANGES)), data=st.data())
    def a_call_changes(self, kind: str, data: st.DataObject) -> None:
        call = self.ward.calls[data.draw(st.sampled_from(sorted(self.ward.calls)))]
        self._tell(kind, CHANGES[kind](call, self.now_ms))

    def _tell(self, kind: str, call: CallState) -> None:
        retained = b"" if kind == "cleared" else encode(call)
        self.on_the_way += [self.ward.event(kind, call), (topics.call("east", call.call_id), retained)]

    @rule()
    def the_journal_begins_anew(self) -> None:
        """Another disk, another epoch: only the calls placed from now on are known."""
        self.ward = WardOnPaper(epoch=f"e{self.now_ms}")
        self.now_ms += 1

    @rule(times=st.integers(1, 2))
    def a_message_arrives(self, times: int) -> None:
        if self.on_the_way:
            message = self.on_the_way.pop(0)
            for _ in range(times):
                self.mirror.receive(*message, self.now_ms)
            self.delivered.append(message)

    @rule()
    def a_message_is_lost(self) -> None:
        if self.on_the_way:
            self.on_the_way.pop(0)

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def an_old_message_comes_again(self, data: st.DataObject) -> None:
        self.mirror.receive(*data.draw(st.sampled_from(self.delivered)), self.now_ms)

    @rule()
    def the_connection_breaks(self) -> None:
        self.mirror.connection_lost()

    @rule(answer=st.sampled_from(["at once", "in time", "never"]))
    def time_passes(self, answer: str) -> None:
        self.now_ms += ASK_EVERY_MS
        for _request in self.mirror.poll(self.now_ms):
            self.on_the_way += [self.ward.snapshot(CLIENT)] if answer != "never" else []
        while self.on_the_way and answer == "at once":
            self.mirror.receive(*self.on_the_way.pop(0), self.now_ms)

    @invariant()
    def what_is_shown_as_certain_has_been_true(self) -> None:
        """A mirror that calls itself fresh is at a point of an authority's history, not at a mixture."""
        self.history[self.ward.epoch, self.ward.seq] = dict(self.ward.calls)
        if not self.mirror.is_stale:
            sequence = self.mirror._sequence  # noqa: SLF001
            assert self.mirror.calls == self.history[sequence.epoch, sequence.seq]

    def teardown(self) -> None:
        """The bus gets well: the mirror catches up within a life sign and a few questions, without another event."""
        while self.on_the_way:
            self.mirror.receive(*self.on_the_way.pop(0), self.now_ms)
        for _ in range(4):
            self._life_sign()
            self.now_ms += max(ASK_EVERY_MS, LATE_MS)
            for _request in self.mirror.poll(self.now_ms):
                self.mirror.receive(*self.ward.snapshot(CLIENT), self.now_ms)
        assert not self.mirror.is_stale
        assert self.mirror.calls == self.ward.calls

    def _life_sign(self) -> None:
        health = Health(
            part="gateway", name="east", state="online", at_ms=self.now_ms, epoch=self.ward.epoch, seq=self.ward.seq
        )
        self.mirror.receive(topics.health("east", "gateway-east"), encode(health), self.now_ms)


LossyBus.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLossyBus = LossyBus.TestCase

arrivals = st.lists(
    st.tuples(st.sampled_from(["event", "snapshot"]), st.sampled_from("ab"), st.integers(1, 12)), max_size=40
)


@given(arrivals)
def test_no_event_is_applied_twice_or_over_a_gap(arrived: list[tuple[str, str, int]]) -> None:
    sequence = EventSequence()
    applied: dict[str, int] = {}
    for kind, epoch, seq in arrived:
        if kind == "snapshot":
            if sequence.receive_snapshot(epoch, seq):
                applied[epoch] = seq
        elif sequence.receive(epoch, seq) == APPLY:
            assert seq == applied[epoch] + 1
            applied[epoch] = seq


@given(arrivals, st.integers(0, 12))
def test_a_fresh_reader_is_never_behind_an_event_it_was_told_of(
    arrived: list[tuple[str, str, int]], extra: int
) -> None:
    sequence = EventSequence()
    newest = 0
    for kind, _, seq in [*arrived, ("event", "a", extra + 1)]:
        newest = max(newest, seq)
        if kind == "snapshot":
            sequence.receive_snapshot("a", seq)
        else:
            sequence.receive("a", seq)
        assert sequence.in_gap or sequence.seq == newest


@given(st.integers(0, 10**13), st.integers(-(10**10), 10**10))
def test_a_question_is_asked_again_however_the_clock_is_set(start_ms: int, jump_ms: int) -> None:
    sequence = EventSequence()
    assert sequence.must_ask(start_ms)
    assert not sequence.must_ask(start_ms)
    later_ms = max(0, start_ms + jump_ms)
    asked = sequence.must_ask(later_ms) or sequence.must_ask(later_ms + ASK_EVERY_MS)
    assert asked
