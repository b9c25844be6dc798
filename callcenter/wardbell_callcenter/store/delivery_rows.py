"""What ports have still to hand over, in the database. Who claims a row has it until his lease ends; then it is claimed again."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    Update,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from wardbell_callcenter.store.contact_rows import AT_ONCE
from wardbell_callcenter.store.contact_tables import deliveries, offers
from wardbell_callcenter.store.offer_rows import LIVE

What = Literal["offer", "withdraw", "event", "ward"]
DeliveryMedium = Literal["seat", "mail", "webhook", "ward"]
NOT_NEEDED = "not needed any more"


@dataclass(frozen=True)
class Delivery:
    """As it is stored. `attempts`: hand-overs that were begun; `address` is the port's: a seat, a mail address, a ward.

    `priority`: the contact's, so that nothing overtakes an emergency where a port is slow.
    """

    delivery_id: str
    what: What
    medium: DeliveryMedium
    address: str
    payload: bytes
    made_at_ms: int
    due_steady_ms: int
    offer_id: str = ""
    priority: int = 0
    lease_until_steady_ms: int = 0
    attempts: int = 0
    is_done: bool = False
    outcome: str = ""


@dataclass(frozen=True)
class HandOver:
    """How far a delivery has come."""

    delivery_id: str
    offer_id: str
    medium: DeliveryMedium
    address: str
    attempts: int
    is_done: bool


def new_delivery_id() -> str:
    """An id that no delivery has had."""
    return "d-" + os.urandom(10).hex()


_ADD = insert(deliveries)


def _free() -> Select[Any]:
    its_offer = deliveries.alias()
    now_ms: BindParameter[int] = bindparam("now_ms")
    is_under_way = exists().where(
        (its_offer.c.offer_id == deliveries.c.offer_id)
        & (its_offer.c.what == "offer")
        & (its_offer.c.lease_until_steady_ms > now_ms)
    )
    return (
        select(*(deliveries.c[name] for name in Delivery.__dataclass_fields__))
        .where(deliveries.c.is_done.is_(False) & (deliveries.c.due_steady_ms <= now_ms))
        .where(deliveries.c.medium.in_(bindparam("media", expanding=True)))
        .where(deliveries.c.lease_until_steady_ms <= now_ms)
        .where((deliveries.c.what != "withdraw") | ~is_under_way)
        .order_by(deliveries.c.priority.desc(), deliveries.c.due_steady_ms, deliveries.c.made_at_ms)
        .order_by(deliveries.c.delivery_id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)  # not said on SQLite, where this transaction is the only one that writes
    )


_FREE = _free()
_HAND_OVERS = select(*(deliveries.c[name] for name in HandOver.__dataclass_fields__)).where(
    deliveries.c.offer_id.in_(bindparam("offer_ids", expanding=True)) & (deliveries.c.what == "offer")
)
_LEASED_UNTIL, _DUE = deliveries.c.lease_until_steady_ms, deliveries.c.due_steady_ms
_NEXT_DUE = (
    select(deliveries.c.medium, func.min(case((_LEASED_UNTIL > _DUE, _LEASED_UNTIL), else_=_DUE)))
    .where(deliveries.c.is_done.is_(False))
    .group_by(deliveries.c.medium)
)
_THOSE = update(deliveries).where(deliveries.c.delivery_id.in_(bindparam("ids", expanding=True)))
_CLAIM = _THOSE.values(attempts=deliveries.c.attempts + 1, lease_until_steady_ms=bindparam("until_ms"))
_LET_GO = _THOSE.values(lease_until_steady_ms=0)
_FINISH = _THOSE.where(deliveries.c.is_done.is_(False)).values(is_done=True, outcome=bindparam("what_became"))


class DeliveryRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *some: Delivery) -> None:
        """Store new ones."""
        if some:
            self._connection.execute(_ADD, [vars(delivery) for delivery in some])

    def get(self, delivery_id: str) -> Delivery | None:
        """That delivery, done or not."""
        row = (
            self._connection.execute(select(deliveries).where(deliveries.c.delivery_id == delivery_id))
            .mappings()
            .first()
        )
        return None if row is None else Delivery(**row)

    def claim(
        self,
        media: Collection[str],
        now_steady_ms: int,
        lease_ms: int,
        limit: int,
        has_place: Callable[[str], bool] = lambda _address: True,
    ) -> list[Delivery]:
        """Take due rows for `lease_ms`: the most urgent first, then the oldest, each with its attempt counted.

        Nobody else gets them meanwhile. An offer's end waits while the offer itself is being handed over, lest it arrive first.

        Args:
            has_place: takes a place for one more of that address; False: it is to wait, and so do the others of that address.
        """
        found: list[Delivery] = []
        full: set[str] = set()
        while len(found) < limit:
            some = self._free(media, now_steady_ms, limit - len(found), full, found)
            n_full = len(full)
            for one in some:
                if one.address in full or not has_place(one.address):
                    full.add(one.address)
                else:
                    found.append(one)
            if len(full) == n_full:
                break
        until_ms = now_steady_ms + lease_ms
        self._change(_CLAIM, (one.delivery_id for one in found), until_ms=until_ms)
        return [replace(one, attempts=one.attempts + 1, lease_until_steady_ms=until_ms) for one in found]

    def _free(
        self, media: Collection[str], now_steady_ms: int, limit: int, full: Collection[str], found: list[Delivery]
    ) -> list[Delivery]:
        """Due rows that nobody has, but for those found already and those of addresses that may have no more."""
        wanted = _FREE
        if full:
            others = [one.delivery_id for one in found]
            wanted = wanted.where(deliveries.c.address.not_in(list(full)) & deliveries.c.delivery_id.not_in(others))
        which = {"now_ms": now_steady_ms, "media": list(media), "most": limit}
        return [Delivery(*row) for row in self._connection.execute(wanted, which)]

    def let_go(self, delivery_ids: Iterable[str]) -> None:
        """A port has come back with them: nobody has them in hand any more."""
        self._change(_LET_GO, delivery_ids)

    def finish(self, delivery_ids: Iterable[str], outcome: str) -> None:
        """Those need nothing more: delivered, given up, or not needed. What was finished before stays as it was."""
        self._change(_FINISH, delivery_ids, what_became=outcome[:256])

    def again(self, delivery_id: str, due_steady_ms: int, why: str) -> None:
        """It failed for now: claim it again then."""
        values = {"due_steady_ms": due_steady_ms, "lease_until_steady_ms": 0, "outcome": why[:256]}
        same = (deliveries.c.delivery_id == delivery_id) & deliveries.c.is_done.is_(False)
        self._connection.execute(update(deliveries).where(same).values(**values))

    def hand_overs_of(self, offer_ids: Iterable[str]) -> list[HandOver]:
        """How far the deliveries of those offers have come; not those of their ends."""
        wanted = list(offer_ids)
        found: list[HandOver] = []
        for start in range(0, len(wanted), AT_ONCE):
            rows = self._connection.execute(_HAND_OVERS, {"offer_ids": wanted[start : start + AT_ONCE]})
            found += [HandOver(*row) for row in rows]
        return found

    def next_due_steady_ms(self, full: Mapping[str, Collection[str]]) -> dict[str, int]:
        """By medium when the next one may be claimed: when it is due, and nobody has it in hand.

        Args:
            full: the media that are asked for, each with the addresses that wait.
        """
        wanted = _NEXT_DUE
        for medium, addresses in full.items():
            if addresses:
                has_place = deliveries.c.address.not_in(list(addresses))
                wanted = wanted.where((deliveries.c.medium != medium) | has_place)
        return {medium: int(due_ms) for medium, due_ms in self._connection.execute(wanted) if medium in full}

    def forget_done(self, before_ms: int) -> None:
        """Delete what was done and made before then, except of offers that are live: their ends have still to follow them."""
        old = deliveries.c.is_done.is_(True) & (deliveries.c.made_at_ms < before_ms)
        is_live = exists().where((offers.c.offer_id == deliveries.c.offer_id) & (offers.c.state == LIVE))
        self._connection.execute(delete(deliveries).where(old & ~is_live))

    def _change(self, change: Update, delivery_ids: Iterable[str], **values: object) -> None:
        wanted = list(delivery_ids)
        for start in range(0, len(wanted), AT_ONCE):
            self._connection.execute(change, values | {"ids": wanted[start : start + AT_ONCE]})
