"""Contacts in the database. A contact is changed only from the version that was read."""

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, insert, select, update

from wardbell_callcenter.contacts.contact import TAKEN, Contact
from wardbell_callcenter.house import DEFAULT_POLICY, Policy
from wardbell_callcenter.store.contact_tables import IS_OPEN, contacts
from wardbell_callcenter.store.errors import RefusedError
from wardbell_protocol.bus.payloads import CallState, PayloadError, decode, encode

log = logging.getLogger("wardbell.callcenter")

FIELDS = tuple(Contact.__dataclass_fields__)
_PACKED = ("policy", "call", "fields")
AT_ONCE = 500  # names in one question: both databases take thousands
FEW = 20


class ContactRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, contact: Contact) -> None:
        """Store a new one; a second open one of its place and kind breaks the transaction."""
        self._connection.execute(insert(contacts).values(**_values(contact), open_key=_open_key(contact)))

    def get(self, contact_id: str) -> Contact | None:
        """That contact, open or not."""
        found = self._select(contacts.c.contact_id == contact_id)
        return found[0] if found else None

    def many(self, contact_ids: Iterable[str]) -> dict[str, Contact]:
        """Those contacts, by id."""
        wanted = list(contact_ids)
        found: dict[str, Contact] = {}
        for start in range(0, len(wanted), AT_ONCE):
            some = self._select(contacts.c.contact_id.in_(wanted[start : start + AT_ONCE]))
            found |= {contact.contact_id: contact for contact in some}
        return found

    def open_at(self, dedup_key: str) -> Contact | None:
        """The open contact of that place and kind."""
        found = self._select(contacts.c.open_key == dedup_key)
        return found[0] if found else None

    def open_of_call(self, call_id: str) -> list[Contact]:
        """The open contacts that follow that call of a ward."""
        return self._select((contacts.c.call_id == call_id) & IS_OPEN)

    def open(self) -> list[Contact]:
        """All that are not closed: the most urgent first, then the oldest."""
        return self._select(IS_OPEN)

    def open_call_ids(self) -> dict[str, str]:
        """Ward by call of all open contacts that follow one."""
        wanted = select(contacts.c.call_id, contacts.c.ward).where(IS_OPEN)
        return {row.call_id: row.ward for row in self._connection.execute(wanted) if row.call_id}

    def waiting(self) -> list[Contact]:
        """All that look for a person: the most urgent first, then the oldest."""
        return self._select(IS_OPEN & contacts.c.state.not_in(TAKEN))

    def taken_by(self, agents: Iterable[str]) -> dict[str, list[str]]:
        """Ids of the open contacts that each of them has accepted."""
        names = frozenset(agents)
        has: ColumnElement[bool] = contacts.c.state.in_(TAKEN)
        if len(names) <= FEW:  # of all who work here it is quicker to read what anybody has
            has &= contacts.c.accepted_by.in_(names)
        wanted = select(contacts.c.contact_id, contacts.c.accepted_by).where(has).order_by(contacts.c.accepted_at_ms)
        found: dict[str, list[str]] = {}
        for row in self._connection.execute(wanted):
            if row.accepted_by in names:
                found.setdefault(row.accepted_by, []).append(row.contact_id)
        return found

    def carers_of(self, dedup_keys: list[str], limit: int = 10) -> tuple[str, ...]:
        """Who dealt with contacts of those places and kinds, the last one first, each once."""
        at_place = contacts.c.dedup_key.in_(dedup_keys) & (contacts.c.accepted_by != "")
        wanted = select(contacts.c.accepted_by).where(at_place).order_by(contacts.c.accepted_at_ms.desc()).limit(limit)
        return tuple(dict.fromkeys(row.accepted_by for row in self._connection.execute(wanted)))

    def change(self, before: Contact, after: Contact) -> None:
        """Store `after` in the place of `before`.

        Raises:
            RefusedError: somebody else changed it meanwhile.
        """
        self.change_many([(before, after)])

    def change_many(self, changes: Sequence[tuple[Contact, Contact]]) -> None:
        """The same for many, in one statement."""
        if not changes:
            return
        same = (contacts.c.contact_id == bindparam("of_id")) & (contacts.c.version == bindparam("of_version"))
        rows = [
            {**_values(after), "open_key": _open_key(after), "of_id": before.contact_id, "of_version": before.version}
            for before, after in changes
        ]
        names = [*(name for name in FIELDS if name != "contact_id"), "open_key"]
        statement = update(contacts).where(same).values({name: bindparam(name) for name in names})
        for row in rows:
            del row["contact_id"]
        if self._connection.execute(statement, rows).rowcount != len(changes):
            raise RefusedError("a contact was changed by somebody else")

    def _select(self, which: ColumnElement[bool]) -> list[Contact]:
        order = (contacts.c.priority.desc(), contacts.c.opened_at_ms, contacts.c.contact_id)
        rows = self._connection.execute(select(contacts).where(which).order_by(*order)).mappings()
        return [_contact(row) for row in rows]


@lru_cache(maxsize=256)
def _policy(raw: bytes) -> Policy:
    """Thousands of contacts have a few policies. One of another version that cannot be read must not keep a bed unheard."""
    try:
        return msgspec.json.decode(raw, type=Policy)
    except msgspec.MsgspecError as error:
        log.error("the policy of an open contact cannot be read; the default stands in: %s", error)
        return DEFAULT_POLICY


def _call(raw: bytes) -> CallState | None:
    """The same of its call: without it the contact is asked for all the same, and its ward tells it anew."""
    try:
        return decode(raw, CallState)
    except PayloadError as error:
        log.error("the call of a contact cannot be read; it is left out: %s", error)
        return None


def _open_key(contact: Contact) -> str | None:
    return contact.dedup_key if contact.is_open else None


def _values(contact: Contact) -> dict[str, Any]:
    plain = {name: getattr(contact, name) for name in FIELDS if name not in _PACKED}
    return {
        **plain,
        "policy": msgspec.json.encode(contact.policy),
        "call": None if contact.call is None else encode(contact.call),
        "fields": msgspec.json.encode(contact.fields),
    }


def _contact(row: RowMapping) -> Contact:
    plain = {name: row[name] for name in FIELDS if name not in _PACKED}
    policy = _policy(row["policy"])
    plain["step"] = min(row["step"], len(policy.steps) - 1)  # of one that stands in for a longer one
    return Contact(
        **plain,
        policy=policy,
        call=None if row["call"] is None else _call(row["call"]),
        fields=msgspec.json.decode(row["fields"], type=dict[str, str]),
    )
