"""What the figures are counted from, read in one pass."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select

from wardbell_callcenter.figures.case import Case
from wardbell_callcenter.store.contact_tables import contacts, offers
from wardbell_callcenter.store.tables import events
from wardbell_protocol.calls.signals import AT_BED

SLICE_MS = 7 * 86_400_000  # of one question: a year of a large house is more than a server gives one statement
NOT_COME = "has not come"  # how the event of a contact that came back unvisited ends (engine/due.py)
_COLUMNS = (
    "contact_id",
    "kind",
    "call_kind",
    "ward",
    "state",
    "pressed_at_ms",
    "opened_at_ms",
    "offered_at_ms",
    "accepted_at_ms",
    "on_site_at_ms",
    "closed_at_ms",
    "highest_step",
)


class _Call(msgspec.Struct):
    """What the figures want of the ward's call."""

    attended_at_ms: int | None = None
    acknowledged_at_ms: int | None = None
    acknowledged_by: str = ""
    cleared_where: str = ""


class _Event(msgspec.Struct):
    by: str = ""
    reason: str = ""


class FigureRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def cases(self, from_ms: int, until_ms: int, ward: str = "") -> list[Case]:
        """The contacts that were opened then, of that ward or of all; those under an incident, and not its own."""
        return [
            case
            for start in range(from_ms, until_ms, SLICE_MS)
            for case in self._cases(start, min(start + SLICE_MS, until_ms), ward)
        ]

    def offers(self, from_ms: int, until_ms: int) -> dict[tuple[str, str], dict[str, int]]:
        """Offers to seats for contacts that were opened then: by contact and agent, counted by state."""
        found: dict[tuple[str, str], dict[str, int]] = {}
        by = (offers.c.contact_id, offers.c.target, offers.c.state)
        counted = select(*by, func.count()).join(contacts, contacts.c.contact_id == offers.c.contact_id).group_by(*by)
        for start in range(from_ms, until_ms, SLICE_MS):
            which = _opened(start, min(start + SLICE_MS, until_ms)) & (offers.c.medium == "seat")
            for contact_id, agent, state, count in self._connection.execute(counted.where(which)):
                found.setdefault((contact_id, agent), {})[state] = count
        return found

    def _cases(self, from_ms: int, until_ms: int, ward: str) -> list[Case]:
        which = _opened(from_ms, until_ms) & (contacts.c.kind != "incident")
        if ward:
            which &= contacts.c.ward == ward
        takers, unvisited = self._acceptances(from_ms, until_ms)
        columns = [contacts.c[name] for name in (*_COLUMNS, "dedup_key", "room", "station_id", "call")]
        rows = self._connection.execute(select(*columns).where(which).order_by(contacts.c.opened_at_ms)).mappings()
        return [_case(dict(row), takers.get(row["contact_id"], []), unvisited) for row in rows]

    def _acceptances(self, from_ms: int, until_ms: int) -> tuple[dict[str, list[str]], dict[str, int]]:
        """Who accepted each contact that was opened then, and how often nobody came after that."""
        which = _opened(from_ms, until_ms) & events.c.kind.in_(("accepted", "returned"))
        wanted = select(events.c.contact_id, events.c.kind, events.c.payload)
        rows = self._connection.execute(
            wanted.join(contacts, contacts.c.contact_id == events.c.contact_id).where(which)
        )
        takers: dict[str, list[str]] = {}
        unvisited: dict[str, int] = {}
        for row in rows:
            event = msgspec.json.decode(row.payload, type=_Event)
            if row.kind == "accepted":
                takers.setdefault(row.contact_id, []).append(event.by)
            elif event.reason.endswith(NOT_COME):
                unvisited[row.contact_id] = unvisited.get(row.contact_id, 0) + 1
        return takers, unvisited


def _opened(from_ms: int, until_ms: int) -> ColumnElement[bool]:
    return (contacts.c.opened_at_ms >= from_ms) & (contacts.c.opened_at_ms < until_ms)


def _case(row: dict[str, Any], takers: list[str], unvisited: dict[str, int]) -> Case:
    call = _Call() if row["call"] is None else msgspec.json.decode(row["call"], type=_Call)
    # Whoever accepts here is shown as having acknowledged there: that is no second person who goes.
    is_ours = call.acknowledged_by in takers
    return Case(
        **{name: row[name] for name in _COLUMNS},
        place=row["dedup_key"].rpartition("/")[0] if row["room"] or row["station_id"] else "",
        ward_came_at_ms=_after_press(row, call.attended_at_ms),
        ward_answered_at_ms=None if is_ours else _after_press(row, call.acknowledged_at_ms),
        is_cleared_away=call.cleared_where not in ("", AT_BED),
        acceptances=len(takers),
        unvisited=unvisited.get(row["contact_id"], 0),
    )


def _after_press(row: dict[str, Any], at_ms: int | None) -> int | None:
    """Of a call that is a contact for the second time, who came before that did not come for it."""
    return None if at_ms is None or at_ms < row["pressed_at_ms"] else at_ms
