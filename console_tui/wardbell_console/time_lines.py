"""What happened to each contact since this console follows the call centre. Pure."""

from wardbell_protocol.bus.centre_payloads import CentreEvent, ContactState

CONTACTS_KEPT = 500
EVENTS_KEPT = 200


class TimeLines:
    """Events by contact, the oldest first; contacts that nothing happened to for longest make room."""

    def __init__(self) -> None:
        self._events: dict[str, list[CentreEvent]] = {}

    def receive(self, event: CentreEvent) -> None:
        """Keep an event that is about a contact or an offer of it."""
        contact_id = event.contact.contact_id if event.contact is not None else ""
        contact_id = contact_id or (event.offer.contact_id if event.offer is not None else "")
        if not contact_id:
            return
        events = self._events.pop(contact_id, [])
        self._events[contact_id] = [*events, event][-EVENTS_KEPT:]
        if len(self._events) > CONTACTS_KEPT:
            del self._events[next(iter(self._events))]

    def contact(self, contact_id: str) -> ContactState | None:
        """How it stood last, also when it is closed; None where nothing is known of it."""
        return next((event.contact for event in reversed(self.of(contact_id)) if event.contact is not None), None)

    def of(self, contact_id: str) -> list[CentreEvent]:
        """That contact's."""
        return self._events.get(contact_id, [])
