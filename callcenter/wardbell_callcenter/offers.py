"""What happens to steps, contacts and operators: each function is part of one transaction, with its events."""

from dataclasses import replace

from wardbell_callcenter.contact import ACCEPTED, NEW, OFFERED, WITHDRAWN, Contact
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.centre_payloads import AgentState, StepTaken
from wardbell_protocol.bus.payloads import CallState
from wardbell_protocol.calls.escalation import CALL_CENTRE


def take_step(ledger: Ledger, step: StepTaken, call: CallState, taken_from: str) -> bool:
    """Store a step and what it does, unless it is there already; False when the call is over."""
    if ledger.step(step.call_id, step.step, step.loop) is not None:
        return True
    if ledger.is_closed(step.call_id):
        return False
    ledger.add_step(step, taken_from)
    ledger.record("step_taken", step.taken_at_ms, taken_from, step=step)
    if step.step_name == CALL_CENTRE:
        open_contact(ledger, step, call)
    return True


def open_contact(ledger: Ledger, step: StepTaken, call: CallState) -> None:
    """Open the contact of a step: one for each round.

    A later round's takes the place of the earlier ones, never the other way round.
    """
    others = ledger.contacts_of(call.call_id)
    if any(other.loop >= step.loop for other in others):
        return
    now_ms = step.taken_at_ms
    for other in others:
        if other.status != WITHDRAWN:
            withdraw(ledger, other, other, "superseded", now_ms)
    contact = Contact(ledger.next_contact_id(), step.step, step.loop, now_ms, call)
    ledger.add_contact(contact)
    ledger.record("opened", now_ms, contact=contact)
    signed_in = [operator.operator for operator in ledger.operators()]
    if signed_in:
        _offer(ledger, contact, signed_in, now_ms)


def _offer(ledger: Ledger, contact: Contact, operators: list[str], now_ms: int) -> None:
    _change(ledger, "offered", contact, replace(contact, status=OFFERED, offered_to=tuple(operators)), now_ms)


def withdraw(ledger: Ledger, latest: Contact, stored: Contact, reason: str, now_ms: int) -> None:
    """Take a contact from the screens; `latest` is `stored` with what was learnt of its call."""
    after = replace(latest, status=WITHDRAWN, withdrawn_at_ms=now_ms, withdrawn_reason=reason[:200])
    _change(ledger, "withdrawn", stored, after, now_ms)


def show_call(ledger: Ledger, contact: Contact, call: CallState, now_ms: int) -> None:
    """Show what became of the call in its ward.

    An answer there does not take the contact away: whoever acknowledged may need help, and the call is still lit.
    """
    after = replace(contact, call=call)
    if after.state() != contact.state():
        _change(ledger, "changed", contact, after, now_ms)


def _change(ledger: Ledger, kind: str, before: Contact, after: Contact, now_ms: int, by: str = "") -> None:
    after = replace(after, version=before.version + 1)
    ledger.change_contact(before, after)
    ledger.record(kind, now_ms, by, contact=after)


def accept(ledger: Ledger, contact_id: str, by: str, now_ms: int) -> str:
    """Give the contact to that operator; returns why not, or nothing."""
    if all(operator.operator != by for operator in ledger.operators()):
        return "sign in first"
    contact = ledger.contact(contact_id)
    if contact is None:
        return "no such contact"
    if ledger.accept(contact, by, now_ms):
        accepted = replace(contact, status=ACCEPTED, version=contact.version + 1, accepted_by=by, accepted_at_ms=now_ms)
        ledger.record("accepted", now_ms, by, contact=accepted)
        return ""
    return _why_not_accepted(ledger.contact(contact_id) or contact, by)


def _why_not_accepted(contact: Contact, by: str) -> str:
    if contact.status == WITHDRAWN:
        return contact.withdrawn_reason
    if contact.status == ACCEPTED:
        return "" if contact.accepted_by == by else f"already taken by {contact.accepted_by}"
    return "it changed while you accepted; accept again"


def sign_in(ledger: Ledger, operator: AgentState) -> None:
    """Have an operator at a seat, and offer him what waits. A second seat takes the place of the first."""
    present = {known.operator: known for known in ledger.operators()}
    known = present.get(operator.operator)
    if known is not None and known.seat == operator.seat:
        return
    ledger.put_operator(operator)
    ledger.record("signed_in", operator.signed_in_at_ms, operator.operator, operator=operator)
    for contact in ledger.open_contacts():
        if contact.status in (NEW, OFFERED) and operator.operator not in contact.offered_to:
            _offer(ledger, contact, [*contact.offered_to, operator.operator], operator.signed_in_at_ms)


def sign_out(ledger: Ledger, operator: str, by: str, now_ms: int) -> None:
    """Take an operator off; what was offered to nobody else waits for the next one. What he accepted stays his."""
    leaving = next((known for known in ledger.operators() if known.operator == operator), None)
    if leaving is None:
        return
    ledger.remove_operator(operator)
    ledger.record("signed_out", now_ms, by, operator=leaving)
    for contact in ledger.open_contacts():
        if contact.status == OFFERED and operator in contact.offered_to:
            rest = tuple(other for other in contact.offered_to if other != operator)
            after = replace(contact, status=OFFERED if rest else NEW, offered_to=rest)
            _change(ledger, "changed", contact, after, now_ms)
