"""What travels on the bus: JSON, validated both ways, with a version. Host only (msgspec).

Times are UNIX ms of the sender. Unknown fields are ignored, so that a newer part may add some; a changed meaning takes a
new version, and a version that is not ours is refused.
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from wardbell_protocol.calls.call import Call
from wardbell_protocol.errors import DecodeError

# Texts go to terminals and displays, which obey control characters.
_PRINTABLE = r"^(?![\s\S]*[\u0000-\u001f\u007f-\u009f])"
# Larger numbers are no times or counts of ours; they would overflow calendars and databases. 2**53-1, JSON's own limit.
_MOST = 9_007_199_254_740_991
_LAST_MS = 253_370_764_800_000  # the year 9999 begins: the last that a calendar can show in every time zone

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=_PRINTABLE)]
Text = Annotated[str, Meta(max_length=256, pattern=_PRINTABLE)]
Ms = Annotated[int, Meta(ge=0, le=_LAST_MS)]
Count = Annotated[int, Meta(ge=0, le=_MOST)]
Seq = Annotated[int, Meta(ge=1, le=_MOST)]
Kind = Literal["code", "emergency", "bathroom", "staff_assist", "normal", "fault"]
Status = Literal["placed", "acknowledged", "attended", "cleared"]
CallEventKind = Literal["placed", "pressed_again", "acknowledged", "attended", "cleared", "raised_again"]


class Payload(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Root of all payloads."""

    v: Literal[1] = 1


class CallState(Payload, frozen=True, kw_only=True):
    """A call as its gateway knows it; the fields are those of calls/call.py, with its ward and priority."""

    ward: Name
    call_id: Name
    station_id: Name
    room: Text
    bed: Text
    kind: Kind
    detail: Text
    clear_at: list[Text]
    status: Status
    priority: int
    placed_at_ms: Ms
    raised_at_ms: Ms
    loop: Count
    presses: Count
    last_press_at_ms: Ms
    authenticated: bool = False  # whether a press of it was a verified frame; an older gateway does not say
    acknowledged_at_ms: Ms | None = None
    acknowledged_by: Text = ""
    attended_at_ms: Ms | None = None
    attended_by: Text = ""
    cleared_at_ms: Ms | None = None
    cleared_by: Text = ""
    cleared_where: Text = ""

    @classmethod
    def of(cls, ward: str, call: Call) -> "CallState":
        """The payload of a call of that ward."""
        return msgspec.convert(call.to_record() | {"ward": ward, "priority": call.priority}, cls)

    def to_call(self) -> Call:
        """The call itself, for the rules of wardbell_protocol.calls."""
        return Call.from_record(msgspec.structs.asdict(self))


class WardEvent(Payload, frozen=True, kw_only=True):
    """Something happened to a call. `seq` counts from 1 within the journal that `epoch` names."""

    epoch: Name
    seq: Seq
    at_ms: Ms
    kind: CallEventKind
    by: Text
    where: Text
    call: CallState


class StationInfo(Payload, frozen=True, kw_only=True):
    """One station of the ward."""

    station_id: Name
    room: Text
    bed: Text
    clear_at: list[Text]


class WardInfo(Payload, frozen=True, kw_only=True):
    """What a ward is: its name by language, its stations, and its policies by kind (calls/escalation.py records)."""

    ward: Name
    name: dict[Text, Text]
    stations: list[StationInfo]
    policies: dict[str, Any]


class WardSnapshot(Payload, frozen=True, kw_only=True):
    """All that a gateway knows, as of `seq`."""

    epoch: Name
    seq: Count
    at_ms: Ms
    ward: WardInfo
    calls: list[CallState]


class SnapshotRequest(Payload, frozen=True, kw_only=True):
    """Ask for a snapshot; the answer goes to the client's own topic."""

    reply_to: Name


