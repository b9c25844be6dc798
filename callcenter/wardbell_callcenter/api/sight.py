"""What a contact, an agent or an event is about, as the rules of people/permissions.py ask: pure."""

from collections.abc import Iterable

from wardbell_callcenter.contacts.sought import Sought
from wardbell_callcenter.house import Agent, House
from wardbell_callcenter.people.permissions import About, may
from wardbell_protocol.bus.centre_payloads import CentreEvent, ContactState


def _names(*names: str) -> frozenset[str]:
    return frozenset(name for name in names if name)


def of_ward(ward: str) -> About:
    """Something of that ward's; of none: everybody's."""
    return About(wards=_names(ward))


def of_resident(ward: str, key_carer: str) -> About:
    """A resident: he belongs to his ward, and to whoever cares for him first."""
    return About(_names(ward), held_by=_names(key_carer))


def of_contact(contact: ContactState, others: Iterable[str] = ()) -> About:
    """A contact. `others`: whom it concerns besides: who has joined it, whom an offer of it was made to."""
    held_by = _names(contact.accepted_by, contact.on_site_by)
    return About(_names(contact.ward), held_by, _names(*contact.offered_to, *others))


def of_agent(house: House, name: str) -> About:
    """A colleague: he belongs to the wards that he serves."""
    agent = house.agents.get(name)
    return About(frozenset(agent.wards if agent else ()), frozenset({name}))


def sought_by(name: str, who: Agent, is_mine: bool) -> Sought:
    """All contacts that he may see, or only his own."""
    wards = frozenset(who.wards) if who.level == "ward" and who.wards else None
    return Sought(name, wards, is_own=is_mine or who.level == "carer")


class Sight:
    """Which events one listener is told.

    Whoever was told of a contact is told what becomes of it, also when he is no longer asked for it: else it would stay on
    his screen.

    Args:
        known: contacts that he knows of already.
    """

    def __init__(self, name: str, who: Agent, house: House, known: frozenset[str] = frozenset()) -> None:
        self._name = name
        self._who = who
        self._house = house
        self._known = set(known)

    @property
    def who(self) -> Agent:
        """What the house says of the listener."""
        return self._who

    def changed(self, house: House) -> "Sight":
        """The same listener, of whose colleagues the house says something else."""
        return Sight(self._name, self._who, house, frozenset(self._known))

    def sees(self, event: CentreEvent) -> bool:
        """Whether he is told of it."""
        if event.contact is not None:
            return self._sees_contact(event.contact)
        if event.agent is not None:
            return self._may("agents", of_agent(self._house, event.agent.agent))
        if event.offer is not None:
            return self._may("contacts", About(asked=_names(event.offer.target)))
        if event.step is not None:
            return self._may("contacts", of_ward(event.step.ward))
        if event.incident is not None:
            return self._may("incidents", of_ward(event.incident.ward))
        return self._may("mutes", of_ward(event.text.partition("/")[0]))

    def _sees_contact(self, contact: ContactState) -> bool:
        is_seen = contact.contact_id in self._known or self._may("contacts", of_contact(contact))
        if is_seen:
            self._known.add(contact.contact_id)
        if contact.closed_at_ms is not None:
            self._known.discard(contact.contact_id)
        return is_seen

    def _may(self, function: str, about: About) -> bool:
        return not may(self._who, self._name, function, about)
