"""How things stand: what the figures of the moment are counted from, of the house or of one ward. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.figures.case import Case
from wardbell_callcenter.figures.gather import serves
from wardbell_callcenter.figures.work import READY, Stay
from wardbell_callcenter.house import House
from wardbell_callcenter.people.agent import Agent


@dataclass(frozen=True)
class Standing:
    """`cases`: opened in the time that is counted; `contacts`: open now; `agents`: signed in now; `stays`: what they did then."""

    cases: Sequence[Case]
    contacts: Sequence[Contact]
    agents: Sequence[Agent]
    stays: Sequence[Stay]

    def of(self, house: House, ward: str) -> "Standing":
        """Of that ward: its contacts, and who serves it (also where he serves others); "": of all."""
        if not ward:
            return self
        return Standing(
            [case for case in self.cases if case.ward == ward],
            [contact for contact in self.contacts if contact.ward == ward],
            [agent for agent in self.agents if serves(house, agent.agent, ward)],
            [stay for stay in self.stays if serves(house, stay.agent, ward)],
        )

    @property
    def waiting(self) -> list[int]:
        """When each contact that nobody has was opened, UNIX ms."""
        return [contact.opened_at_ms for contact in self.contacts if contact.is_waiting]

    @property
    def n_taken(self) -> int:
        """How many contacts somebody has."""
        return len(self.contacts) - len(self.waiting)

    @property
    def n_free(self) -> int:
        """How many could take one."""
        return sum(agent.state in READY for agent in self.agents)

    def since(self, from_ms: int) -> list[Case]:
        """What was opened from then on."""
        return [case for case in self.cases if case.opened_at_ms >= from_ms]
