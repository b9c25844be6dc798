"""The messages of the serial link: small JSON objects whose "t" names the kind. Times are ms of the sender's
clock (HELLO carries it).

Receiver to host: press, press_end, frame, frame_end, unknown_node, ack, clear, fault, air, status. Host to
receiver: station, stations, reraise, call, calls, health. Field by field: protocol/spec/link.md.
"""

import json

from wardbell_protocol.errors import EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.call import Call

UNKNOWN = "unknown"  # stands for a whole frame whose message is not one of these

# kind -> field -> type. Every field is required but those of OPTIONAL; a list's or dict's insides are checked by whoever
# uses them.
MESSAGES: "dict[str, dict[str, type]]" = {
    # A press was taken (two words agreed); `code` is 24 bits, `at` when its first word began.
    "press": {"code": int, "words": int, "t_us": int, "at": int},
    # The same press is over: final count of words and time of the last.
    "press_end": {"code": int, "words": int, "t_us": int, "at": int, "end": int},
    # The same for a press of a node with a key, whose tag was verified; `event` is D0..D3 as bits.
    "frame": {"node": int, "counter": int, "event": int, "battery": int, "copies": int, "at": int},
    "frame_end": {"node": int, "counter": int, "event": int, "battery": int, "copies": int, "at": int, "end": int},
    # Frames of a node that nobody enrolled: three at least within a minute.
    "unknown_node": {"node": int, "at": int},
    # The acknowledge key, for the call it was showing; held where that is allowed, it clears.
    "ack": {"station": str, "kind": str, "detail": str, "at": int},
    "clear": {"station": str, "kind": str, "detail": str, "at": int},
    # What the receiver itself finds wrong with a part, or finds right again.
    "fault": {"part": str, "detail": str, "on": bool, "at": int},
    # How the ear is: why it is blind (else empty); edges a second and percent of marks in the last second; usual edges.
    "air": {"blind": str, "edges": int, "marks": int, "normal": int, "at": int},
    # Radio statistics since start: rejected air by reason, words taken, messages dropped.
    "status": {"at": int, "rejects": dict, "words": int, "dropped": int},
    # One station of the ward's table, then their number: the table is complete and may be kept.
    "station": {"id": str, "room": str, "bed": str, "address": str, "codes": dict, "clear_at": list},
    "stations": {"n": int},
    # Re-raise seconds by kind of call: [acknowledged, attended].
    "reraise": {"by_kind": dict},
    # One call as the gateway knows it; `age` ms since it was placed, `since` ms since its present status began.
    # `seen` = the newest of our messages that this already accounts for.
    "call": {
        "station": str,
        "kind": str,
        "detail": str,
        "room": str,
        "bed": str,
        "status": str,
        "age": int,
        "since": int,
        "presses": int,
        "by": str,
        "clear_at": list,
        "seen": int,
    },
    # All open calls were sent, `n` of them: whatever else is on the display is stale, unless it is newer than `seen`.
    "calls": {"n": int, "seen": int},
    # Whether all that stands behind the gateway is well, and the short word for what is not.
    "health": {"ok": bool, "text": str},
}

# What an older end does not say, and what only some say: checked where it is there.
OPTIONAL: "dict[str, dict[str, type]]" = {
    "press": {"quality": int},  # how well it was heard, 0..100
    "press_end": {"quality": int},
    "frame": {"quality": int, "mark": str},  # of the key that tagged it (air/key_mark.py)
    "frame_end": {"quality": int},
    "station": {"node_id": int, "key": str},  # of a station that sends authenticated frames
    "call": {"auth": bool},
}


def call_message(call: "Call", by: str, now_ms: int, seen: int) -> "dict[str, object]":
    """One call as the link says it: `by` who answered it, `now_ms` on the clock of the call's times, `seen` as in MESSAGES."""
    return {
        "t": "call",
        "station": call.station_id,
        "kind": call.kind,
        "detail": call.detail,
        "room": call.room,
        "bed": call.bed,
        "status": call.status,
        "age": max(0, now_ms - call.placed_at_ms),
        "since": max(0, now_ms - call.status_since_ms),
        "presses": call.presses,
        "auth": call.authenticated,
        "by": by,
        "clear_at": list(call.clear_at),
        "seen": seen,
    }


def encode_message(message: "dict[str, object]") -> bytes:
    """A message as it travels: JSON without blanks."""
    return json.dumps(message, separators=(",", ":")).encode()


def check_message(message: object) -> None:
    """Raise EncodeError, saying what is wrong, unless `message` is one of MESSAGES."""
    if not isinstance(message, dict):
        raise EncodeError("link message is not an object")
    kind_name = message.get("t")
    fields = MESSAGES.get(kind_name) if isinstance(kind_name, str) else None
    if fields is None:
        raise EncodeError(f"link message of unknown kind {kind_name!r}")
    for name, kind in fields.items():
        _check_field(message, name, kind)
    for name, kind in OPTIONAL.get(str(kind_name), {}).items():
        if name in message:
            _check_field(message, name, kind)


def _check_field(message: "dict[str, object]", name: str, kind: type) -> None:
    value = message.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise EncodeError(f"link message {message['t']}: {name} must be {kind.__name__}")
