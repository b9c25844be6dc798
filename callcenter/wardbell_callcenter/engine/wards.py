"""What wards and contacts tell each other: a call's news on the contact, the contact's answer at the bed."""

from typing import Literal

from wardbell_callcenter.contacts.contact import Contact, answered_at_ms, answered_by, how_cleared
from wardbell_callcenter.engine import leaving, limits, opening, stepping
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.ports.ward import ward_command
from wardbell_callcenter.store.delivery_rows import Delivery, new_delivery_id
from wardbell_protocol.bus.payloads import CallState

OURSELVES = "callcenter"
NO_LONGER_OPEN = "no longer open in the ward"


def show_call(turn: Turn, contact: Contact, call: CallState) -> None:
    """The ward shows its call so now.

    An answer there does not take the contact away: whoever acknowledged may need help, and the call is still lit. Its steps
    wait for him as long as they would for an agent. Nor does a press more take it from whoever has it: he may be at the
    door, and somebody who waits presses often. Once presence shows at the bed, he need not say that he has come.
    """
    before, contact = contact, turn.change(contact.changed(call=call))
    if call.status == "cleared":
        leaving.close(turn, contact, "cleared_at_bed", call.cleared_by, how_cleared(call))
        return
    presses = 0 if before.call is None else call.presses - before.call.presses
    if presses > 0:
        contact = opening.again(turn, contact, presses)
    elif before.to_state() != contact.to_state():
        turn.ledger.record("changed", turn.now, contact=contact)
    if contact.state == "accepted" and _has_come(turn, before, call):
        arrive(turn, contact, contact.accepted_by, f"presence in the ward: {call.attended_by}")
    if not contact.is_waiting:
        return
    is_called_from_bed = presses > 0 and call.status == "attended"  # whoever is there wants help, or was never there
    was_at_ms = None if before.call is None else answered_at_ms(before.call)
    if answered_at_ms(call) is None or is_called_from_bed:
        stepping.go_on(turn, contact)
    elif answered_at_ms(call) != was_at_ms and not _was_ours(turn, contact, answered_by(call)):
        stepping.hold(turn, contact)


def _has_come(turn: Turn, contact: Contact, call: CallState) -> bool:
    """Whether somebody is at the bed now; that one who has it no more was there, come back late, says nothing of that."""
    is_news = call.status == "attended" and (contact.call is None or contact.call.status != "attended")
    return is_news and (call.attended_by == contact.accepted_by or not _was_ours(turn, contact, call.attended_by))


def _was_ours(turn: Turn, contact: Contact, name: str) -> bool:
    """Whether that is our own word, come back late: he had accepted it here, and has it no more."""
    told = turn.ledger.events.of_contact(contact.contact_id)
    return any(event.kind == "accepted" and event.by == name for event in told)


def arrive(turn: Turn, contact: Contact, name: str, reason: str = "") -> None:
    """Whoever has it is there."""
    contact = turn.change(contact.on_site(name, turn.now.wall_ms))
    turn.ledger.record("on_site", turn.now, by=name, reason=reason, contact=contact)
    turn.drop_timers(contact.contact_id)
    limits.set_limit(turn, contact)
    tell(turn, contact, "attend", name)


def is_gone(turn: Turn, contact: Contact) -> None:
    """The ward, heard without a gap, does not show the call any more."""
    leaving.close(turn, contact, "cleared_at_bed", "", NO_LONGER_OPEN)


def tell(turn: Turn, contact: Contact, verb: Literal["acknowledge", "attend"], by: str) -> None:
    """Whoever answers here has answered in the ward too; a call that shows that already is left alone."""
    call = contact.call
    if call is None or not contact.policy.tell_ward:
        return
    if call.status == "attended" or (call.status, verb) == ("acknowledged", "acknowledge"):
        return
    delivery_id, now = new_delivery_id(), turn.now
    payload = ward_command(delivery_id, verb, call.call_id, by, now.wall_ms, OURSELVES)
    at = (now.wall_ms, now.steady_ms)
    turn.ledger.deliveries.add(
        Delivery(delivery_id, "ward", "ward", call.ward, payload, *at, priority=contact.priority)
    )
