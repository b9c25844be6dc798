"""What the screen pops are made of, for many contacts in few questions."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, func, select

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
        newest_first = (contacts.c.opened_at_ms.desc(), contacts.c.contact_id)
        place = func.row_number().over(partition_by=contacts.c.dedup_key, order_by=newest_first).label("place")
        there = contacts.c.dedup_key.in_(dedup_keys) & (contacts.c.opened_at_ms >= since_ms)
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
        rows = self._connection.execute(select(numbered).where(numbered.c.place <= limit))
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
            some = events.c.contact_id.in_(wanted[start : start + AT_ONCE]) & events.c.kind.in_(WITH_TEXT)
            rows = self._connection.execute(
                select(events.c.contact_id, events.c.payload).where(some).order_by(events.c.seq)
            )
            for row in rows:
                said = msgspec.json.decode(row.payload, type=_Said)
                if said.text:
                    note = Note(at_ms=said.at_ms, by=said.by, text=said.text)
                    found.setdefault(row.contact_id, []).append(note)
        return found
