"""Which contacts somebody may see, page by page, newest first. The rule is people/permissions.py; here it is a question."""

from sqlalchemy import ColumnElement, Connection, exists, or_, select, tuple_

from wardbell_callcenter.contacts.sought import Sought
from wardbell_callcenter.store.contact_tables import IS_OPEN, contacts, offers


class ContactListing:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, sought: Sought, limit: int) -> list[tuple[int, str]]:
        """When they were opened, and their ids."""
        order = (contacts.c.opened_at_ms.desc(), contacts.c.contact_id.desc())
        wanted = select(contacts.c.opened_at_ms, contacts.c.contact_id).where(*_conditions(sought)).order_by(*order)
        return [(row.opened_at_ms, row.contact_id) for row in self._connection.execute(wanted.limit(limit))]


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [contacts.c.state.in_(sorted(sought.states)) if sought.states else IS_OPEN]
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
