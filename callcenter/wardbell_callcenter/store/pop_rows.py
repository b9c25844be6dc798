"""What the screen pops are made of, for many contacts in few questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, func, select

from wardbell_callcenter.store.contact_tables import contacts
from wardbell_callcenter.store.tables import events
from wardbell_protocol.bus.centre_payloads import Note, PastContact

AT_ONCE = 5000  # keys in one question; SQLite takes 32,766 values, PostgreSQL 65,535
WITH_TEXT = ("noted", "transferred", "returned", "handed_over")


@dataclass(frozen=True)
class Past:
    """A contact of a bed, under the key that says where it was."""

    dedup_key: str
    is_open: bool
    contact: PastContact


class _Said(msgspec.Struct):
    """What a note is of its event; the rest may be of an older version's form."""

    at_ms: int
    by: str = ""
    text: str = ""


def _past() -> Select[Any]:
    newest_first = (contacts.c.opened_at_ms.desc(), contacts.c.contact_id)
    place = func.row_number().over(partition_by=contacts.c.dedup_key, order_by=newest_first).label("place")
    there = contacts.c.dedup_key.in_(bindparam("keys", expanding=True)) & (
        contacts.c.opened_at_ms >= bindparam("since_ms")
    )
    numbered = (
        select(
            contacts.c.dedup_key,
            contacts.c.open_key,
            contacts.c.contact_id,
            contacts.c.opened_at_ms,
            contacts.c.call_kind,
            contacts.c.state,
            contacts.c.accepted_by,
            contacts.c.closed_by,
            contacts.c.wrap_up_code,
            place,
        )
        .where(there)
        .subquery()
    )
    return select(numbered).where(numbered.c.place <= bindparam("most"))


_PAST = _past()
_NOTES = (
    select(events.c.contact_id, events.c.payload)
    .where(events.c.contact_id.in_(bindparam("contact_ids", expanding=True)) & events.c.kind.in_(WITH_TEXT))
    .order_by(events.c.seq)
)


class PopRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def past(self, dedup_keys: Iterable[str], since_ms: int, limit: int) -> list[Past]:
        """The newest contacts of each of those places and kinds, opened since then; newest first."""
        wanted = sorted(set(dedup_keys))
        found: list[Past] = []
        for start in range(0, len(wanted), AT_ONCE):
            found += self._past(wanted[start : start + AT_ONCE], since_ms, limit)
        return sorted(found, key=lambda past: (-past.contact.opened_at_ms, past.contact.contact_id))

    def _past(self, dedup_keys: list[str], since_ms: int, limit: int) -> list[Past]:
        rows = self._connection.execute(_PAST, {"keys": dedup_keys, "since_ms": since_ms, "most": limit})
        return [
            Past(
                row.dedup_key,
                row.open_key is not None,
                PastContact(
                    contact_id=row.contact_id,
                    opened_at_ms=row.opened_at_ms,
                    call_kind=row.call_kind,
                    status=row.state,
                    by=row.accepted_by or row.closed_by,
                    wrap_up_code=row.wrap_up_code,
                ),
            )
            for row in rows
        ]

    def notes(self, contact_ids: Iterable[str]) -> dict[str, list[Note]]:
        """What people wrote about those contacts, oldest first, by contact."""
        wanted = sorted(set(contact_ids))
        found: dict[str, list[Note]] = {}
        for start in range(0, len(wanted), AT_ONCE):
            for row in self._connection.execute(_NOTES, {"contact_ids": wanted[start : start + AT_ONCE]}):
                said = msgspec.json.decode(row.payload, type=_Said)
                if said.text:
                    note = Note(at_ms=said.at_ms, by=said.by, text=said.text)
                    found.setdefault(row.contact_id, []).append(note)
        return found
