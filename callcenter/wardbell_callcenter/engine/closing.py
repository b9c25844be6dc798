"""How people end contacts: resolved with a code, or handed over to somebody outside."""

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.contacts.wrap_up import why_not
from wardbell_callcenter.engine import leaving
from wardbell_callcenter.engine.turn import Turn
from wardbell_protocol.bus.payloads import Command


def resolve(turn: Turn, contact: Contact, command: Command) -> str:
    """It is done, and summed up by one of the house's codes where it has any."""
    if not contact.is_open:
        return "" if contact.state == "resolved" and contact.closed_by == command.by else f"it is over: {contact.state}"
    fields = {**contact.fields, **command.fields}
    wrong = why_not(turn.house, contact.kind, contact.call_kind, command.code, fields)
    if wrong:
        return wrong
    contact = turn.change(contact.changed(fields=fields))
    wrap_up_s = turn.house.limits.wrap_up_s
    leaving.close(
        turn, contact, "resolved", command.by, command.reason, command.code, command.text, wrap_up_s=wrap_up_s
    )
    return ""


def hand_over(turn: Turn, contact: Contact, command: Command) -> str:
    """Somebody outside the call centre has it now."""
    if not contact.is_open:
        return (
            "" if contact.state == "handed_over" and contact.closed_by == command.by else f"it is over: {contact.state}"
        )
    if not command.to:
        return "to whom?"
    wrap_up_s = turn.house.limits.wrap_up_s
    leaving.close(turn, contact, "handed_over", command.by, f"to {command.to}", text=command.text, wrap_up_s=wrap_up_s)
    return ""
