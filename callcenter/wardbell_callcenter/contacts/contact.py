"""A contact: something that looks for a person. A value with its transitions; the store moves it, by its version."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wardbell_callcenter.house import Policy
from wardbell_protocol.bus.centre_payloads import ContactKind, ContactState, ContactStatus
from wardbell_protocol.bus.payloads import CallState
from wardbell_protocol.errors import WardbellError

if TYPE_CHECKING:
    from wardbell_callcenter.clock import Now

WAITING: tuple[ContactStatus, ...] = ("new", "offered")
TAKEN: tuple[ContactStatus, ...] = ("accepted", "on_site")
CLOSED: tuple[ContactStatus, ...] = ("resolved", "cleared_at_bed", "handed_over")
LONGEST_KEY = 200  # as the database keeps it

# Forward, except the way back into the queue. Whoever never pressed "on site" may resolve and hand over all the same, and a
# clear at the bed ends it wherever it stands.
_MOVES: dict[ContactStatus, tuple[ContactStatus, ...]] = {
    "new": ("new", "offered", "accepted", *CLOSED),
    "offered": ("new", "offered", "accepted", *CLOSED),
    "accepted": ("new", "accepted", "on_site", *CLOSED),
    "on_site": ("new", "on_site", "accepted", *CLOSED),
    "resolved": (),
    "cleared_at_bed": (),
    "handed_over": (),
}
_REASON_LENGTH = 256


class MoveError(WardbellError):
    """A contact cannot come from that state into this one."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """As it is stored; the columns of `contacts` say what each field means."""

    contact_id: str
    kind: ContactKind
    dedup_key: str
    priority: int
    policy: Policy
    round_steady_ms: int
    step_planned_steady_ms: int
    pressed_at_ms: int
    opened_at_ms: int
    opened_steady_ms: int | None = None
    state: ContactStatus = "new"
    version: int = 1
    ward: str = ""
    station_id: str = ""
    room: str = ""
    bed: str = ""
    call_kind: str = ""
    subject: str = ""
    resident_id: str = ""
    repeats: int = 0
    step: int = -1
    loop: int = 0
    round_loop: int = 0
    call_id: str = ""
    call: CallState | None = None
    fields: dict[str, str] = field(default_factory=dict)
    incident_id: str = ""
    offered_at_ms: int | None = None
    received_at_ms: int | None = None
    accepted_at_ms: int | None = None
    accepted_steady_ms: int | None = None
    accepted_by: str = ""
    on_site_at_ms: int | None = None
    on_site_by: str = ""
    closed_at_ms: int | None = None
    closed_by: str = ""
    closed_reason: str = ""
    wrap_up_code: str = ""
    returns: int = 0
    highest_step: int = -1

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state not in CLOSED

    @property
    def is_waiting(self) -> bool:
        """Whether it still looks for a person."""
        return self.state in WAITING

    @property
    def is_taken(self) -> bool:
        """Whether somebody has it."""
        return self.state in TAKEN

    def moved(self, state: ContactStatus, **changes: object) -> "Contact":
        """The next version, in that state.

        Raises:
            MoveError: there is no way from here to there.
        """
        if state not in _MOVES[self.state]:
            raise MoveError(f"{self.contact_id} is {self.state} and cannot become {state}")
        return replace(self, state=state, version=self.version + 1, **changes)  # type: ignore[arg-type]

    def changed(self, **changes: object) -> "Contact":
        """The next version, in the same state."""
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]

    @property
    def is_repeat(self) -> bool:
        """Whether the newest step that was fired is the last one once more."""
        return self.loop > self.round_loop

    def fired(self, step: int, loop: int, planned_steady_ms: int) -> "Contact":
        """A step has been fired."""
        highest = max(self.highest_step, step)
        return self.changed(step=step, loop=loop, step_planned_steady_ms=planned_steady_ms, highest_step=highest)

    def accepted(self, by: str, now: "Now") -> "Contact":
        """Somebody has it."""
        return self.moved(
            "accepted",
            accepted_by=by,
            accepted_at_ms=now.wall_ms,
            accepted_steady_ms=now.steady_ms,
            on_site_by="",
            on_site_at_ms=None,
        )

    def on_site(self, by: str, now_ms: int) -> "Contact":
        """Somebody is at the bed."""
        return self.moved("on_site", on_site_by=by, on_site_at_ms=now_ms)

    def queued_again(self, planned_steady_ms: int, returns: int = 1) -> "Contact":
        """Back in the queue, where a new round begins with the first step. `returns`: for how many returns that counts."""
        return self.moved(
            "new",
            returns=self.returns + returns,
            step=-1,
            loop=self.loop + 1,
            round_loop=self.loop + 1,
            round_steady_ms=planned_steady_ms,
            step_planned_steady_ms=planned_steady_ms,
            accepted_by="",
            accepted_at_ms=None,
            accepted_steady_ms=None,
            on_site_by="",
            on_site_at_ms=None,
        )

    def closed(self, state: ContactStatus, by: str, reason: str, now_ms: int, code: str = "") -> "Contact":
        """It is over: nobody has to do anything any more."""
        return self.moved(
            state, closed_at_ms=now_ms, closed_by=by, closed_reason=reason[:_REASON_LENGTH], wrap_up_code=code
        )

    def to_state(self, offered_to: Sequence[str] = (), next_step_at_ms: int | None = None) -> ContactState:
        """What the bus is told; who is asked now and when the next step comes is in other tables."""
        call = self.call
        return ContactState(
            contact_id=self.contact_id,
            kind=self.kind,
            status=self.state,
            priority=self.priority,
            ward=self.ward,
            room=self.room,
            bed=self.bed,
            call_kind=self.call_kind,
            subject=self.subject,
            call_id=self.call_id,
            loop=self.loop,
            step=self.step,
            repeats=self.repeats,
            returns=self.returns,
            resident_id=self.resident_id,
            incident_id=self.incident_id,
            pressed_at_ms=self.pressed_at_ms,
            opened_at_ms=self.opened_at_ms,
            offered_to=list(offered_to),
            offered_at_ms=self.offered_at_ms,
            next_step_at_ms=next_step_at_ms,
            accepted_by=self.accepted_by,
            accepted_at_ms=self.accepted_at_ms,
            on_site_by=self.on_site_by,
            on_site_at_ms=self.on_site_at_ms,
            closed_by=self.closed_by,
            closed_at_ms=self.closed_at_ms,
            closed_reason=self.closed_reason,
            wrap_up_code=self.wrap_up_code,
            fields=self.fields,
            call_status=call.status if call is not None else "",
            answered_by=answered_by(call) if call is not None else "",
        )


def place_key(ward: str, station_id: str, room: str, bed: str, kind: str) -> str:
    """What is the same contact while it is open: the station where there is one, else room and bed, and the kind of call."""
    key = f"{ward}/{station_id or f'{room}-{bed}'}/{kind}"
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()  # what differs only far behind is another contact all the same
    return f"{key[: LONGEST_KEY - len(digest)]}{digest}"


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
