"""How a contact leaves those who are asked for it, and the one who has it."""

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine import stepping
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.people import presence
from wardbell_callcenter.store.offer_rows import Offer
from wardbell_protocol.bus.centre_payloads import AgentStatus, ContactStatus


def withdraw_all(turn: Turn, contact: Contact, told: str, but: str = "") -> None:
    """All who are being asked hear that it is over; for `but` it was his own answer that ended it."""
    for offer in turn.live_of(contact.contact_id):
        turn.end_offer(offer, "withdrawn", told, told="" if offer.target == but and offer.medium == "seat" else told)


def let_go(turn: Turn, name: str, by: str, wrap_up_s: int = 0) -> None:
    """It is no longer his; call it when the contact says so."""
    if not name:
        return
    turn.of_people(lambda: presence.contact_over(turn.ledger, name, wrap_up_s, turn.now, by))
    if name not in turn.agents:  # he had waited for its end to go
        take_back(turn, name, "signed_out")


def take_back(turn: Turn, name: str, state: AgentStatus) -> None:
    """What rings for somebody who cannot be asked any more rings for others. `turn` has to be stored."""
    for offer in turn.ledger.offers.live_for(name):
        contact = turn.contact(offer.contact_id)
        if contact is not None:
            _take_back(turn, contact, offer, state)


def _take_back(turn: Turn, contact: Contact, offer: Offer, state: AgentStatus) -> None:
    """Not ready is his no, which holds for this loop. Whoever is gone said nothing, and is asked as soon as he is back."""
    turn.load_offers([contact.contact_id])
    told = state.replace("_", " ")
    if state == "not_ready":
        after = turn.end_offer(offer, "refused", told, told=told)
        turn.ledger.record("refused", turn.now, by=offer.target, reason=told, contact=contact, offer=after)
    else:
        turn.end_offer(offer, "withdrawn", told, told=told)
        turn.ledger.record("changed", turn.now, by=offer.target, reason=told, contact=contact)
    turn.to_ask.add(contact.contact_id)


def back_to_queue(
    turn: Turn, contact: Contact, reason: str, planned_steady_ms: int, by: str = "", text: str = ""
) -> Contact:
    """Whoever has it has it no longer, and a new round begins."""
    had_by = contact.accepted_by
    turn.drop_timers(contact.contact_id)
    contact = turn.change(contact.queued_again(planned_steady_ms))
    turn.ledger.record("returned", turn.now, by=by or had_by, reason=reason, text=text, contact=contact)
    contact = stepping.begin_round(turn, contact)
    let_go(turn, had_by, by or had_by)
    return contact


def close(
    turn: Turn,
    contact: Contact,
    state: ContactStatus,
    by: str,
    reason: str,
    code: str = "",
    text: str = "",
    wrap_up_s: int = 0,
) -> Contact:
    """It is over, wherever it stood."""
    had_by = contact.accepted_by if contact.is_taken else ""
    contact = turn.change(contact.closed(state, by, reason, turn.now.wall_ms, code))
    withdraw_all(turn, contact, reason or state, but=by)
    turn.drop_timers(contact.contact_id)
    turn.ledger.record(state, turn.now, by=by, reason=reason, text=text, contact=contact)
    let_go(turn, had_by, by, wrap_up_s)
    return contact
