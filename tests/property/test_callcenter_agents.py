"""An agent, whatever happens to him and in whatever order: no state that means nothing, nothing that he said is lost."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import Limits
from wardbell_callcenter.people import agent as rules
from wardbell_callcenter.people.agent import MISSED_OFFERS, Agent, Load, Refusal

LIMITS = Limits(missed=2, missed_back_s=300)
REASONS = st.sampled_from(["break", "meeting"])
SECONDS = st.sampled_from([0, 1, 60, 3600])


class AgentMachine(RuleBasedStateMachine):
    """Beside the agent: what he has, what he asked for, and the clocks."""

    def __init__(self) -> None:
        super().__init__()
        self.agent = Agent(agent="Wei")
        self.now = Now(1_000_000_000, 1_000_000)
        self.held = self.live = 0
        self.wish = ""  # what has to become of him when his contacts are over
        self.shift_steady_ms = self.shift_from_ms = 0

    @property
    def load(self) -> Load:
        return Load(self.held, self.live)

    def become(self, after: Agent | Refusal) -> None:
        assert isinstance(after, Agent)
        was_there = self.agent.is_signed_in
        if after.is_signed_in and not was_there:
            assert after.counted_from_ms >= max(self.now.wall_ms, self.agent.counted_from_ms)
            self.shift_from_ms, self.shift_steady_ms = after.counted_from_ms, self.now.steady_ms
        elif was_there and (after.state, after.reason) != (self.agent.state, self.agent.reason):
            assert after.counted_from_ms - self.shift_from_ms == self.now.steady_ms - self.shift_steady_ms
            assert after.since_steady_ms == self.now.steady_ms
        else:
            assert after.counted_from_ms == self.agent.counted_from_ms
        self.agent = after

    @rule(ms=st.sampled_from([0, 1, 500, 60_000, 4_000_000]), jump_ms=st.sampled_from([0, 0, 0, 3_600_000, -3_600_000]))
    def time_passes(self, ms: int, jump_ms: int) -> None:
        self.now = Now(self.now.wall_ms + ms + jump_ms, self.now.steady_ms + ms)
        if self.agent.back_steady_ms is not None and self.agent.back_steady_ms <= self.now.steady_ms:
            self.become(rules.time_over(self.agent, self.load, self.now))
            assert self.agent.state in rules.FREE
        else:  # a timer that comes too early, or of a state that is over, does nothing
            if self.agent.back_steady_ms is not None or self.agent.state not in ("wrap_up", "not_ready"):
                assert rules.time_over(self.agent, self.load, self.now) == self.agent

    @rule(seat=st.sampled_from(["a", "b"]))
    def sign_in(self, seat: str) -> None:
        before = self.agent
        self.become(rules.sign_in(before, seat, self.load, self.now))
        assert self.agent.seat == seat
        if before.is_signed_in:
            assert (self.agent.state, self.agent.reason) == (before.state, before.reason)
        if self.wish == "signed_out":
            self.wish = ""

    @initialize(is_there=st.booleans(), held=st.integers(0, 1))
    def begins(self, is_there: bool, held: int) -> None:
        if is_there:
            self.sign_in("a")
            for _ in range(held):
                self.accepts(False)

    @rule()
    def sign_out(self) -> None:
        if self.held and self.agent.is_signed_in:
            self.wish = "signed_out"
        self.become(rules.sign_out(self.agent, self.load, self.now))
        assert self.agent.pending == "signed_out" if self.wish else not self.agent.is_signed_in

    @rule()
    def seat_falls_silent(self) -> None:
        self.become(rules.leave(self.agent, "seat is silent", self.now))
        self.wish = ""

    @precondition(lambda self: self.agent.is_signed_in)
    @rule(is_forced=st.booleans())
    def ready(self, is_forced: bool) -> None:
        if is_forced and self.held:
            assert isinstance(rules.force_ready(self.agent, self.load, self.now), Refusal)
            return
        self.become((rules.force_ready if is_forced else rules.ready)(self.agent, self.load, self.now))
        self.wish = ""

    @precondition(lambda self: self.agent.is_signed_in)
    @rule(reason=REASONS, for_s=SECONDS)
    def not_ready(self, reason: str, for_s: int) -> None:
        self.become(rules.not_ready(self.agent, reason, for_s, self.load, self.now))
        if self.held:
            self.wish = reason
        else:
            assert (self.agent.state, self.agent.reason) == ("not_ready", reason)
            assert (self.agent.back_steady_ms is None) == (for_s == 0)

    @precondition(lambda self: not self.agent.is_signed_in)
    @rule()
    def whoever_is_not_there_is_neither_ready_nor_not(self) -> None:
        assert isinstance(rules.ready(self.agent, self.load, self.now), Refusal)
        assert isinstance(rules.not_ready(self.agent, "break", 0, self.load, self.now), Refusal)
        assert isinstance(rules.force_ready(self.agent, self.load, self.now), Refusal)

    @rule()
    def is_asked(self) -> None:
        self.live += 1
        self.become(rules.offered(self.agent, self.now))

    @precondition(lambda self: self.live)
    @rule(how=st.sampled_from(["withdrawn", "refused", "missed"]))
    def offer_ends(self, how: str) -> None:
        self.live -= 1
        before = self.agent
        if how == "withdrawn":
            self.become(rules.offer_over(before, self.load, self.now))
        elif how == "refused":
            self.become(rules.refused(before, self.load, self.now))
            assert self.agent.missed == 0
        else:
            self.become(rules.missed(before, self.load, LIMITS, self.now))
            if self.agent.reason == MISSED_OFFERS != before.reason:  # he comes back, whatever else happens
                assert self.agent.back_steady_ms == self.now.steady_ms + 300_000

    @rule(times=st.integers(1, 3))
    def does_not_hear(self, times: int) -> None:
        for _ in range(times):
            self.is_asked()
            self.offer_ends("missed")

    @rule(by_offer=st.booleans())
    def accepts(self, by_offer: bool) -> None:
        if by_offer:
            if not self.live:
                return
            self.live -= 1
        self.held += 1
        if self.agent.state == "not_ready" and self.agent.reason != MISSED_OFFERS:
            self.wish = self.agent.reason  # called away from it: he goes back to it
        self.become(rules.accepted(self.agent, self.now))

    @precondition(lambda self: self.held)
    @rule(wrap_up_s=st.sampled_from([0, 30]))
    def contact_ends(self, wrap_up_s: int) -> None:
        self.held -= 1
        was_busy = self.agent.state == "busy"
        self.become(rules.contact_over(self.agent, self.load, wrap_up_s, self.now))
        if self.held or not was_busy:
            return
        if self.wish == "signed_out":
            assert not self.agent.is_signed_in
        elif self.wish:
            assert (self.agent.state, self.agent.reason) == ("not_ready", self.wish)
        else:
            assert (self.agent.state == "wrap_up") == (wrap_up_s > 0)
        self.wish = ""

    @precondition(lambda self: self.agent.is_signed_in)
    @rule(is_gone=st.booleans(), wrap_up_s=st.sampled_from([0, 30]))
    def wants_to_go_and_ends_what_he_has(self, is_gone: bool, wrap_up_s: int) -> None:
        self.accepts(False)
        if is_gone:
            self.sign_out()
        else:
            self.not_ready("meeting", 60)
        while self.held:
            self.contact_ends(wrap_up_s)

    @invariant()
    def state_says_what_he_has(self) -> None:
        agent = self.agent
        if self.held:
            assert agent.state in ("busy", "signed_out")
        else:
            assert agent.state != "busy"
        if agent.state in rules.FREE:
            assert agent.state == ("offered" if self.live else "ready")
        assert agent.is_signed_in == bool(agent.seat)

    @invariant()
    def what_waits_is_what_he_asked_for(self) -> None:
        agent = self.agent
        assert not agent.pending or agent.state == "busy"
        assert (agent.pending_reason if agent.pending == "not_ready" else agent.pending) == self.wish

    @invariant()
    def only_pauses_end_by_themselves(self) -> None:
        agent = self.agent
        assert agent.state == "not_ready" or not agent.back_steady_ms or agent.state == "wrap_up"
        assert agent.state != "wrap_up" or agent.back_steady_ms is not None
        assert agent.reason != MISSED_OFFERS or agent.back_steady_ms is not None
        assert agent.missed < LIMITS.missed or agent.reason == MISSED_OFFERS
        assert bool(agent.reason) >= (agent.state == "not_ready")


AgentMachine.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, derandomize=True, database=None
)
TestAgent = AgentMachine.TestCase
