"""What happened to a contact, for whoever comes late: its time line in parts, and what one must know of it."""

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.house import House
from wardbell_callcenter.people.permissions import About, may, of_pop, person
from wardbell_callcenter.residents.pop import screen_pop
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.centre_payloads import CentreReply
from wardbell_protocol.bus.payloads import Command

PART_BYTES = 60_000  # of the time line in one reply: what waits for hours has thousands of events


def history(ledger: Ledger, house: House, command: Command) -> CentreReply:
    """The part of the time line behind `after_seq`; with the first one what an offer of the contact carries."""
    contact = ledger.contacts.get(command.contact_id)
    if contact is None:
        return CentreReply(command_id=command.command_id, ok=False, reason="no such contact")
    who, about = person(house, command.by), _about(ledger, contact)
    why = may(who, command.by, "timeline", about)
    if why:
        return CentreReply(command_id=command.command_id, ok=False, reason=why)
    told, more_after = ledger.events.part_of_contact(contact.contact_id, command.after_seq, PART_BYTES)
    is_told = not command.after_seq and not may(who, command.by, "residents", of_pop(about, contact.is_open))
    pop = screen_pop(ledger, house, contact, who) if is_told else None
    return CentreReply(
        command_id=command.command_id,
        ok=True,
        contact_id=contact.contact_id,
        time_line=told,
        more_after=more_after,
        pop=pop,
    )


def _about(ledger: Ledger, contact: Contact) -> About:
    """Whom it concerns, also when it is over."""
    contact_id = contact.contact_id
    has = {contact.accepted_by, contact.on_site_by, *ledger.events.joined(contact_id)} - {""}
    asked = ledger.offers.asked_of([contact_id]).get(contact_id, [])
    return About(frozenset({contact.ward} if contact.ward else ()), frozenset(has), frozenset(asked))
