"""What the gateway says to a receiver, in the words of wardbell_protocol.link."""

import json

from wardbell_protocol.calls.call import ATTENDED, Call
from wardbell_protocol.calls.escalation import EscalationPolicy
from wardbell_protocol.calls.station import Station
from wardbell_protocol.link import messages
from wardbell_protocol.link.frame import MAX_BODY

Message = dict[str, object]

_SEQ_BYTES = 4
_MAX_BY = 16  # columns of the display's line
_MAX_BY_BYTES = (
    50  # as JSON, where a Chinese character takes 6; a longer name could make the message too long to be sent
)


def fits_the_link(message: Message) -> bool:
    """Whether it can travel in one frame."""
    return len(messages.encode_message(message)) + _SEQ_BYTES <= MAX_BODY


def station_message(station: Station) -> Message:
    """One row of the receiver's table, the station's key with it: for a receiver's line and nothing else."""
    message: Message = {
        "t": "station",
        "id": station.station_id,
        "room": station.room,
        "bed": station.bed,
        "address": station.address,
        "codes": dict(station.codes),
        "clear_at": list(station.clear_at),
    }
    return message | {"node_id": station.node_id, "key": station.key} if station.key else message


def table_messages(stations: list[Station], policies: dict[str, EscalationPolicy]) -> list[Message]:
    """The whole table, its end, and the re-raise times."""
    rows = [station_message(station) for station in stations]
    return [*rows, {"t": "stations", "n": len(stations)}, {"t": "reraise", "by_kind": reraise_times(policies)}]


def reraise_times(policies: dict[str, EscalationPolicy]) -> dict[str, list[int]]:
    """When a call rings again, in seconds by kind: acknowledged, attended."""
    return {kind: [policy.reraise_s, policy.reraise_attended_s] for kind, policy in policies.items()}


def call_message(call: Call, now_ms: int, seen: int) -> Message:
    """One call; `seen` is the newest message of the receiver that it accounts for."""
    by = call.attended_by if call.status == ATTENDED else call.acknowledged_by
    return messages.call_message(call, _shortened(by), now_ms, seen)


def calls_messages(calls: list[Call], now_ms: int, seen: int) -> list[Message]:
    """All open calls, and that these are all."""
    rows = [call_message(call, now_ms, seen) for call in calls]
    return [*rows, {"t": "calls", "n": len(calls), "seen": seen}]


def health_message(unwell: list[str]) -> Message:
    """Whether all behind the gateway is well; else the first part that is not."""
    return {"t": "health", "ok": not unwell, "text": unwell[0] if unwell else ""}


def _shortened(name: str) -> str:
    name = name[:_MAX_BY]
    while len(json.dumps(name)) > _MAX_BY_BYTES:
        name = name[:-1]
    return name
