"""Which contacts somebody may see, page by page, newest first. The rule is people/permissions.py; here it is a question."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, or_, select, tuple_, union_all

from wardbell_callcenter.contacts.contact import TAKEN, WAITING
from wardbell_callcenter.contacts.sought import Sought
from wardbell_callcenter.store.contact_tables import contacts, offers


class ContactListing:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, sought: Sought, limit: int) -> list[tuple[int, str]]:
        """When they were opened, and their ids."""
        rows = self._connection.execute(_newest(sought, limit))
        return [(row.opened_at_ms, row.contact_id) for row in rows]


def _newest(sought: Sought, limit: int) -> Select[Any]:
    """The newest of each state, which an index has in this order, and of those the newest: closed are years, open a few."""
    states = sorted(sought.states) or (*WAITING, *TAKEN)
    parts = [
        _newest_first(select(contacts.c.opened_at_ms, contacts.c.contact_id), contacts.c, limit)
        .where(contacts.c.state == state, *_conditions(sought))
        .subquery()
        for state in states
    ]
    some = union_all(*(select(part) for part in parts)).subquery()
    return _newest_first(select(some), some.c, limit)


def _newest_first(some: Select[Any], columns: Any, limit: int) -> Select[Any]:  # noqa: ANN401 - a table's, or a question's
    return some.order_by(columns.opened_at_ms.desc(), columns.contact_id.desc()).limit(limit)


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if sought.ward:
        conditions.append(contacts.c.ward == sought.ward)
    if sought.kind is not None:
        conditions.append(contacts.c.kind == sought.kind)
    if sought.after is not None:
        conditions.append(tuple_(contacts.c.opened_at_ms, contacts.c.contact_id) < tuple_(*sought.after))
    if sought.is_own:
        conditions.append(_his(sought.by))
    elif sought.wards is not None:
        conditions.append(or_(_his(sought.by), contacts.c.ward.in_(["", *sorted(sought.wards)])))
    return conditions


def _his(name: str) -> ColumnElement[bool]:
    asked = exists().where(
        (offers.c.target == name) & (offers.c.state == "offered") & (offers.c.contact_id == contacts.c.contact_id)
    )
    return or_(contacts.c.accepted_by == name, contacts.c.on_site_by == name, asked)
