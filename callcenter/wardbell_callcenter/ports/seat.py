"""Offers, and their ends, to the seat where an agent sits: a console, by its client's name."""

from collections.abc import Sequence

from wardbell_bus.client import BusClient
from wardbell_callcenter.ports.bus_port import TIMEOUT_S, put_on_bus
from wardbell_callcenter.ports.port import Outcome
from wardbell_callcenter.store.delivery_rows import Delivery, DeliveryMedium
from wardbell_protocol.bus import topics


class SeatPort:
    """The payload is an Offer (spec/bus.md). That the broker has it is not yet that the seat has: it says `received`."""

    medium: DeliveryMedium = "seat"
    threads = 2  # the second while the first waits for a broker that takes its time
    per_address: int | None = None
    batch = 50  # what a broker that writes each of them to its disk takes well within the time-out

    def __init__(self, client: BusClient, timeout_s: float = TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._client = client

    @property
    def is_ready(self) -> bool:
        """Whether we are on the bus."""
        return self._client.is_connected

    def hand_over(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """See Port."""
        return put_on_bus(self._client, topics.offer, deliveries, self.timeout_s)

    def fault_name(self, address: str) -> str:  # noqa: ARG002 - whichever seat: it is the bus that does not take it
        """None: without a bus nobody hears of faults either."""
        return ""
