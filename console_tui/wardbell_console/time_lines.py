"""What happened to each contact: what this console heard, and all of it where the call centre was asked. Pure."""

from dataclasses import dataclass

from wardbell_console.verbs import ANSWER_WITHIN_MS, PENDING, REFUSED, UNCONFIRMED
from wardbell_protocol.bus.centre_payloads import CentreEvent, CentreReply, ContactState

CONTACTS_KEPT = 500
EVENTS_KEPT = 200  # of a contact of which not all is known
TRIES = 3  # while nobody answers; more would only wait at the broker


@dataclass
class Reading:
    """A history on its way, in parts. `reason`: of its refusal."""

    contact_id: str
    after_seq: int = 0
    command_id: str = ""
    asked_at_ms: int = 0
    tries: int = 0
    reason: str = ""


class TimeLines:
    """Events by contact, the oldest first; contacts that nothing happened to for longest make room."""

    def __init__(self) -> None:
        self._events: dict[str, dict[int, CentreEvent]] = {}
        self._readings: dict[str, Reading] = {}
        self._whole: set[str] = set()

    def receive(self, event: CentreEvent) -> None:
        """Keep an event that is about a contact or an offer of it."""
        contact_id = event.contact.contact_id if event.contact is not None else ""
        contact_id = contact_id or (event.offer.contact_id if event.offer is not None else "")
        if contact_id:
            self._keep(contact_id, [event])

    def want(self, contact_id: str) -> None:
        """Have all of it read, from the beginning."""
        self._readings[contact_id] = Reading(contact_id)

    def due(self, now_ms: int) -> list[Reading]:
        """Those to ask for now: `asked` is to be said of each."""
        return [
            each
            for each in self._readings.values()
            if not each.reason and each.tries < TRIES and not _is_waiting(each, now_ms)
        ]

    def asked(self, reading: Reading, command_id: str, now_ms: int) -> None:
        """It was sent under that id."""
        reading.command_id, reading.asked_at_ms = command_id, now_ms
        reading.tries += 1

    def answered(self, reply: CentreReply) -> str:
        """Take an answer; returns the contact that it is about, "" where it is another command's."""
        reading = next((each for each in self._readings.values() if each.command_id == reply.command_id), None)
        if reading is None:
            return ""
        contact_id = reading.contact_id
        if not reply.ok:
            reading.reason = reply.reason
            return contact_id
        if reply.more_after:
            self._readings[contact_id] = Reading(contact_id, reply.more_after)
        else:
            del self._readings[contact_id]
            self._whole.add(contact_id)
        self._keep(contact_id, reply.time_line)
        return contact_id

    def gap(self) -> None:
        """Events may have been missed: nothing is known to be whole."""
        self._whole.clear()

    def state(self, contact_id: str, now_ms: int) -> tuple[str, str]:
        """What became of reading it: as verbs.py names it, "" where there is nothing to tell; and why it was refused."""
        reading = self._readings.get(contact_id)
        if reading is None:
            return "", ""
        if reading.reason:
            return REFUSED, reading.reason
        is_late = reading.tries == TRIES and not _is_waiting(reading, now_ms)
        return (UNCONFIRMED if is_late else PENDING), ""

    def contact(self, contact_id: str) -> ContactState | None:
        """How it stood last, also when it is closed; None where nothing is known of it."""
        return next((event.contact for event in reversed(self.of(contact_id)) if event.contact is not None), None)

    def has_joined(self, contact_id: str, name: str) -> bool:
        """Whether that person was heard to help with it: it is his too."""
        return any((event.kind, event.by) == ("joined", name) for event in self._events.get(contact_id, {}).values())

    def of(self, contact_id: str) -> list[CentreEvent]:
        """That contact's."""
        events = self._events.get(contact_id, {})
        return [events[seq] for seq in sorted(events)]

    def _keep(self, contact_id: str, some: list[CentreEvent]) -> None:
        events = self._events.pop(contact_id, {}) | {event.seq: event for event in some}
        if contact_id not in self._whole and contact_id not in self._readings:
            events = {seq: events[seq] for seq in sorted(events)[-EVENTS_KEPT:]}
        self._events[contact_id] = events
        if len(self._events) > CONTACTS_KEPT:
            oldest = next(iter(self._events))
            del self._events[oldest]
            self._readings.pop(oldest, None)
            self._whole.discard(oldest)


def _is_waiting(reading: Reading, now_ms: int) -> bool:
    return bool(reading.command_id) and 0 <= now_ms - reading.asked_at_ms < ANSWER_WITHIN_MS
