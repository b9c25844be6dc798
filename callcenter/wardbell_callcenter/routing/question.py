"""What the house's own program is asked, and what it may answer: pure. Host only (msgspec)."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from wardbell_callcenter.house import Strategy
from wardbell_callcenter.routing.facts import AgentFacts
from wardbell_protocol.bus.centre_payloads import AgentStatus, ContactState
from wardbell_protocol.bus.payloads import Name, Payload
from wardbell_protocol.errors import DecodeError


class Asking(NamedTuple):
    """What an answer is good for: this step of this loop, nothing after it."""

    contact_id: str
    step: int
    loop: int


class Candidate(Payload, frozen=True, kw_only=True):
    """Somebody who may be named."""

    agent: Name
    state: AgentStatus
    idle_ms: int
    contacts_taken: int
    live_offers: int
    skills: dict[Name, int]


class Question(Payload, frozen=True, kw_only=True):
    """The body of the POST. `candidates`: who can be asked by this step, as our own choice would have them."""

    contact: ContactState
    step: int
    loop: int
    strategy: Strategy
    candidates: list[Candidate]

    @property
    def asking(self) -> Asking:
        """What it is about."""
        return Asking(self.contact.contact_id, self.step, self.loop)


class Answer(msgspec.Struct, frozen=True):
    """The body of the answer; more than this is not read. `agents`: first whom to ask first; none: as you think."""

    agents: list[Name] = []


class AnswerError(DecodeError):
    """The program said something that is no answer."""


def candidates_of(agents: Iterable[AgentFacts], now_ms: int) -> list[Candidate]:
    """How they are shown."""
    return [
        Candidate(
            agent=agent.name,
            state=agent.state,
            idle_ms=max(0, now_ms - agent.free_since_ms),
            contacts_taken=agent.contacts_taken,
            live_offers=agent.live_offers,
            skills=dict(agent.skills),
        )
        for agent in agents
    ]


def named(question: Question, body: bytes) -> tuple[str, ...]:
    """The agents that an answer names, each once.

    Raises:
        AnswerError: it is not of that form, or names somebody who was not among the candidates: then none of it counts.
    """
    try:
        names = tuple(dict.fromkeys(msgspec.json.decode(body or b"{}", type=Answer).agents))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AnswerError(f"the answer is not of its form: {error}") from error
    strangers = set(names) - {candidate.agent for candidate in question.candidates}
    if strangers:
        raise AnswerError(f"{', '.join(sorted(strangers))} cannot be asked")
    return names
