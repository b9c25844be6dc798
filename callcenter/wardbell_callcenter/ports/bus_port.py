"""What ports do whose other side is on the bus."""

from collections.abc import Callable

from wardbell_bus.client import BusClient
from wardbell_callcenter.ports.port import DELIVERED, Outcome, given_up, try_again
from wardbell_callcenter.store.delivery_rows import Delivery
from wardbell_protocol.bus.topics import check_name
from wardbell_protocol.errors import EncodeError

TIMEOUT_S = 2.0


def put_on_bus(client: BusClient, topic_of: Callable[[str], str], delivery: Delivery, timeout_s: float) -> Outcome:
    """Delivered once the broker has it for good (PUBACK). While we are off the bus nothing is put into the client's queue."""
    try:
        topic = topic_of(check_name(delivery.address))
    except EncodeError as error:
        return given_up(f"nobody on the bus is called that: {error}")
    if not client.is_connected:
        return try_again("we are not on the bus")
    if client.deliver(topic, delivery.payload, timeout_s):
        return DELIVERED
    return try_again(f"the broker has not taken it within {timeout_s:.0f} s")
