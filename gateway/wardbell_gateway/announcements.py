"""What the gateway says on the bus, in the words of wardbell_protocol.bus."""

from wardbell_gateway.ears import Heard
from wardbell_gateway.journal import Publication
from wardbell_gateway.registry import Registry
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import CallState, Reception, Reply, StationInfo, WardEvent, WardInfo, encode
from wardbell_protocol.calls.board import CallEvent
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.station import Station


def ward_event(ward: str, epoch: str, seq: int, event: CallEvent) -> WardEvent:
    """An event of the journal as the bus knows it."""
    return WardEvent(
        epoch=epoch,
        seq=seq,
        at_ms=event.at_ms,
        kind=event.kind,  # type: ignore[arg-type]
        by=event.by,
        where=event.where,
        call=CallState.of(ward, event.call),
    )


def of_event(ward: str, epoch: str, seq: int, event: CallEvent) -> list[Publication]:
    """The event itself, then the call's retained state."""
    said = Publication(topics.event(ward), encode(ward_event(ward, epoch, seq, event)))
    return [said, of_call(ward, event.call)]


def of_call(ward: str, call: Call) -> Publication:
    """A call's retained state; empty once it is cleared."""
    payload = encode(CallState.of(ward, call)) if call.is_open else b""
    return Publication(topics.call(ward, call.call_id), payload, retain=True)


def ward_info(registry: Registry) -> WardInfo:
    """What the ward is."""
    stations = [
        StationInfo(station_id=s.station_id, room=s.room, bed=s.bed, clear_at=list(s.clear_at))
        for s in registry.stations
    ]
    policies = {kind: policy.to_record() for kind, policy in registry.policies.items()}
    return WardInfo(ward=registry.ward, name=registry.name, stations=stations, policies=policies)


def of_registry(registry: Registry) -> Publication:
    """The same, retained."""
    return Publication(topics.ward(registry.ward), encode(ward_info(registry)), retain=True)


def of_reply(ward: str, reply_to: str, reply: Reply) -> Publication:
    """What became of a command, for that client."""
    return Publication(topics.reply(ward, reply_to), encode(reply))


def of_reception(
    ward: str, label: str, found: tuple[Station, str], heard: Heard, copies: int, quality: int
) -> Publication:
    """How well the receiver of that label heard a press."""
    station, signal = found
    reception = Reception(
        at_ms=heard.at_ms,
        ear=label,
        station_id=station.station_id,
        room=station.room,
        bed=station.bed,
        signal=signal,
        is_frame=heard.frame is not None,
        copies=max(0, copies),
        quality=quality,
    )
    return Publication(topics.reception(ward), encode(reception))
