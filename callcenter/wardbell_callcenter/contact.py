"""A contact: an escalated call that looks for a person. A value; the store moves it."""

from dataclasses import dataclass

from wardbell_protocol.bus.centre_payloads import ContactState, ContactStatus
from wardbell_protocol.bus.payloads import CallState

NEW: ContactStatus = "new"
OFFERED: ContactStatus = "offered"
ACCEPTED: ContactStatus = "accepted"
WITHDRAWN: ContactStatus = "withdrawn"


@dataclass(frozen=True)
class Contact:
    """As it is stored. `version` grows with every change; a change names the version that it was made from."""

    contact_id: str
    step: int
    loop: int
    opened_at_ms: int
    call: CallState
    version: int = 1
    status: ContactStatus = NEW
    offered_to: tuple[str, ...] = ()
    accepted_by: str = ""
    accepted_at_ms: int | None = None
    withdrawn_at_ms: int | None = None
    withdrawn_reason: str = ""

    def state(self) -> ContactState:
        """What the bus is told."""
        call = self.call
        return ContactState(
            contact_id=self.contact_id,
            ward=call.ward,
            call_id=call.call_id,
            loop=self.loop,
            step=self.step,
            room=call.room,
            bed=call.bed,
            kind=call.kind,
            priority=call.priority,
            status=self.status,
            opened_at_ms=self.opened_at_ms,
            offered_to=list(self.offered_to),
            accepted_by=self.accepted_by,
            accepted_at_ms=self.accepted_at_ms,
            withdrawn_at_ms=self.withdrawn_at_ms,
            withdrawn_reason=self.withdrawn_reason,
            call_status=call.status,
            answered_by=answered_by(call),
        )


def answered_by(call: CallState) -> str:
    """Who in the ward has answered the call, or nothing while it rings."""
    if call.status == "placed":
        return ""
    return call.attended_by or call.acknowledged_by


def answered_at_ms(call: CallState) -> int | None:
    """When somebody in the ward last answered the call, or None while it rings."""
    if call.status == "placed":
        return None
    times = [at_ms for at_ms in (call.attended_at_ms, call.acknowledged_at_ms) if at_ms is not None]
    return max(times, default=None)


def how_cleared(call: CallState) -> str:
    """`cleared at the bed by 203-2`, for whoever had it on the screen."""
    by = f" by {call.cleared_by}" if call.cleared_by else ""
    return f"cleared at {call.cleared_where or 'the ward'}{by}"
