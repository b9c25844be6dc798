"""Verbs to a ward's gateway: that somebody answered a call here is shown at the bed there."""

from collections.abc import Sequence
from typing import Literal

from wardbell_bus.client import BusClient
from wardbell_callcenter.ports.bus_port import TIMEOUT_S, put_on_bus
from wardbell_callcenter.ports.port import Outcome
from wardbell_callcenter.store.delivery_rows import Delivery, DeliveryMedium
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Command, encode


class WardPort:
    """The payload is a Command, the address a ward. What the gateway makes of it comes as the ward's next event."""

    medium: DeliveryMedium = "ward"
    threads = 2
    per_address: int | None = None
    batch = 50

    def __init__(self, client: BusClient, timeout_s: float = TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._client = client

    @property
    def is_ready(self) -> bool:
        """Whether we are on the bus."""
        return self._client.is_connected

    def hand_over(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """See Port."""
        return put_on_bus(self._client, topics.command, deliveries, self.timeout_s)

    def fault_name(self, address: str) -> str:  # noqa: ARG002 - as of a seat
        """None, see SeatPort."""
        return ""


def ward_command(
    delivery_id: str, verb: Literal["acknowledge", "attend"], call_id: str, by: str, at_ms: int, reply_to: str
) -> bytes:
    """The payload of a delivery to a ward: `by` has done that. However often it arrives, the gateway does it once."""
    return encode(Command(command_id=delivery_id, verb=verb, call_id=call_id, by=by, at_ms=at_ms, reply_to=reply_to))
