"""Contacts in the database. A contact is changed only from the version that was read."""

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, insert, select, update

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


def _wanted(which: ColumnElement[bool]) -> Select[Any]:
    order = (contacts.c.priority.desc(), contacts.c.opened_at_ms, contacts.c.contact_id)
    return select(*(contacts.c[name] for name in FIELDS)).where(which).order_by(*order)


# Built once: a turn asks some forty questions, and to build one takes longer than to ask it.
_BY_ID = _wanted(contacts.c.contact_id == bindparam("of_id"))
_MANY = _wanted(contacts.c.contact_id.in_(bindparam("ids", expanding=True)))
_OPEN_AT = _wanted(contacts.c.open_key == bindparam("key"))
_OPEN_OF_CALL = _wanted((contacts.c.call_id == bindparam("of_call")) & IS_OPEN)
_OF_CALL = _wanted(contacts.c.call_id == bindparam("of_call"))
_OPEN = _wanted(IS_OPEN)
_WAITING = _wanted(IS_OPEN & contacts.c.state.not_in(TAKEN))
_TAKEN = (
    select(contacts.c.contact_id, contacts.c.accepted_by)
    .where(contacts.c.state.in_(TAKEN))
    .order_by(contacts.c.accepted_at_ms)
)
_TAKEN_BY = _TAKEN.where(contacts.c.accepted_by.in_(bindparam("names", expanding=True)))
_ADD = insert(contacts)
_CHANGE = (
    update(contacts)
    .where((contacts.c.contact_id == bindparam("of_id")) & (contacts.c.version == bindparam("of_version")))
    .values({name: bindparam(name) for name in (*FIELDS, "open_key") if name != "contact_id"})
)


class ContactRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, contact: Contact) -> None:
        """Store a new one; a second open one of its place and kind breaks the transaction."""
        self._connection.execute(_ADD, _values(contact) | {"open_key": _open_key(contact)})

    def get(self, contact_id: str) -> Contact | None:
        """That contact, open or not."""
        found = self._read(_BY_ID, of_id=contact_id)
        return found[0] if found else None

    def many(self, contact_ids: Iterable[str]) -> dict[str, Contact]:
        """Those contacts, by id."""
        wanted = list(contact_ids)
        found: dict[str, Contact] = {}
        for start in range(0, len(wanted), AT_ONCE):
            some = self._read(_MANY, ids=wanted[start : start + AT_ONCE])
            found |= {contact.contact_id: contact for contact in some}
        return found

    def open_at(self, dedup_key: str) -> Contact | None:
        """The open contact of that place and kind."""
        found = self._read(_OPEN_AT, key=dedup_key)
        return found[0] if found else None

    def open_of_call(self, call_id: str) -> list[Contact]:
        """The open contacts that follow that call of a ward."""
        return self._read(_OPEN_OF_CALL, of_call=call_id)

    def of_call(self, call_id: str) -> list[Contact]:
        """The contacts that have followed that call of a ward, open or not."""
        return self._read(_OF_CALL, of_call=call_id)

    def open(self) -> list[Contact]:
        """All that are not closed: the most urgent first, then the oldest."""
        return self._read(_OPEN)

    def open_call_ids(self) -> dict[str, str]:
        """Ward by call of all open contacts that follow one."""
        wanted = select(contacts.c.call_id, contacts.c.ward).where(IS_OPEN)
        return {row.call_id: row.ward for row in self._connection.execute(wanted) if row.call_id}

    def waiting(self) -> list[Contact]:
        """All that look for a person: the most urgent first, then the oldest."""
        return self._read(_WAITING)

    def taken_by(self, agents: Iterable[str]) -> dict[str, list[str]]:
        """Ids of the open contacts that each of them has accepted."""
        names = frozenset(agents)
        few = {"names": sorted(names)} if len(names) <= FEW else None
        rows = self._connection.execute(_TAKEN if few is None else _TAKEN_BY, few)  # of all: what anybody has
        found: dict[str, list[str]] = {}
        for contact_id, accepted_by in rows:
            if accepted_by in names:
                found.setdefault(accepted_by, []).append(contact_id)
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
        rows = [
            {**_values(after), "open_key": _open_key(after), "of_id": before.contact_id, "of_version": before.version}
            for before, after in changes
        ]
        for row in rows:
            del row["contact_id"]
        if self._connection.execute(_CHANGE, rows).rowcount != len(changes):
            raise RefusedError("a contact was changed by somebody else")

    def _read(self, wanted: Select[Any], **parameters: object) -> list[Contact]:
        return [_contact(row) for row in self._connection.execute(wanted, parameters)]


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


def _contact(row: Row[Any]) -> Contact:
    stored = dict(zip(FIELDS, row, strict=True))
    policy = _policy(stored["policy"])
    stored["policy"] = policy
    stored["step"] = min(stored["step"], len(policy.steps) - 1)  # of one that stands in for a longer one
    stored["call"] = None if stored["call"] is None else _call(stored["call"])
    stored["fields"] = msgspec.json.decode(stored["fields"], type=dict[str, str])
    return Contact(**stored)
