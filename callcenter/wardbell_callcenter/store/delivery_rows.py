"""What ports have still to hand over, in the database. Who claims a row has it until his lease ends; then it is claimed again."""

import os
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from wardbell_callcenter.store.contact_rows import AT_ONCE
from wardbell_callcenter.store.contact_tables import deliveries

What = Literal["offer", "withdraw", "event", "ward"]
DeliveryMedium = Literal["seat", "mail", "webhook", "ward"]
NOT_NEEDED = "not needed any more"


@dataclass(frozen=True)
class Delivery:
    """As it is stored. `attempts`: hand-overs that were begun; `address` is the port's: a seat, a mail address, a ward."""

    delivery_id: str
    what: What
    medium: DeliveryMedium
    address: str
    payload: bytes
    made_at_ms: int
    due_steady_ms: int
    offer_id: str = ""
    lease_until_steady_ms: int = 0
    attempts: int = 0
    is_done: bool = False
    outcome: str = ""


def new_delivery_id() -> str:
    """An id that no delivery has had."""
    return "d-" + os.urandom(10).hex()


class DeliveryRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *some: Delivery) -> None:
        """Store new ones."""
        if some:
            self._connection.execute(insert(deliveries), [asdict(delivery) for delivery in some])

    def get(self, delivery_id: str) -> Delivery | None:
        """That delivery, done or not."""
        row = (
            self._connection.execute(select(deliveries).where(deliveries.c.delivery_id == delivery_id))
            .mappings()
            .first()
        )
        return None if row is None else Delivery(**row)

    def claim(self, media: Collection[str], now_steady_ms: int, lease_ms: int, limit: int) -> list[Delivery]:
        """Take due rows for `lease_ms`: the oldest first, each with its attempt counted. Nobody else gets them meanwhile."""
        is_free = deliveries.c.lease_until_steady_ms <= now_steady_ms
        is_due = deliveries.c.is_done.is_(False) & (deliveries.c.due_steady_ms <= now_steady_ms) & is_free
        order = (deliveries.c.due_steady_ms, deliveries.c.made_at_ms, deliveries.c.delivery_id)
        wanted = select(deliveries).where(is_due & deliveries.c.medium.in_(list(media))).order_by(*order).limit(limit)
        found = [Delivery(**row) for row in self._connection.execute(wanted).mappings()]
        if found:
            values = {"lease_until_steady_ms": now_steady_ms + lease_ms, "attempts": deliveries.c.attempts + 1}
            same = deliveries.c.delivery_id == bindparam("of_id")
            statement = update(deliveries).where(same).values(**values)
            self._connection.execute(statement, [{"of_id": delivery.delivery_id} for delivery in found])
        return [
            Delivery(**{**asdict(one), "attempts": one.attempts + 1, "lease_until_steady_ms": now_steady_ms + lease_ms})
            for one in found
        ]

    def finish(self, delivery_ids: Iterable[str], outcome: str) -> None:
        """Those need nothing more: delivered, given up, or not needed."""
        rows = [{"of_id": delivery_id} for delivery_id in delivery_ids]
        if rows:
            same = deliveries.c.delivery_id == bindparam("of_id")
            done = {"is_done": True, "outcome": outcome[:256]}
            self._connection.execute(update(deliveries).where(same).values(**done), rows)

    def again(self, delivery_id: str, due_steady_ms: int, why: str) -> None:
        """It failed for now: claim it again then."""
        values = {"due_steady_ms": due_steady_ms, "lease_until_steady_ms": 0, "outcome": why[:256]}
        same = (deliveries.c.delivery_id == delivery_id) & deliveries.c.is_done.is_(False)
        self._connection.execute(update(deliveries).where(same).values(**values))

    def of_offers(self, offer_ids: Iterable[str], what: What = "offer") -> dict[str, list[Delivery]]:
        """The deliveries of those offers, by offer."""
        wanted = list(offer_ids)
        found: dict[str, list[Delivery]] = {}
        for start in range(0, len(wanted), AT_ONCE):
            which = deliveries.c.offer_id.in_(wanted[start : start + AT_ONCE]) & (deliveries.c.what == what)
            for row in self._connection.execute(select(deliveries).where(which)).mappings():
                found.setdefault(row["offer_id"], []).append(Delivery(**row))
        return found

    def next_due_steady_ms(self, media: Collection[str]) -> int | None:
        """When the next one may be claimed."""
        which = deliveries.c.is_done.is_(False) & deliveries.c.medium.in_(list(media))
        due: int | None = self._connection.execute(
            select(func.min(deliveries.c.due_steady_ms)).where(which)
        ).scalar_one()
        return due

    def forget_done(self, before_ms: int) -> None:
        """Delete what was done and made before then."""
        old = deliveries.c.is_done.is_(True) & (deliveries.c.made_at_ms < before_ms)
        self._connection.execute(delete(deliveries).where(old))
