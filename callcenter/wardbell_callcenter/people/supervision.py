"""What a supervisor does to others' states, and what he sees of them. Who may is decided before (permissions.py)."""

from collections import Counter

from msgspec import Struct

from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import House, Limits, by_language
from wardbell_callcenter.people import agent as rules
from wardbell_callcenter.people import presence
from wardbell_callcenter.people.agent import NOT_SIGNED_IN, Agent, Refusal
from wardbell_callcenter.people.presence import REASON_LENGTH, Change
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.centre_payloads import AgentState, AgentStatus
from wardbell_protocol.bus.payloads import Name, Text

SERVING: tuple[AgentStatus, ...] = ("offered", "busy", "wrap_up")


class Board(Struct, frozen=True, kw_only=True):
    """All seats. `serving`: asked, with a contact, or writing one up; `idle`: ready; `closed`: nobody there.

    `reasons`: for not being ready, the house's words by language.
    """

    agents: list[AgentState]
    serving: int
    idle: int
    not_ready: int
    closed: int
    reasons: dict[Name, dict[Name, Text]] = {}


def board(agents: list[AgentState], house: House) -> Board:
    """Who is in which state, since when and why, with what; and how many do what."""
    count = Counter(agent.state for agent in agents)
    return Board(
        agents=agents,
        serving=sum(count[state] for state in SERVING),
        idle=count["ready"],
        not_ready=count["not_ready"],
        closed=count["signed_out"],
        reasons={name: by_language(words) for name, words in house.reasons.items()},
    )


def force_ready(ledger: Ledger, name: str, by: str, reason: str, now: Now) -> Change:
    """He can be asked, says somebody else; not while he has a contact."""
    before, load = presence.read(ledger, name)
    return _forced(ledger, "force_ready", before, rules.force_ready(before, load, now), by, reason, now)


def force_not_ready(ledger: Ledger, name: str, by: str, reason: str, for_s: int, limits: Limits, now: Now) -> Change:
    """He is not to be asked; while he has a contact, once it is over. What rings for him has to be refused for him."""
    before, load = presence.read(ledger, name)
    after = rules.not_ready(before, reason[:REASON_LENGTH], presence.away_s(for_s, limits), load, now)
    return _forced(ledger, "force_not_ready", before, after, by, reason, now)


def force_sign_out(ledger: Ledger, name: str, by: str, reason: str, now: Now) -> Change:
    """He is gone at once; his contacts stay his until their limits, or until somebody takes them over."""
    before, _ = presence.read(ledger, name)
    after = rules.leave(before, reason[:REASON_LENGTH], now) if before.is_signed_in else Refusal(NOT_SIGNED_IN)
    return _forced(ledger, "force_sign_out", before, after, by, reason, now)


def _forced(ledger: Ledger, what: str, before: Agent, after: Agent | Refusal, by: str, reason: str, now: Now) -> Change:
    if not reason:
        after = Refusal("a reason is needed")
    change = presence.settle_one(ledger, before, after, now, by, reason)
    if not change.refusal:
        became = change.after.pending or change.after.state
        ledger.audit.append(now.wall_ms, by, what, before.agent, reason, was=before.state, became=became)
    return change
