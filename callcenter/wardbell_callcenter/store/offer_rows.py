"""Offers in the database: who was asked to take which contact, by which way, and what he said."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, select, update

from wardbell_callcenter.store.contact_rows import AT_ONCE
from wardbell_callcenter.store.contact_tables import IS_OPEN, contacts, offers
from wardbell_callcenter.store.errors import StoreError
from wardbell_protocol.bus.centre_payloads import Medium, OfferState, OfferStatus

LIVE: OfferStatus = "offered"
_ORDER = (offers.c.made_at_ms, offers.c.loop, offers.c.step, offers.c.target, offers.c.medium)


@dataclass(frozen=True)
class Offer:
    """As it is stored. `target`: an agent, or the name of an address where no agent answers for it."""

    offer_id: str
    contact_id: str
    step: int
    loop: int
    target: str
    medium: Medium
    made_at_ms: int
    state: OfferStatus = LIVE
    rings_until_ms: int | None = None
    sent_at_ms: int | None = None
    received_at_ms: int | None = None
    answered_at_ms: int | None = None
    reason: str = ""
    rings_until_steady_ms: int | None = None

    def to_state(self) -> OfferState:
        """What the bus is told."""
        return OfferState(
            offer_id=self.offer_id,
            contact_id=self.contact_id,
            target=self.target,
            medium=self.medium,
            step=self.step,
            loop=self.loop,
            status=self.state,
            made_at_ms=self.made_at_ms,
            rings_until_ms=self.rings_until_ms,
            received_at_ms=self.received_at_ms,
            answered_at_ms=self.answered_at_ms,
            reason=self.reason,
        )


def offer_id_of(contact_id: str, step: int, loop: int, target: str, medium: Medium) -> str:
    """The name that follows from what makes an offer one: whoever makes it a second time makes the same."""
    key = "\n".join((contact_id, str(step), str(loop), target, medium))
    return "o-" + hashlib.sha256(key.encode()).hexdigest()[:24]


_COLUMNS = [offers.c[name] for name in Offer.__dataclass_fields__]  # in the order of its fields


class OfferRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *some: Offer) -> None:
        """Store new ones; a second one of the same contact, step, loop, target and medium breaks the transaction."""
        if some:
            self._connection.execute(insert(offers), [vars(offer) for offer in some])

    def get(self, offer_id: str) -> Offer | None:
        """That offer, whatever became of it."""
        found = self._select(offers.c.offer_id == offer_id)
        return found[0] if found else None

    def many(self, offer_ids: Iterable[str]) -> dict[str, Offer]:
        """Those offers, by id."""
        return {offer.offer_id: offer for offer in self._in(offers.c.offer_id, offer_ids)}

    def recent_of(self, contact_ids: Iterable[str]) -> dict[str, list[Offer]]:
        """Of those contacts what rings, and all of the newest two loops, oldest first; what waits for hours has thousands."""
        wanted = list(contact_ids)
        found: dict[str, list[Offer]] = {}
        joined = select(*_COLUMNS).join(contacts, contacts.c.contact_id == offers.c.contact_id)
        is_recent = (offers.c.loop >= contacts.c.loop - 1) | (offers.c.state == LIVE)
        for start in range(0, len(wanted), AT_ONCE):
            which = offers.c.contact_id.in_(wanted[start : start + AT_ONCE]) & is_recent
            for offer in self._read(joined.where(which)):
                found.setdefault(offer.contact_id, []).append(offer)
        return found

    def of_contact(self, contact_id: str) -> list[Offer]:
        """All offers of a contact, oldest first."""
        return self._select(offers.c.contact_id == contact_id)

    def asked_of(self, contact_ids: Iterable[str]) -> dict[str, list[str]]:
        """Who is being asked about each of those contacts, the first first, each once."""
        wanted = list(contact_ids)
        found: dict[str, dict[str, None]] = {}
        for start in range(0, len(wanted), AT_ONCE):
            which = offers.c.contact_id.in_(wanted[start : start + AT_ONCE]) & (offers.c.state == LIVE)
            asked = select(offers.c.contact_id, offers.c.target).where(which).order_by(*_ORDER)
            for contact_id, target in self._connection.execute(asked):
                found.setdefault(contact_id, {})[target] = None
        return {contact_id: list(targets) for contact_id, targets in found.items()}

    def live_for(self, target: str) -> list[Offer]:
        """What that agent is being asked now."""
        return self._select((offers.c.target == target) & (offers.c.state == LIVE))

    def live(self) -> list[Offer]:
        """All that nobody has answered."""
        is_of_open = offers.c.contact_id.in_(select(contacts.c.contact_id).where(IS_OPEN))
        return self._select((offers.c.state == LIVE) & is_of_open)

    def turns_of(self, kind: str, call_kind: str, step: int, since_ms: int) -> tuple[str, ...]:
        """Who was asked by that step of that kind's contacts opened since then, each by his latest turn, oldest first."""
        same = (
            (contacts.c.opened_at_ms >= since_ms)
            & (contacts.c.kind == kind)
            & (contacts.c.call_kind == call_kind)
            & (offers.c.step == step)
        )
        latest = func.max(offers.c.made_at_ms)
        joined = select(offers.c.target).join(contacts, contacts.c.contact_id == offers.c.contact_id)
        wanted = joined.where(same).group_by(offers.c.target).order_by(latest, offers.c.target)
        return tuple(row.target for row in self._connection.execute(wanted))

    def change(self, *some: Offer) -> None:
        """Store what became of those. One that is no longer live in the database stays what it is there."""
        if not some:
            return
        same = (offers.c.offer_id == bindparam("of_id")) & (offers.c.state == LIVE)
        names = ("state", "reason", "answered_at_ms")
        rows = [{"of_id": offer.offer_id} | {f"to_{name}": getattr(offer, name) for name in names} for offer in some]
        statement = update(offers).where(same).values({name: bindparam(f"to_{name}") for name in names})
        self._connection.execute(statement, rows)

    def ring_again(self, *some: Offer) -> None:
        """Those were taken back while nobody was there, and ring from now on."""
        if not some:
            return
        same = (offers.c.offer_id == bindparam("of_id")) & (offers.c.state == "withdrawn")
        names = [name for name in Offer.__dataclass_fields__ if name != "offer_id"]
        rows = [{"of_id": offer.offer_id} | {f"to_{name}": getattr(offer, name) for name in names} for offer in some]
        statement = update(offers).where(same).values({name: bindparam(f"to_{name}") for name in names})
        if self._connection.execute(statement, rows).rowcount != len(rows):
            raise StoreError("an offer was changed by somebody else")

    def sent(self, offer_ids: Iterable[str], now_ms: int) -> None:
        """A port has handed them over."""
        wanted = list(offer_ids)
        for start in range(0, len(wanted), AT_ONCE):
            first = offers.c.offer_id.in_(wanted[start : start + AT_ONCE]) & offers.c.sent_at_ms.is_(None)
            self._connection.execute(update(offers).where(first).values(sent_at_ms=now_ms))

    def received(self, offer_id: str, now_ms: int) -> bool:
        """The device has it; False where that was known."""
        first = (offers.c.offer_id == offer_id) & offers.c.received_at_ms.is_(None)
        return self._connection.execute(update(offers).where(first).values(received_at_ms=now_ms)).rowcount == 1

    def _in(
        self, column: ColumnElement[str], names: Iterable[str], also: ColumnElement[bool] | None = None
    ) -> list[Offer]:
        wanted = list(names)
        found: list[Offer] = []
        for start in range(0, len(wanted), AT_ONCE):
            which = column.in_(wanted[start : start + AT_ONCE])
            found += self._select(which if also is None else which & also)
        return found

    def _select(self, which: ColumnElement[bool]) -> list[Offer]:
        return self._read(select(*_COLUMNS).where(which))

    def _read(self, wanted: Select[Any]) -> list[Offer]:
        return [Offer(*row) for row in self._connection.execute(wanted.order_by(*_ORDER))]
