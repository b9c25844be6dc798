"""All that the call centre has open, for whoever comes late."""

from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import House, by_language
from wardbell_callcenter.people import presence
from wardbell_callcenter.people.permissions import person, rights
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.centre_payloads import CentreSnapshot, CodeForm


def snapshot(ledger: Ledger, house: House, now: Now, client: str = "") -> CentreSnapshot:
    """As of the last event, for that client."""
    epoch, seq = ledger.position()
    agents = presence.states(ledger, now)
    here = next((agent.agent for agent in agents if client and agent.seat == client), "")
    who = person(house, here) if here else None
    return CentreSnapshot(
        epoch=epoch,
        seq=seq,
        at_ms=now.wall_ms,
        contacts=list(ledger.states(ledger.contacts.open(), now).values()),
        agents=agents,
        steps=ledger.steps.open(),
        incidents=ledger.incidents.states(),
        offers=[offer.to_state() for offer in ledger.offers.live()],
        codes={name: by_language(code.name) for name, code in house.codes.items()},
        reasons={name: by_language(words) for name, words in house.reasons.items()},
        forms={
            name: CodeForm(kinds=list(code.kinds), fields=list(code.fields), required=list(code.required))
            for name, code in house.codes.items()
            if code.kinds or code.fields or code.required
        },
        groups=sorted(house.groups),
        rights=rights(who) if who is not None else None,
    )
