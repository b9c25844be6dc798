"""Which payload travels on which channel. Host only (msgspec)."""

from wardbell_protocol.bus.centre_payloads import CentreEvent, CentreReply, CentreSnapshot, ContactState, Offer
from wardbell_protocol.bus.payloads import (
    CallState,
    Command,
    Health,
    Hearing,
    Payload,
    Reception,
    Reply,
    SnapshotRequest,
    WardEvent,
    WardInfo,
    WardSnapshot,
)
from wardbell_protocol.bus.topics import Address

CHANNELS: dict[str, type[Payload]] = {
    "event": WardEvent,
    "ward": WardInfo,
    "call": CallState,
    "contact": ContactState,
    "snapshot_request": SnapshotRequest,
    "snapshot": WardSnapshot,
    "command": Command,
    "reply": Reply,
    "health": Health,
    "hearing": Hearing,
    "reception": Reception,
}
CENTRE_CHANNELS: dict[str, type[Payload]] = {
    "event": CentreEvent,
    "snapshot": CentreSnapshot,
    "offer": Offer,
    "reply": CentreReply,
}


def payload_type(address: Address, is_centre: bool) -> type[Payload] | None:
    """What travels on that channel of a ward, or of the call centre."""
    if is_centre and address.channel in CENTRE_CHANNELS:
        return CENTRE_CHANNELS[address.channel]
    return CHANNELS.get(address.channel)
