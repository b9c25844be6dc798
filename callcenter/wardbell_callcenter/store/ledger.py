"""What can be read and written inside one transaction of the store, in the call centre's words."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from wardbell_callcenter.clock import Mark, Now, Reading
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.store.agent_rows import AgentRows, People
from wardbell_callcenter.store.alarm_rows import AlarmRows
from wardbell_callcenter.store.audit_rows import AuditRows
from wardbell_callcenter.store.contact_listing import ContactListing
from wardbell_callcenter.store.contact_rows import ContactRows
from wardbell_callcenter.store.delivery_rows import DeliveryRows
from wardbell_callcenter.store.event_rows import EventRows
from wardbell_callcenter.store.figure_rows import FigureRows
from wardbell_callcenter.store.house_rows import HouseRows
from wardbell_callcenter.store.incident_rows import IncidentRows
from wardbell_callcenter.store.offer_rows import Offer, OfferRows
from wardbell_callcenter.store.outbox_rows import OutboxRows
from wardbell_callcenter.store.pop_rows import PopRows
from wardbell_callcenter.store.reply_rows import ReplyRows
from wardbell_callcenter.store.resident_rows import ResidentRows
from wardbell_callcenter.store.roster_rows import RosterRows
from wardbell_callcenter.store.step_rows import StepRows
from wardbell_callcenter.store.tables import steady
from wardbell_callcenter.store.timer_rows import Timer, TimerRows
from wardbell_callcenter.store.token_rows import TokenRows
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import AgentState, CentreEvent, ContactState, IncidentState, StepTaken
from wardbell_protocol.bus.payloads import encode


@dataclass(frozen=True, kw_only=True)
class _Record:
    kind: str
    now: Now
    by: str
    reason: str
    text: str
    late_ms: int
    contact: Contact | None
    offer: Offer | None
    step: StepTaken | None
    agent: AgentState | None
    incident: IncidentState | None


class Ledger:
    """One transaction. `record` whatever you change: the event and its publication go with the change or not at all.

    Events are told when the transaction ends, all in one go: what they say of who is being asked, and of the next step, is
    what is true then.
    """

    def __init__(self, connection: Connection, people: People | None = None) -> None:
        self._connection = connection
        self.contacts = ContactRows(connection)
        self.listing = ContactListing(connection)
        self.tokens = TokenRows(connection)
        self.timers = TimerRows(connection)
        self.incidents = IncidentRows(connection)
        self.offers = OfferRows(connection)
        self.deliveries = DeliveryRows(connection)
        self.agents = AgentRows(connection, people)
        self.audit = AuditRows(connection)
        self.houses = HouseRows(connection)
        self.residents = ResidentRows(connection)
        self.pops = PopRows(connection)
        self.figures = FigureRows(connection)
        self.alarms = AlarmRows(connection)
        self.roster = RosterRows(connection)
        self.steps = StepRows(connection)
        self.replies = ReplyRows(connection)
        self.events = EventRows(connection)
        self.outbox = OutboxRows(connection)
        self._records: list[_Record] = []

    def position(self) -> tuple[str, int]:
        """Epoch, and number of the last event, as if all that is recorded were told."""
        epoch, seq = self.events.position()
        return epoch, seq + len(self._records)

    def new_id(self, prefix: str) -> str:
        """An id that nothing of any call centre's database has had. Record an event of it before you ask for the next."""
        epoch, seq = self.position()
        return f"{prefix}-{epoch}-{seq + 1}"

    def record(
        self,
        kind: str,
        now: Now,
        by: str = "",
        reason: str = "",
        text: str = "",
        late_ms: int = 0,
        contact: Contact | None = None,
        offer: Offer | None = None,
        step: StepTaken | None = None,
        agent: AgentState | None = None,
        incident: IncidentState | None = None,
    ) -> None:
        """Append an event of that kind; it and what is retained of its contact go into the outbox when the transaction ends."""
        self._records.append(
            _Record(
                kind=kind,
                now=now,
                by=by,
                reason=reason[:256],
                text=text,
                late_ms=max(0, late_ms),
                contact=contact,
                offer=offer,
                step=step,
                agent=agent,
                incident=incident,
            )
        )

    def tell(self) -> list[CentreEvent]:
        """Number, store and publish what was recorded; returns it. The store does so at the end of each transaction."""
        records, self._records = self._records, []
        if not records:
            return []
        states = self.states([record.contact for record in records if record.contact is not None], records[-1].now)
        epoch, first = self.events.take_numbers(len(records))
        told = [_event(record, epoch, first + index, states) for index, record in enumerate(records)]
        self.events.add(told)
        event_topic = topics.event(topics.CALL_CENTRE_SCOPE)
        latest = {record.contact.contact_id: record.contact for record in records if record.contact is not None}
        retained = [_retained(states[_key(contact)]) for contact in latest.values()]
        self.events.publish([*((event_topic, encode(event), False) for event in told), *retained])
        return told

    def publish_contacts(self, contacts: list[Contact], now: Now) -> None:
        """Put the retained states of those into the outbox once more."""
        self.events.publish([_retained(state) for state in self.states(contacts, now).values()])

    def states(self, contacts: list[Contact], now: Now) -> dict[tuple[str, int], ContactState]:
        """What the bus is told of them, by id and version, with who is being asked and when the next step comes."""
        ids = list(dict.fromkeys(contact.contact_id for contact in contacts if contact.is_open))
        asked, timers = self.offers.asked_of(ids), self.timers.many("step", ids)
        return {
            _key(contact): contact.to_state(
                asked.get(contact.contact_id, []),
                _wall_ms(timers.get(contact.contact_id), now),
            )
            for contact in contacts
        }

    def mark(self) -> Mark | None:
        """The engine's time as it was last kept."""
        row = self._connection.execute(select(steady)).mappings().first()
        if row is None:
            return None
        return Mark(row["steady_ms"], Reading(row["wall_ms"], row["boot_id"], row["boot_ms"]))

    def keep_mark(self, mark: Mark) -> None:
        """Keep the engine's time."""
        reading = mark.reading
        values = {"wall_ms": reading.wall_ms, "boot_id": reading.boot_id, "boot_ms": reading.boot_ms}
        self._connection.execute(delete(steady))
        self._connection.execute(insert(steady).values(one=1, steady_ms=mark.steady_ms, **values))


def _key(contact: Contact) -> tuple[str, int]:
    return contact.contact_id, contact.version


def _wall_ms(timer: Timer | None, now: Now) -> int | None:
    if timer is None:
        return None
    return max(0, now.wall_ms + timer.due_steady_ms - now.steady_ms)


def _retained(state: ContactState) -> tuple[str, bytes, bool]:
    """Emptied where it is closed."""
    payload = b"" if state.closed_at_ms is not None else encode(state)
    return topics.contact(state.contact_id), payload, True


def _event(record: _Record, epoch: str, seq: int, states: dict[tuple[str, int], ContactState]) -> CentreEvent:
    return CentreEvent(
        epoch=epoch,
        seq=seq,
        at_ms=record.now.wall_ms,
        kind=record.kind,  # type: ignore[arg-type]
        by=record.by,
        reason=record.reason,
        text=record.text,
        late_ms=record.late_ms,
        contact=states[_key(record.contact)] if record.contact is not None else None,
        offer=record.offer.to_state() if record.offer is not None else None,
        step=record.step,
        agent=record.agent,
        incident=record.incident,
    )
