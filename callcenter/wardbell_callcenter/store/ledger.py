"""What can be read and written inside one transaction of the store, in the call centre's words."""

import json
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from wardbell_callcenter.contact import ACCEPTED, OFFERED, WITHDRAWN, Contact
from wardbell_callcenter.store.errors import StoreError
from wardbell_callcenter.store.house_rows import HouseRows
from wardbell_callcenter.store.tables import authority, contacts, events, operators, outbox, replies, steps
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import AgentState, CentreEvent, CentreSnapshot, StepTaken
from wardbell_protocol.bus.payloads import CallState, Reply, decode, encode

STEP_FIELDS = [name for name in StepTaken.__struct_fields__ if name != "v"]


class Ledger:
    """One transaction. `record` whatever you change: the event and its publication go with the change or not at all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.houses = HouseRows(connection)

    def position(self) -> tuple[str, int]:
        """Epoch, and number of the last event."""
        row = self._connection.execute(select(authority.c.epoch, authority.c.seq)).one()
        return row.epoch, row.seq

    def record(self, kind: str, now_ms: int, by: str = "", **of: Contact | StepTaken | AgentState) -> None:
        """Append an event of that kind, and put it and what is retained into the outbox."""
        raised = update(authority).values(seq=authority.c.seq + 1).returning(authority.c.epoch, authority.c.seq)
        epoch, seq = self._connection.execute(raised).one()
        contact = of.get("contact")
        parts = {name: part.state() if isinstance(part, Contact) else part for name, part in of.items()}
        payload = encode(CentreEvent(epoch=epoch, seq=seq, at_ms=now_ms, kind=kind, by=by, **parts))  # type: ignore[arg-type]
        self._connection.execute(insert(events).values(seq=seq, at_ms=now_ms, kind=kind, payload=payload))
        self._publish(topics.event(topics.CALL_CENTRE_SCOPE), payload, retain=False)
        if isinstance(contact, Contact):
            self.publish_contact(contact)

    def publish_contact(self, contact: Contact) -> None:
        """Put a contact's retained state into the outbox: emptied where it is withdrawn."""
        payload = b"" if contact.status == WITHDRAWN else encode(contact.state())
        self._publish(topics.contact(contact.contact_id), payload, retain=True)

    def step(self, call_id: str, step: int, loop: int) -> StepTaken | None:
        """That step, where it was taken."""
        same = (steps.c.call_id == call_id) & (steps.c.step == step) & (steps.c.loop == loop)
        row = self._connection.execute(select(steps).where(same)).mappings().first()
        return None if row is None else _step_of(row)

    def add_step(self, taken: StepTaken, taken_from: str) -> None:
        """Store a step; a second one of its key breaks the transaction."""
        values = {name: getattr(taken, name) for name in STEP_FIELDS}
        self._connection.execute(insert(steps).values(**values, taken_from=taken_from))

    def open_steps(self) -> list[StepTaken]:
        """All steps of calls that are not cleared, oldest first."""
        wanted = select(steps).where(steps.c.is_closed.is_(False)).order_by(steps.c.taken_at_ms, steps.c.step)
        return [_step_of(row) for row in self._connection.execute(wanted).mappings()]

    def close_steps(self, call_id: str) -> None:
        """The call is cleared: its steps are history."""
        self._connection.execute(update(steps).where(steps.c.call_id == call_id).values(is_closed=True))

    def is_closed(self, call_id: str) -> bool:
        """Whether the call is known to be cleared."""
        closed = select(steps.c.call_id).where((steps.c.call_id == call_id) & steps.c.is_closed.is_(True))
        return self._connection.execute(closed.limit(1)).first() is not None

    def next_contact_id(self) -> str:
        """An id that no contact of any call centre's database has had."""
        epoch, seq = self.position()
        return f"c-{epoch}-{seq + 1}"

    def add_contact(self, contact: Contact) -> None:
        """Store a contact; a second one of its call and loop breaks the transaction."""
        self._connection.execute(insert(contacts).values(call_id=contact.call.call_id, **_values(contact)))

    def contact(self, contact_id: str) -> Contact | None:
        """That contact, open or not."""
        wanted = select(contacts).where(contacts.c.contact_id == contact_id)
        row = self._connection.execute(wanted).mappings().first()
        return None if row is None else _contact_of(row)

    def contacts_of(self, call_id: str) -> list[Contact]:
        """All contacts of a call, oldest loop first, open or not."""
        wanted = select(contacts).where(contacts.c.call_id == call_id).order_by(contacts.c.loop)
        return [_contact_of(row) for row in self._connection.execute(wanted).mappings()]

    def open_contacts(self) -> list[Contact]:
        """All contacts that are not withdrawn, oldest first."""
        wanted = select(contacts).where(contacts.c.status != WITHDRAWN).order_by(contacts.c.opened_at_ms)
        return [_contact_of(row) for row in self._connection.execute(wanted).mappings()]

    def accept(self, contact: Contact, by: str, now_ms: int) -> bool:
        """Give the contact to that operator if nobody has it yet: the one compare-and-set that decides."""
        taken = self._connection.execute(
            update(contacts)
            .where(contacts.c.contact_id == contact.contact_id)
            .where(contacts.c.status == OFFERED)
            .where(contacts.c.version == contact.version)
            .values(status=ACCEPTED, version=contact.version + 1, accepted_by=by, accepted_at_ms=now_ms)
        )
        return taken.rowcount == 1

    def change_contact(self, before: Contact, after: Contact) -> None:
        """Store `after`; StoreError when somebody else changed what `before` was."""
        changed = self._connection.execute(
            update(contacts)
            .where(contacts.c.contact_id == before.contact_id)
            .where(contacts.c.version == before.version)
            .values(**_values(after))
        )
        if changed.rowcount != 1:
            raise StoreError(f"contact {before.contact_id} was changed by somebody else")

    def operators(self) -> list[AgentState]:
        """Who is signed in, longest first."""
        wanted = select(operators).order_by(operators.c.signed_in_at_ms, operators.c.operator)
        return [AgentState(**row) for row in self._connection.execute(wanted).mappings()]

    def put_operator(self, operator: AgentState) -> None:
        """Sign in, or move to another seat."""
        self.remove_operator(operator.operator)
        values = {"operator": operator.operator, "seat": operator.seat, "signed_in_at_ms": operator.signed_in_at_ms}
        self._connection.execute(insert(operators).values(**values))

    def remove_operator(self, operator: str) -> None:
        """Sign out."""
        self._connection.execute(delete(operators).where(operators.c.operator == operator))

    def reply_to(self, command_id: str) -> Reply | None:
        """What that command was answered."""
        row = self._connection.execute(select(replies.c.reply).where(replies.c.command_id == command_id)).first()
        return None if row is None else decode(row.reply, Reply)

    def keep_reply(self, reply: Reply, now_ms: int) -> None:
        """Answer the same when the command comes again."""
        values = {"command_id": reply.command_id, "at_ms": now_ms, "reply": encode(reply)}
        self._connection.execute(insert(replies).values(**values))

    def forget_replies(self, before_ms: int) -> None:
        """Delete the answers given before then."""
        self._connection.execute(delete(replies).where(replies.c.at_ms < before_ms))

    def snapshot(self, now_ms: int) -> CentreSnapshot:
        """All that is open, as of the last event."""
        epoch, seq = self.position()
        return CentreSnapshot(
            epoch=epoch,
            seq=seq,
            at_ms=now_ms,
            contacts=[contact.state() for contact in self.open_contacts()],
            operators=self.operators(),
            steps=self.open_steps(),
        )

    def _publish(self, topic: str, payload: bytes, retain: bool) -> None:
        self._connection.execute(insert(outbox).values(topic=topic, payload=payload, retain=retain))


def _values(contact: Contact) -> dict[str, Any]:
    values = {name: getattr(contact, name) for name in Contact.__dataclass_fields__}
    return values | {"call": encode(contact.call), "offered_to": json.dumps(contact.offered_to).encode()}


def _contact_of(row: RowMapping) -> Contact:
    values = {name: row[name] for name in Contact.__dataclass_fields__}
    call, offered_to = decode(row["call"], CallState), tuple(json.loads(row["offered_to"]))
    return Contact(**values | {"call": call, "offered_to": offered_to})


def _step_of(row: RowMapping) -> StepTaken:
    return StepTaken(**{name: row[name] for name in STEP_FIELDS})
