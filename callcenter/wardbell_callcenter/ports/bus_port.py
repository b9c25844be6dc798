"""What ports do whose other side is on the bus."""

from collections.abc import Callable, Sequence

from wardbell_bus.client import BusClient
from wardbell_callcenter.ports.port import DELIVERED, Outcome, given_up, try_again
from wardbell_callcenter.store.delivery_rows import Delivery
from wardbell_protocol.bus.topics import check_name
from wardbell_protocol.errors import EncodeError

TIMEOUT_S = 4.0


def put_on_bus(
    client: BusClient, topic_of: Callable[[str], str], deliveries: Sequence[Delivery], timeout_s: float
) -> list[Outcome]:
    """Delivered once the broker has it for good (PUBACK). While we are off the bus nothing is put into the client's queue."""
    outcomes: dict[int, Outcome] = {}
    messages: dict[int, tuple[str, bytes]] = {}
    for index, delivery in enumerate(deliveries):
        try:
            messages[index] = (topic_of(check_name(delivery.address)), delivery.payload)
        except EncodeError as error:
            outcomes[index] = given_up(f"nobody on the bus is called that: {error}")
    if not client.is_connected:
        outcomes |= dict.fromkeys(messages, try_again("we are not on the bus"))
    else:
        taken = client.deliver(list(messages.values()), timeout_s)
        late = try_again(f"the broker has not taken it within {timeout_s:g} s")
        outcomes |= {index: DELIVERED if is_taken else late for index, is_taken in zip(messages, taken, strict=True)}
    return [outcomes[index] for index in range(len(deliveries))]
