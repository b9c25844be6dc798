"""Events that a house's webhooks want told: a delivery for each, made in the transaction that records the event. Pure."""

import hashlib
from collections.abc import Sequence

from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import House
from wardbell_callcenter.store.delivery_rows import Delivery
from wardbell_protocol.bus.centre_payloads import CentreEvent
from wardbell_protocol.bus.payloads import encode


def notices(told: Sequence[CentreEvent], house: House, now: Now) -> list[Delivery]:
    """One for each event and each webhook that names its kind.

    They may arrive in another order: an event carries its number.
    """
    return [
        Delivery(
            delivery_id=_id_of(event, name),
            what="event",
            medium="webhook",
            address=name,
            payload=encode(event),
            priority=event.contact.priority if event.contact is not None else 0,
            made_at_ms=event.at_ms,
            due_steady_ms=now.steady_ms,
        )
        for event in told
        for name, webhook in house.webhooks.items()
        if event.kind in webhook.events
    ]


def _id_of(event: CentreEvent, name: str) -> str:
    return "n-" + hashlib.sha256(f"{event.epoch}\n{event.seq}\n{name}".encode()).hexdigest()[:24]
