"""What agents do, as parts of the engine's transactions: their states, times, timers and events. The rules: agent.py.

Call these once the contacts and offers stand as they shall: what an agent has on his hands is read from there. That somebody
is being asked, or is no longer, is told by the contact's `offered_to`, not by an event for each of 600 agents.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import Limits
from wardbell_callcenter.people import agent as rules
from wardbell_callcenter.people.agent import Agent, Load, Refusal
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.centre_payloads import AgentState

BY_ITSELF = "callcenter"  # who changed a state that nobody asked for
REASON_LENGTH = 128
LONGEST_S = 86_400


@dataclass(frozen=True)
class Change:
    """What became of an agent. `refusal`: why nothing did, in words for people."""

    before: Agent
    after: Agent
    refusal: str = ""

    @property
    def became_ready(self) -> bool:
        """Whether he is now to be asked for what waits."""
        return self.after.state == "ready" and self.before.state != "ready"


def sign_in(ledger: Ledger, name: str, seat: str, now: Now) -> Change:
    """He is at that seat from now on; offers that ring at another one have to be sent there again."""
    before, load = read(ledger, name)
    return settle_one(ledger, before, rules.sign_in(before, seat, load, now), now, name)


def sign_out(ledger: Ledger, name: str, now: Now) -> Change:
    """He goes, or will when his contacts are over. What rings for him has to be refused for him."""
    before, load = read(ledger, name)
    return settle_one(ledger, before, rules.sign_out(before, load, now), now, name)


def seat_lost(ledger: Ledger, name: str, reason: str, now: Now) -> Change:
    """Nothing is heard from his seat any more; what he has accepted stays his until its limit."""
    before, _ = read(ledger, name)
    return settle_one(ledger, before, rules.leave(before, reason[:REASON_LENGTH], now), now, BY_ITSELF)


def ready(ledger: Ledger, name: str, now: Now) -> Change:
    """He says that he can be asked."""
    before, load = read(ledger, name)
    return settle_one(ledger, before, rules.ready(before, load, now), now, name)


def not_ready(ledger: Ledger, name: str, reason: str, for_s: int, limits: Limits, now: Now) -> Change:
    """He says that he cannot. `for_s` 0: as long as the house has it. What rings for him has to be refused for him."""
    if not reason:
        return _unchanged(ledger, name, "not ready needs a reason")
    before, load = read(ledger, name)
    after = rules.not_ready(before, reason[:REASON_LENGTH], away_s(for_s, limits), load, now)
    return settle_one(ledger, before, after, now, name)


def away_s(for_s: int, limits: Limits) -> int:
    """How long somebody is not ready who said so; 0: until he says otherwise."""
    return min(for_s, LONGEST_S) or limits.not_ready_s


def offered(ledger: Ledger, names: Iterable[str], now: Now) -> None:
    """They are being asked."""
    free = ledger.agents.those(names, "ready")
    ledger.agents.change([(agent, rules.offered(agent, now)) for agent in free])


def offer_over(ledger: Ledger, names: Iterable[str], now: Now) -> list[Change]:
    """Offers to them were withdrawn, or failed."""
    asked = ledger.agents.those(names, "offered")
    loads = ledger.agents.loads(agent.agent for agent in asked)
    return settle(
        ledger, [(agent, rules.offer_over(agent, loads[agent.agent], now)) for agent in asked], now, BY_ITSELF
    )


def refused(ledger: Ledger, name: str, now: Now) -> Change:
    """He said no to an offer."""
    before, load = read(ledger, name)
    return settle_one(ledger, before, rules.refused(before, load, now), now, name)


def missed(ledger: Ledger, names: Iterable[str], limits: Limits, now: Now) -> list[Change]:
    """Offers to them rang in vain; several at one moment count once for each agent."""
    found = ledger.agents.many(dict.fromkeys(names))
    loads = ledger.agents.loads(found)
    pairs = [(agent, rules.missed(agent, loads[name], limits, now)) for name, agent in found.items()]
    return settle(ledger, pairs, now, BY_ITSELF)


def accepted(ledger: Ledger, name: str, now: Now) -> Change:
    """A contact is his."""
    before, _ = read(ledger, name)
    return settle_one(ledger, before, rules.accepted(before, now), now, name)


def contact_over(ledger: Ledger, name: str, wrap_up_s: int, now: Now, by: str = BY_ITSELF) -> Change:
    """A contact is no longer his: closed, returned, or somebody else's. `wrap_up_s` 0: there is nothing to write up."""
    before, load = read(ledger, name)
    change = settle_one(ledger, before, rules.contact_over(before, load, wrap_up_s, now), now, by)
    if change.before == change.after and before.is_signed_in:  # he has one less, and the board shows which
        _tell(ledger, [change], now, by)
    return change


def agent_timer_due(ledger: Ledger, names: Iterable[str], now: Now) -> list[Change]:
    """Timers of kind `agent` have run out for these subjects."""
    found = ledger.agents.many(dict.fromkeys(names))
    loads = ledger.agents.loads(found)
    pairs = [(agent, rules.time_over(agent, loads[name], now)) for name, agent in found.items()]
    return settle(ledger, pairs, now, BY_ITSELF)


def states(ledger: Ledger, now: Now) -> list[AgentState]:
    """Everybody who is signed in, by name, with the contacts he has."""
    agents = ledger.agents.signed_in()
    held = ledger.contacts.taken_by(agent.agent for agent in agents)
    return [agent.to_state(held.get(agent.agent, []), now) for agent in agents]


def settle(ledger: Ledger, pairs: list[tuple[Agent, Agent]], now: Now, by: str, reason: str = "") -> list[Change]:
    """Store what the rules made of agents, and tell it."""
    stored = ledger.agents.change(pairs)
    changes = [Change(before, after) for (before, _), after in zip(pairs, stored, strict=True)]
    _tell(ledger, [change for change in changes if _shown(change.before) != _shown(change.after)], now, by, reason)
    return changes


def settle_one(ledger: Ledger, before: Agent, after: Agent | Refusal, now: Now, by: str, reason: str = "") -> Change:
    """The same for one; a refusal leaves him as he is."""
    if isinstance(after, Refusal):
        return Change(before, before, str(after))
    return settle(ledger, [(before, after)], now, by, reason)[0]


def _tell(ledger: Ledger, changes: list[Change], now: Now, by: str, reason: str = "") -> None:
    if not changes:
        return
    held = ledger.contacts.taken_by(change.after.agent for change in changes)
    for change in changes:
        after = change.after
        state = after.to_state(held.get(after.agent, []), now)
        ledger.record(_kind(change), now, by=by, reason=reason or after.reason, agent=state)


def _kind(change: Change) -> str:
    if change.before.is_signed_in == change.after.is_signed_in:
        return "agent"
    return "signed_in" if change.after.is_signed_in else "signed_out"


def _shown(agent: Agent) -> tuple[object, ...]:
    state = "ready" if agent.state in rules.FREE else agent.state
    kept = (agent.pending, agent.pending_reason, agent.seat, agent.contacts_taken, agent.back_steady_ms)
    return state, agent.reason, *kept


def read(ledger: Ledger, name: str) -> tuple[Agent, Load]:
    """An agent, and what he has on his hands."""
    return ledger.agents.get(name), ledger.agents.loads([name])[name]


def _unchanged(ledger: Ledger, name: str, refusal: str) -> Change:
    agent = ledger.agents.get(name)
    return Change(agent, agent, refusal)