class Command(Payload, frozen=True, kw_only=True):
    """A verb for an authority. The same `command_id` again is the same command: it is answered again and done once.

    To a ward: `acknowledge`, `attend`, `clear` and `history` with `call_id` (the reply to `history` carries its events);
    `test_start` with `rooms` (none: all) and `for_s`, `test_stop`; `self_test`.
    To the call centre: `step` with `call`, `step`, `step_name`, `loop`, `due_at_ms`; `history` with `contact_id`, and
    `after_seq` for what comes after that event (the reply is a CentreReply); `figures` (the same).
    About oneself: `sign_in` (`secret` where the house wants one), `sign_out`, `ready`, `not_ready` (`reason`, `for_s`).
    About a contact, with `contact_id`: `accept`, `refuse` (`reason`), `on_site`, `resolve` (`code`, `fields`, `text`),
    `hand_over` (`to`, `text`), `transfer` (`to`: an agent or a group; `text`), `release` (`reason`), `note` (`text`),
    `choose_resident` (`to`), `escalate`, `take_over` (`reason`), `join`; `open` with `fields` makes one that is no bed call.
    About an offer, with `offer_id`: `received`, said by the device, never by a person.
    Of a supervisor about `agent`, with `reason`: `force_ready`, `force_not_ready`, `force_sign_out`.
    About a station, with `to` as `ward/station`: `mute` (`for_s`, `reason`), `unmute`.
    `by` is the person, `reply_to` the client.
    """

    command_id: Name
    verb: Literal[
        "acknowledge",
        "attend",
        "clear",
        "history",
        "test_start",
        "test_stop",
        "self_test",
        "step",
        "figures",
        "sign_in",
        "sign_out",
        "ready",
        "not_ready",
        "accept",
        "refuse",
        "on_site",
        "resolve",
        "hand_over",
        "transfer",
        "release",
        "note",
        "choose_resident",
        "escalate",
        "take_over",
        "join",
        "open",
        "received",
        "force_ready",
        "force_not_ready",
        "force_sign_out",
        "mute",
        "unmute",
    ]
    by: Name
    reply_to: Name
    at_ms: Ms
    call_id: Text = ""
    contact_id: Text = ""
    step: Count = 0
    step_name: Text = ""
    loop: Count = 0
    due_at_ms: Ms = 0
    call: CallState | None = None
    rooms: list[Text] = []
    for_s: Count = 0
    after_seq: Count = 0
    offer_id: Text = ""
    agent: Text = ""
    to: Text = ""
    reason: Text = ""
    code: Text = ""
    fields: dict[Name, Text] = {}
    text: Annotated[str, Meta(max_length=4000)] = ""
    secret: Annotated[str, Meta(max_length=256)] = ""


class Reply(Payload, frozen=True, kw_only=True):
    """What became of a command: `reason` is for people where `ok` is false, and says who won a lost race."""

    command_id: Name
    ok: bool
    reason: Text = ""
    events: list[WardEvent] = []
    contact_id: Text = ""  # that `open` made or found


class Health(Payload, frozen=True, kw_only=True):
    """Whether a part is there and well. The broker says `offline` for it when its connection dies."""

    part: Literal["radio", "gateway", "console", "escalator", "callcenter"]
    name: Name
    state: Literal["online", "degraded", "offline"]
    at_ms: Ms
    faults: list[Text] = []
    # An authority says how far its events have come, so that a reader notices the loss of the last one in quiet hours. A
    # console, and the call centre in a ward's scope, say how far they follow the ward's.
    epoch: Text = ""
    seq: Count = 0


class Hearing(Payload, frozen=True, kw_only=True):
    """A press heard by another ear: the (ear, epoch, seq) makes it one however often it is delivered.

    Of a bare word it says `code`. Of a frame that the ear has verified it says `node_id`, `counter` and `event`, and
    `code` is empty; `words` are its copies.
    """

    ear: Name
    epoch: Name
    seq: Seq
    code: Annotated[str, Meta(pattern="^([0-9A-F]{6})?$")]
    words: Count
    t_us: Count
    at_ms: Ms
    node_id: Annotated[int, Meta(ge=0, le=0xFFFF)] | None = None
    counter: Annotated[int, Meta(ge=0, le=0xFFFFFF)] | None = None
    event: Annotated[int, Meta(ge=0, le=15)] | None = None
    battery: Annotated[int, Meta(ge=0, le=15)] | None = None

    def __post_init__(self) -> None:
        if bool(self.code) == (self.frame is not None):
            raise ValueError("give code, or node_id, counter and event")

    @property
    def frame(self) -> tuple[int, int, int] | None:
        """Node id, counter and event of a frame."""
        if self.node_id is None or self.counter is None or self.event is None:
            return None
        return self.node_id, self.counter, self.event


class Reception(Payload, frozen=True, kw_only=True):
    """How well a receiver of the gateway's heard a press or heartbeat of an enrolled station, said once it is over.

    `copies`: of its frame, or words; `quality`: 0..100 (spec/air.md).
    """

    at_ms: Ms
    ear: Name
    station_id: Name
    room: Text
    bed: Text
    signal: Text
    is_frame: bool
    copies: Count
    quality: Annotated[int, Meta(ge=0, le=100)]


P = TypeVar("P", bound=Payload)


def encode(payload: Payload) -> bytes:
    """JSON bytes of a payload."""
    return msgspec.json.encode(payload)


def decode(raw: bytes, kind: type[P]) -> P:
    """A payload of that kind.

    Raises:
        DecodeError: `reason` "payload"; the text names the field.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(str(error)) from error


class PayloadError(DecodeError):
    """A payload that is not what its topic says."""

    def __init__(self, text: str) -> None:
        super().__init__("payload")
        self.text = text

    def __str__(self) -> str:
        return self.text
