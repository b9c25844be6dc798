"""What is sent to the API and what it answers, where the bus has no payload for it. Parameters of paths and queries."""

from typing import Annotated, Literal

from litestar.params import HeaderParameter, PathParameter, QueryParameter
from msgspec import Meta, Struct

from wardbell_protocol.bus.centre_payloads import AgentState, ContactState, LongText
from wardbell_protocol.bus.payloads import Count, Ms, Name, Text

_NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"
PathName = Annotated[str, PathParameter(min_length=1, max_length=64, pattern=_NO_CONTROLS)]
QueryName = Annotated[str, QueryParameter(max_length=64, pattern=_NO_CONTROLS)]
Key = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=128,
        pattern=r"^[\x20-\x7e]*$",
        description="the same again within a day is the same request: done once, answered again",
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="at most so many")]
Why = Annotated[str, Meta(min_length=1, max_length=256, pattern=_NO_CONTROLS)]
Fields = Annotated[dict[Name, Text], Meta(max_length=64)]  # they go with each event and each offer
Seconds = Annotated[int, Meta(ge=0, le=86_400)]


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Root of what is sent: a slip of the pen is refused, not passed over."""


class Refusal(Body, frozen=True, kw_only=True):
    """Why not; may be empty."""

    reason: Text = ""


class Reason(Body, frozen=True, kw_only=True):
    """Why; others will read it."""

    reason: Why


class Resolution(Body, frozen=True, kw_only=True):
    """How it ended: a wrap-up code of the house, and the fields that it asks for, at most 64."""

    code: Text = ""
    fields: Fields = {}
    text: LongText = ""


class Passing(Body, frozen=True, kw_only=True):
    """To whom it goes. `to` of a transfer: an agent or a group; of a hand-over: whoever takes it outside."""

    to: Name
    text: LongText = ""


class Remark(Body, frozen=True, kw_only=True):
    """A note."""

    text: Annotated[LongText, Meta(min_length=1)]


class Choice(Body, frozen=True, kw_only=True):
    """Which of the room's residents it is."""

    resident_id: Name


class Opening(Body, frozen=True, kw_only=True):
    """A contact that is no bed call; with at most 64 fields."""

    kind: Literal["family_call", "message", "web_request", "technical"]
    subject: Why
    ward: Text = ""
    room: Text = ""
    bed: Text = ""
    fields: Fields = {}


class Absence(Body, frozen=True, kw_only=True):
    """Not ready: why, and for how long; 0: as long as the house says."""

    reason: Text = ""
    for_s: Seconds = 0


class ForcedAbsence(Body, frozen=True, kw_only=True):
    """Why somebody is not to be asked, and for how long; 0: as long as the house says."""

    reason: Why
    for_s: Seconds = 0


class Arrival(Body, frozen=True, kw_only=True):
    """Signing in; `secret` where the house's document has one for this person."""

    secret: Annotated[str, Meta(max_length=256)] = ""


class SignIn(Body, frozen=True, kw_only=True):
    """Who, and his secret."""

    name: Name
    secret: Annotated[str, Meta(min_length=1, max_length=256)]


class Muting(Body, frozen=True, kw_only=True):
    """For how long, and why."""

    for_s: Annotated[int, Meta(ge=1, le=86_400)]
    reason: Why


class Session(Struct, frozen=True, kw_only=True):
    """A token for a shift. It is said once."""

    token: str
    until_ms: Ms


class Me(Struct, frozen=True, kw_only=True):
    """Whose token it is, what he may, and what he does now."""

    name: Name
    role: str
    level: str
    wards: list[Name]
    state: AgentState


class Contacts(Struct, frozen=True, kw_only=True):
    """A page, newest first. `next`: what to send as `after` for the one behind it; empty: there is none."""

    contacts: list[ContactState]
    next: str = ""


class HealthState(Struct, frozen=True, kw_only=True):
    """Whether this engine leads; the last event's number shows that it works."""

    state: Literal["leading", "standing by"]
    at_ms: Ms
    epoch: str
    seq: Count


class Beat(Struct, frozen=True, kw_only=True):
    """On a quiet stream: it is alive, and has told all events up to `seq` that this listener may see."""

    kind: Literal["beat"] = "beat"
    seq: Count
    at_ms: Ms
