"""Offers in the database: who was asked to take which contact, by which way, and what he said."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

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


_WHOLE = select(*(offers.c[name] for name in Offer.__dataclass_fields__)).order_by(
    *_ORDER
)  # in the order of its fields
_BY_ID = _WHOLE.where(offers.c.offer_id == bindparam("of_id"))
_MANY = _WHOLE.where(offers.c.offer_id.in_(bindparam("ids", expanding=True)))
_OF_CONTACTS = offers.c.contact_id.in_(bindparam("contact_ids", expanding=True))
_RECENT = (
    _WHOLE.join(contacts, contacts.c.contact_id == offers.c.contact_id)
    .where(_OF_CONTACTS)
    .where((offers.c.loop >= contacts.c.loop - 1) | (offers.c.state == LIVE))
)
_OF_CONTACT = _WHOLE.where(offers.c.contact_id == bindparam("of_contact"))
_ASKED = select(offers.c.contact_id, offers.c.target).where(_OF_CONTACTS & (offers.c.state == LIVE)).order_by(*_ORDER)
_LIVE_FOR = _WHOLE.where((offers.c.target == bindparam("of_target")) & (offers.c.state == LIVE))
_LIVE = _WHOLE.where((offers.c.state == LIVE) & offers.c.contact_id.in_(select(contacts.c.contact_id).where(IS_OPEN)))
_ADD = insert(offers)
_ANSWERED = ("state", "reason", "answered_at_ms")
_CHANGE = (
    update(offers)
    .where((offers.c.offer_id == bindparam("of_id")) & (offers.c.state == LIVE))
    .values({name: bindparam(f"to_{name}") for name in _ANSWERED})
)
_SENT = (
    update(offers)
    .where(offers.c.offer_id.in_(bindparam("ids", expanding=True)) & offers.c.sent_at_ms.is_(None))
    .values(sent_at_ms=bindparam("now_ms"))
)
_RECEIVED = (
    update(offers)
    .where((offers.c.offer_id == bindparam("of_id")) & offers.c.received_at_ms.is_(None))
    .values(received_at_ms=bindparam("now_ms"))
)


class OfferRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *some: Offer) -> None:
        """Store new ones; a second one of the same contact, step, loop, target and medium breaks the transaction."""
        if some:
            self._connection.execute(_ADD, [vars(offer) for offer in some])

    def get(self, offer_id: str) -> Offer | None:
        """That offer, whatever became of it."""
        found = self._read(_BY_ID, of_id=offer_id)
        return found[0] if found else None

    def many(self, offer_ids: Iterable[str]) -> dict[str, Offer]:
        """Those offers, by id."""
        wanted = list(offer_ids)
        found: dict[str, Offer] = {}
        for start in range(0, len(wanted), AT_ONCE):
            found |= {offer.offer_id: offer for offer in self._read(_MANY, ids=wanted[start : start + AT_ONCE])}
        return found

    def recent_of(self, contact_ids: Iterable[str]) -> dict[str, list[Offer]]:
        """Of those contacts what rings, and all of the newest two loops, oldest first; what waits for hours has thousands."""
        wanted = list(contact_ids)
        found: dict[str, list[Offer]] = {}
        for start in range(0, len(wanted), AT_ONCE):
            for offer in self._read(_RECENT, contact_ids=wanted[start : start + AT_ONCE]):
                found.setdefault(offer.contact_id, []).append(offer)
        return found

    def of_contact(self, contact_id: str) -> list[Offer]:
        """All offers of a contact, oldest first."""
        return self._read(_OF_CONTACT, of_contact=contact_id)

    def asked_of(self, contact_ids: Iterable[str]) -> dict[str, list[str]]:
        """Who is being asked about each of those contacts, the first first, each once."""
        wanted = list(contact_ids)
        found: dict[str, dict[str, None]] = {}
        for start in range(0, len(wanted), AT_ONCE):
            for contact_id, target in self._connection.execute(
                _ASKED, {"contact_ids": wanted[start : start + AT_ONCE]}
            ):
                found.setdefault(contact_id, {})[target] = None
        return {contact_id: list(targets) for contact_id, targets in found.items()}

    def live_for(self, target: str) -> list[Offer]:
        """What that agent is being asked now."""
        return self._read(_LIVE_FOR, of_target=target)

    def live(self) -> list[Offer]:
        """All that nobody has answered."""
        return self._read(_LIVE)

    def turns_of(self, kind: str, call_kind: str, step: int, since_ms: int) -> tuple[str, ...]:
        """Who was asked by that step of that kind's contacts opened since then, each by his latest turn, oldest first."""
        same = (contacts.c.kind == kind) & (contacts.c.call_kind == call_kind)
        # Not joined: SQLite would go through all the offers that there ever were.
        recent = select(contacts.c.contact_id).where(same & (contacts.c.opened_at_ms >= since_ms))
        asked = select(offers.c.target).where(offers.c.contact_id.in_(recent) & (offers.c.step == step))
        wanted = asked.group_by(offers.c.target).order_by(func.max(offers.c.made_at_ms), offers.c.target)
        return tuple(row.target for row in self._connection.execute(wanted))

    def change(self, *some: Offer) -> None:
        """Store what became of those. One that is no longer live in the database stays what it is there."""
        if not some:
            return
        rows = [
            {f"to_{name}": getattr(offer, name) for name in _ANSWERED} | {"of_id": offer.offer_id} for offer in some
        ]
        self._connection.execute(_CHANGE, rows)

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
            self._connection.execute(_SENT, {"ids": wanted[start : start + AT_ONCE], "now_ms": now_ms})

    def received(self, offer_id: str, now_ms: int) -> bool:
        """The device has it; False where that was known."""
        return self._connection.execute(_RECEIVED, {"of_id": offer_id, "now_ms": now_ms}).rowcount == 1

    def _read(self, wanted: Select[Any], **parameters: object) -> list[Offer]:
        return [Offer(*row) for row in self._connection.execute(wanted, parameters)]
