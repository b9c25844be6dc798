"""What happened, in the database: for good, numbered without a gap; each event's columns make the time lines."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from wardbell_callcenter.store.tables import authority, events, outbox
from wardbell_protocol.bus.centre_payloads import CentreEvent
from wardbell_protocol.bus.payloads import PayloadError, decode, encode

_SMALLEST = 100  # bytes; no event that says anything has fewer


_POSITION = select(authority.c.epoch, authority.c.seq)
_TAKE = update(authority).values(seq=authority.c.seq + bindparam("count")).returning(authority.c.epoch, authority.c.seq)
_ADD = insert(events)
_PUBLISH = insert(outbox)
_JOINED = select(events.c.agent).where((events.c.contact_id == bindparam("of_contact")) & (events.c.kind == "joined"))


class EventRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def position(self) -> tuple[str, int]:
        """Epoch, and number of the last event."""
        row = self._connection.execute(_POSITION).one()
        return row.epoch, row.seq

    def take_numbers(self, count: int) -> tuple[str, int]:
        """Epoch, and the first of so many numbers that are given to nobody else."""
        row = self._connection.execute(_TAKE, {"count": count}).one()
        return row.epoch, row.seq - count + 1

    def add(self, some: Sequence[CentreEvent]) -> None:
        """Store them."""
        rows = [
            {
                "seq": event.seq,
                "at_ms": event.at_ms,
                "kind": event.kind,
                "contact_id": event.contact.contact_id if event.contact is not None else "",
                "agent": _agent_of(event),
                "payload": encode(event),
            }
            for event in some
        ]
        self._connection.execute(_ADD, rows)

    def publish(self, messages: Sequence[tuple[str, bytes, bool]]) -> None:
        """Put topics, payloads, and whether they are retained, into the outbox."""
        rows = [{"topic": topic, "payload": payload, "retain": retain} for topic, payload, retain in messages]
        if rows:
            self._connection.execute(_PUBLISH, rows)

    def of_contact(self, contact_id: str) -> list[CentreEvent]:
        """Its time line, oldest first, as far as this version can read it."""
        wanted = select(events.c.payload).where(events.c.contact_id == contact_id).order_by(events.c.seq)
        rows = self._connection.execute(wanted)
        return [event for row in rows if (event := _event(row.payload)) is not None]

    def part_of_contact(self, contact_id: str, after: int, most: int) -> tuple[list[CentreEvent], int]:
        """What comes after that number of a contact's time line, oldest first; and after which number there is more, or 0.

        Args:
            most: bytes of all of them; one event is told whatever it has.
        """
        behind = (events.c.contact_id == contact_id) & (events.c.seq > after)
        wanted = select(events.c.seq, events.c.payload).where(behind).order_by(events.c.seq).limit(most // _SMALLEST)
        rows = self._connection.execute(wanted).all()
        taken, left = 0, most
        while taken < len(rows) and (not taken or left >= len(rows[taken].payload)):
            left -= len(rows[taken].payload)
            taken += 1
        found = [event for row in rows[:taken] if (event := _event(row.payload)) is not None]
        is_all = taken == len(rows) < most // _SMALLEST
        return found, 0 if is_all else rows[taken - 1].seq

    def joined(self, contact_id: str) -> list[str]:
        """Who helps with that contact."""
        return list(self._connection.execute(_JOINED, {"of_contact": contact_id}).scalars())

    def after(self, seq: int, limit: int) -> list[CentreEvent]:
        """The oldest events above that number. Those that an older version wrote in another form are passed over."""
        found: list[CentreEvent] = []
        while not found:
            wanted = (
                select(events.c.seq, events.c.payload).where(events.c.seq > seq).order_by(events.c.seq).limit(limit)
            )
            rows = self._connection.execute(wanted).all()
            if not rows:
                break
            found = [event for row in rows if (event := _event(row.payload)) is not None]
            seq = rows[-1].seq
        return found


def _event(payload: bytes) -> CentreEvent | None:
    try:
        return decode(payload, CentreEvent)
    except PayloadError:
        return None


def _agent_of(event: CentreEvent) -> str:
    if event.agent is not None:
        return event.agent.agent
    if event.kind == "joined":
        return event.by[:64]
    return event.offer.target[:64] if event.offer is not None else ""
