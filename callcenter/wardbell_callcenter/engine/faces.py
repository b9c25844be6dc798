"""Everybody who is signed in, as the router sees him, from one turn to the next."""

from collections.abc import Collection, Mapping

from wardbell_callcenter.house import House
from wardbell_callcenter.people.agent import Agent
from wardbell_callcenter.routing.facts import AgentFacts

NOTHING: tuple[str, ...] = ()


class Faces:
    """Of whom nothing has changed, the facts are those of the turn before: of hundreds a turn changes a few."""

    def __init__(self) -> None:
        self._house = House()
        self._groups: dict[str, dict[str, int]] = {}
        self._known: dict[str, tuple[Agent, AgentFacts]] = {}

    def of(
        self, house: House, agents: Mapping[str, Agent], live: Mapping[str, int], held: Mapping[str, Collection[str]]
    ) -> dict[str, AgentFacts]:
        """Those agents by name. `live`: how many offers ring for each, `held`: the contacts that he has."""
        if house is not self._house:
            self._house, self._groups, self._known = house, _groups(house), {}
        self._known = {
            name: self._one(name, agent, live.get(name, 0), held.get(name, NOTHING)) for name, agent in agents.items()
        }
        return {name: facts for name, (_, facts) in self._known.items()}

    def _one(self, name: str, agent: Agent, live: int, held: Collection[str]) -> tuple[Agent, AgentFacts]:
        known = self._known.get(name)
        if known is not None and known[0] is agent:
            facts = known[1]
            if facts.live_offers == live and len(facts.contacts) == len(held) and facts.contacts.issuperset(held):
                return known
        described = self._house.agents.get(name)
        return agent, AgentFacts(
            name=name,
            state=agent.state,
            pending=agent.pending,
            wards=frozenset(described.wards) if described is not None else frozenset(),
            groups=self._groups.get(name, {}),
            skills=described.skills if described is not None else {},
            free_since_ms=agent.free_since_steady_ms,
            contacts_taken=agent.contacts_taken,
            live_offers=live,
            contacts=frozenset(held),
        )


def _groups(house: House) -> dict[str, dict[str, int]]:
    """By agent: his place in each group that he is in."""
    found: dict[str, dict[str, int]] = {}
    for group, members in house.groups.items():
        for place, name in reversed(list(enumerate(members))):  # named twice, the first place counts
            found.setdefault(name, {})[group] = place
    return found
