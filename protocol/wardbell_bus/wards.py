"""Mirrors of every ward that speaks on the bus, made as the wards are heard."""

from wardbell_bus.mirror import Publication, WardMirror
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import WardEvent
from wardbell_protocol.errors import EncodeError


class WardMirrors:
    """One WardMirror a ward; `mirrors` grows while it is listened to."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.mirrors: list[WardMirror] = []
        self._by_ward: dict[str, WardMirror] = {}

    def subscriptions(self) -> list[str]:
        """Topics to subscribe to: those of a mirror, of any scope."""
        return WardMirror(topics.ANY, self.client_id).subscriptions()

    def of(self, ward: str) -> WardMirror | None:
        """The mirror of that ward, where it was ever heard."""
        return self._by_ward.get(ward)

    def receive(self, topic: str, payload: bytes, now_ms: int) -> list[WardEvent]:
        """Take a message of any scope; returns the events that it applied.

        Raises:
            PayloadError: the payload is not what its topic says.
        """
        address = topics.parse(topic)
        if address is None or address.scope == topics.CALL_CENTRE_SCOPE:
            return []
        mirror = self._by_ward.get(address.scope)
        if mirror is not None:
            return mirror.receive(topic, payload, now_ms)
        if not payload or not _is_of_a_ward(address):
            return []
        mirror = WardMirror(address.scope, self.client_id)
        events = mirror.receive(topic, payload, now_ms)
        # Only now: junk on one topic must not become a ward whose gateway every console misses.
        self._by_ward[address.scope] = mirror
        self.mirrors.append(mirror)
        return events

    def poll(self, now_ms: int) -> list[Publication]:
        """Snapshot requests that are due."""
        return [publication for mirror in self.mirrors for publication in mirror.poll(now_ms)]

    def connection_lost(self) -> None:
        """Anything may have been missed."""
        for mirror in self.mirrors:
            mirror.connection_lost()


def _is_of_a_ward(address: topics.Address) -> bool:
    """A ward is where a gateway speaks: the life sign of a console alone would have us ask nobody for snapshots."""
    try:
        topics.check_name(address.scope)
    except EncodeError:
        return False
    if address.channel == "health":
        return address.last.startswith("gateway-")
    return address.channel in ("event", "ward", "call")
