"""What the router is told: its values, filled from a turn's rows."""

from collections.abc import Iterable
from dataclasses import replace
from zlib import crc32

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.contacts.priority import is_emergency
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.house import House, Step
from wardbell_callcenter.routing.facts import AgentFacts, ContactFacts, History, PastOffer
from wardbell_protocol.calls.signals import KINDS

ROSTER = "roster:"
TURNS_MS = 24 * 3600 * 1000  # a round robin goes back that far


class Crew:
    """Everybody who is signed in, as the router sees them; counts what a turn asks of each while it goes on."""

    def __init__(self, turn: Turn) -> None:
        turn.store()  # what an agent has on his hands is counted in the database
        self._turn = turn
        self._duty: dict[str, frozenset[str]] = {}
        ledger, agents = turn.ledger, turn.agents
        live, held = ledger.agents.live_offers(agents), ledger.contacts.taken_by(agents)
        self._facts = turn.faces.of(turn.house, agents, live, held)

    def asked(self, name: str) -> None:
        """One more offer rings for him."""
        facts = self._facts[name]
        self._facts[name] = replace(facts, live_offers=facts.live_offers + 1)

    def of(self, step: Step) -> Iterable[AgentFacts]:
        """Everybody, with the rosters that the step names."""
        names = [word.removeprefix(ROSTER) for word in step.to if word.startswith(ROSTER)]
        if not names:
            return self._facts.values()
        return [
            replace(facts, rosters=frozenset(name for name in names if facts.name in self._on_duty(name)))
            for facts in self._facts.values()
        ]

    def _on_duty(self, roster: str) -> frozenset[str]:
        if roster not in self._duty:
            self._duty[roster] = frozenset(self._turn.on_duty(roster))
        return self._duty[roster]


def contact_facts(turn: Turn, contact: Contact, step: Step) -> ContactFacts:
    """The contact at the step that was fired last."""
    house, last = turn.house, len(contact.policy.steps) - 1
    is_carer_asked = step.strategy == "familiar" or "key_carer" in step.to
    resident = turn.resident_of(contact) if is_carer_asked else None
    return ContactFacts(
        contact_id=contact.contact_id,
        ward=contact.ward,
        building=building_of(house, contact.ward),
        priority=contact.priority,
        is_emergency=is_emergency(contact.call_kind),
        key_carer=resident.key_carer if resident is not None else "",
        step=contact.step,
        loop=contact.loop,
        is_last=contact.step == last,
        is_repeat=contact.is_repeat,
        stepped_at_ms=contact.step_planned_steady_ms,
        offers_at_once=house.limits.offers_at_once,
        rings_at_once=house.limits.rings_at_once,
    )


def building_of(house: House, ward: str) -> frozenset[str]:
    """All wards of that ward's building; a ward of none is alone."""
    building = house.wards[ward].building if ward in house.wards else ""
    same = (name for name, other in house.wards.items() if building and other.building == building)
    return frozenset((ward, *same))


def history(turn: Turn, contact: Contact, step: Step) -> History:
    """What the step's strategy looks back on; no more is read."""
    carers: tuple[str, ...] = ()
    if step.strategy == "most_recent":
        carers = turn.ledger.contacts.carers_of(places_kinds(contact.dedup_key))
    turns: tuple[str, ...] = ()
    if step.strategy == "round_robin":
        turns = turn.ledger.offers.turns_of(contact.kind, contact.call_kind, contact.step, turn.now.wall_ms - TURNS_MS)
    past = [
        PastOffer(target=offer.target, step=offer.step, loop=offer.loop, status=offer.state)
        for offer in turn.offers_of(contact.contact_id)
    ]
    return History(offers=tuple(past), carers=carers, turns=turns)


def places_kinds(dedup_key: str) -> list[str]:
    """The keys of all kinds of call of that place."""
    place, _, kind = dedup_key.rpartition("/")
    return [f"{place}/{other}" for other in dict.fromkeys((kind, *KINDS))]


def seed_of(contact: Contact) -> int:
    """The same for the same step, whichever engine asks."""
    return crc32(f"{contact.contact_id} {contact.step} {contact.loop}".encode())
