"""Whom a step means by its words, and who of them can be asked: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from wardbell_callcenter.house import Step
from wardbell_callcenter.routing.facts import AgentFacts, ContactFacts

WIDER = {"ward": "building", "building": "home"}
FREE = frozenset({"ready", "offered"})
AT_WORK = FREE | {"busy", "wrap_up"}


@dataclass(frozen=True)
class Circle:
    """The agents that one word of a step means, in their order; `word` as it was understood: `building` where a ward is empty."""

    word: str
    agents: tuple[AgentFacts, ...]


def circles(step: Step, contact: ContactFacts, agents: Iterable[AgentFacts]) -> list[Circle]:
    """Who is signed in, has the skills and is meant, word by word.

    The last step would rather have somebody without the skills than nobody.
    """
    there = [agent for agent in agents if agent.state != "signed_out"]
    if contact.is_repeat:
        return [Circle("everybody", _by_name(there))]
    able = [agent for agent in there if lack(step, agent) == 0] if step.skills else there
    found = _by_words(step.to, contact, able)
    if contact.is_last and not any(circle.agents for circle in found):
        return _by_words(step.to, contact, there)
    return found


def lack(step: Step, agent: AgentFacts) -> int:
    """By how many levels the agent's skills fall short of what the step asks for."""
    return sum(max(0, level - agent.skills.get(skill, 0)) for skill, level in step.skills.items())


def can_be_asked(agent: AgentFacts, contact: ContactFacts) -> bool:
    """Whether his state lets him be asked at all: the repeated last step and emergencies reach further than others."""
    if contact.is_repeat:
        return True
    if not contact.is_emergency:
        return agent.state in FREE and not agent.pending
    return agent.state in AT_WORK or contact.step > 0 or contact.loop > 0


def _by_words(words: Sequence[str], contact: ContactFacts, agents: list[AgentFacts]) -> list[Circle]:
    return [_circle(word, contact, agents) for word in words if not word.startswith("address:")]


def _circle(word: str, contact: ContactFacts, agents: list[AgentFacts]) -> Circle:
    meant = _meant(word, contact, agents)
    while not meant and word in WIDER:
        word = WIDER[word]
        meant = _meant(word, contact, agents)
    _, _, group = word.partition("group:")
    in_order = _by_name(meant)
    return Circle(word, tuple(sorted(in_order, key=lambda agent: agent.groups[group])) if group else in_order)


def _by_name(agents: list[AgentFacts]) -> tuple[AgentFacts, ...]:
    return tuple(sorted(agents, key=attrgetter("name")))


def _meant(word: str, contact: ContactFacts, agents: list[AgentFacts]) -> list[AgentFacts]:
    kind, _, name = word.partition(":")
    match kind:
        case "ward" if contact.ward:
            return [agent for agent in agents if not agent.wards or contact.ward in agent.wards]
        case "building" if contact.ward:
            return [agent for agent in agents if not agent.wards or not contact.building.isdisjoint(agent.wards)]
        case "ward" | "building" | "home" | "everybody":
            return agents  # a contact of no ward is the whole home's
        case "group":
            return [agent for agent in agents if name in agent.groups]
        case "roster":
            return [agent for agent in agents if name in agent.rosters]
        case "agent":
            return [agent for agent in agents if agent.name == name]
        case "key_carer":
            return [agent for agent in agents if agent.name == contact.key_carer]
    return []
