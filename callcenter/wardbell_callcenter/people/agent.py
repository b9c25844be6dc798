"""Somebody who works at the call centre: one state machine for every medium. Pure: values in, values out.

signed_out, ready, offered (he is being asked), busy (he has a contact), wrap_up (he had one), not_ready (with a reason).
Who is asked while he is busy, in wrap-up or not ready stays what he is; the offer rings all the same. Who has a contact and
wants to go waits for its end: that is `pending`. Who leaves without a word, or is sent away, keeps his contacts until their
limits run out, and finds them again when he signs in before that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from wardbell_callcenter.house import Limits
from wardbell_protocol.bus.centre_payloads import AgentState, AgentStatus

if TYPE_CHECKING:
    from wardbell_callcenter.clock import Now

MISSED_OFFERS = "missed offers"  # the reason of whoever did not answer
FREE: tuple[AgentStatus, ...] = ("ready", "offered")
NOT_SIGNED_IN = "not signed in"
HOLDS = "has a contact"

Pending = Literal["", "not_ready", "signed_out"]


@dataclass(frozen=True, kw_only=True)
class Agent:
    """As table `agents` has it. `back_steady_ms`: when wrap-up or not ready end by themselves. Version 0: not stored yet."""

    agent: str
    state: AgentStatus = "signed_out"
    reason: str = ""
    since_ms: int = 0
    since_steady_ms: int = 0
    pending: Pending = ""
    pending_reason: str = ""
    pending_for_s: int = 0
    seat: str = ""
    signed_in_at_ms: int = 0
    missed: int = 0
    free_since_steady_ms: int = 0
    contacts_taken: int = 0
    counted_from_ms: int = 0
    back_steady_ms: int | None = None
    version: int = 0

    @property
    def is_signed_in(self) -> bool:
        """Whether he is there at all."""
        return self.state != "signed_out"

    def to_state(self, contacts: list[str], now: Now) -> AgentState:
        """What the bus is told; `contacts`: ids of those he has."""
        back = self.back_steady_ms
        return AgentState(
            agent=self.agent,
            state=self.state,
            since_ms=self.since_ms,
            seat=self.seat,
            reason=self.reason,
            pending=self.pending,
            back_at_ms=None if back is None else max(0, now.wall_ms + back - now.steady_ms),
            contacts=contacts,
            missed=self.missed,
            signed_in_at_ms=self.signed_in_at_ms,
        )


@dataclass(frozen=True)
class Load:
    """What he has on his hands at the moment: open contacts that he accepted, and offers that wait for his answer."""

    held: int = 0
    live: int = 0


class Refusal(str):
    """Why not, in words for people."""

    __slots__ = ()


def sign_in(agent: Agent, seat: str, load: Load, now: Now) -> Agent:
    """He is at that seat; whoever was signed in already moves there with all he has, and a sign-out that waited is dropped."""
    if agent.is_signed_in:
        moved = replace(agent, seat=seat, missed=0)
        return _no_pending(moved) if agent.pending == "signed_out" else moved
    fresh = replace(agent, seat=seat, signed_in_at_ms=now.wall_ms, missed=0, contacts_taken=0)
    return _at_work(_no_pending(fresh), load, now)


def sign_out(agent: Agent, load: Load, now: Now) -> Agent:
    """He goes, or will when his contacts are over."""
    if not agent.is_signed_in:
        return agent
    if load.held:
        return replace(agent, pending="signed_out", pending_reason="", pending_for_s=0)
    return leave(agent, "", now)


def leave(agent: Agent, reason: str, now: Now) -> Agent:
    """He is gone at once, whatever he has: his seat fell silent, or he was sent away."""
    if not agent.is_signed_in:
        return agent
    return _enter(replace(_no_pending(agent), seat="", missed=0), "signed_out", now, reason)


def ready(agent: Agent, load: Load, now: Now) -> Agent | Refusal:
    """He can be asked; while he has a contact this drops what waited for its end."""
    if not agent.is_signed_in:
        return Refusal(NOT_SIGNED_IN)
    return _at_work(replace(_no_pending(agent), missed=0), load, now)


def not_ready(agent: Agent, reason: str, for_s: int, load: Load, now: Now) -> Agent | Refusal:
    """He is not to be asked, from now on or once his contacts are over. `for_s` 0: until he says otherwise."""
    if not agent.is_signed_in:
        return Refusal(NOT_SIGNED_IN)
    if load.held:
        return replace(agent, pending="not_ready", pending_reason=reason, pending_for_s=for_s)
    return _enter(replace(_no_pending(agent), missed=0), "not_ready", now, reason, for_s)


def force_ready(agent: Agent, load: Load, now: Now) -> Agent | Refusal:
    """The same as `ready`, but never past a contact that he has."""
    if agent.is_signed_in and load.held:
        return Refusal(HOLDS)
    return ready(agent, load, now)


def offered(agent: Agent, now: Now) -> Agent:
    """He is being asked. Whoever is not ready for it is asked without a change of his state."""
    return _enter(agent, "offered", now) if agent.state == "ready" else agent


def offer_over(agent: Agent, load: Load, now: Now) -> Agent:
    """An offer to him ended without his having it."""
    return _enter(agent, "ready", now) if agent.state == "offered" and not load.live else agent


def refused(agent: Agent, load: Load, now: Now) -> Agent:
    """He said no, so he is there."""
    return offer_over(replace(agent, missed=0), load, now)


def missed(agent: Agent, load: Load, limits: Limits, now: Now) -> Agent:
    """He did not answer, though he was free to; too often in a row, and he is not ready until he shows himself."""
    if agent.state not in FREE:
        return agent
    counted = replace(agent, missed=agent.missed + 1)
    if limits.missed and counted.missed >= limits.missed:
        return _enter(counted, "not_ready", now, MISSED_OFFERS, limits.missed_back_s)
    return offer_over(counted, load, now)


def accepted(agent: Agent, now: Now) -> Agent:
    """He has a contact. Called away from not being ready, he goes back to that afterwards, for the time that was left."""
    if not agent.is_signed_in:  # from outside, by whatever reached him there
        return agent
    if agent.state == "not_ready" and agent.reason != MISSED_OFFERS:
        left_ms = 0 if agent.back_steady_ms is None else max(1, agent.back_steady_ms - now.steady_ms)
        agent = replace(agent, pending="not_ready", pending_reason=agent.reason, pending_for_s=(left_ms + 999) // 1000)
    return _enter(replace(agent, missed=0, contacts_taken=agent.contacts_taken + 1), "busy", now)


def contact_over(agent: Agent, load: Load, wrap_up_s: int, now: Now) -> Agent:
    """One of his contacts is no longer his. After the last one comes what waited for it, else wrap-up, else he is free."""
    if agent.state != "busy" or load.held:
        return agent
    if agent.pending == "signed_out":
        return leave(agent, agent.pending_reason, now)
    if agent.pending == "not_ready":
        return _enter(_no_pending(agent), "not_ready", now, agent.pending_reason, agent.pending_for_s)
    if wrap_up_s:
        return _enter(agent, "wrap_up", now, back_in_s=wrap_up_s)
    return _free(agent, load, now)


def time_over(agent: Agent, load: Load, now: Now) -> Agent:
    """His wrap-up or his time of not being ready has run out."""
    if agent.state not in ("wrap_up", "not_ready") or (agent.back_steady_ms or 0) > now.steady_ms:
        return agent
    return _free(replace(agent, missed=0), load, now)


def _at_work(agent: Agent, load: Load, now: Now) -> Agent:
    return _enter(agent, "busy", now) if load.held else _free(agent, load, now)


def _free(agent: Agent, load: Load, now: Now) -> Agent:
    if agent.state not in FREE:  # who was asked in vain has been idle all along
        agent = replace(agent, free_since_steady_ms=now.steady_ms)
    return _enter(agent, "offered" if load.live else "ready", now)


def _no_pending(agent: Agent) -> Agent:
    return replace(agent, pending="", pending_reason="", pending_for_s=0)


def _enter(agent: Agent, state: AgentStatus, now: Now, reason: str = "", back_in_s: int = 0) -> Agent:
    """In that state from now on; whoever is in it already has been since he was."""
    agent = replace(agent, back_steady_ms=now.steady_ms + 1000 * back_in_s if back_in_s else None)
    if (agent.state, agent.reason) == (state, reason):
        return agent
    return replace(
        agent,
        state=state,
        reason=reason,
        since_ms=now.wall_ms,
        since_steady_ms=now.steady_ms,
        counted_from_ms=_counted_until_ms(agent, now),
    )


def _counted_until_ms(agent: Agent, now: Now) -> int:
    """Where his present stay ends in agent_times. Its length is by the steady clock; the wall clock counts where he signs in.

    Never before it began, though the engine's time may have: two stays of one beginning would be refused, and what made them.
    """
    if agent.is_signed_in:
        return agent.counted_from_ms + max(0, now.steady_ms - agent.since_steady_ms)
    return max(now.wall_ms, agent.counted_from_ms)
