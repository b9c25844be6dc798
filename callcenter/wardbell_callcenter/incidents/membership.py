"""Which contact is held back, because its incident rings in its place or because its button is muted."""

from collections.abc import Iterable
from dataclasses import dataclass

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.contacts.priority import is_emergency
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.store.incident_rows import Incident
from wardbell_protocol.bus.subjects import MUTED_BUTTON

# Fences of a step's timer, beside stepping.HELD.
FOLDED = 2  # its incident rings
MUTED = 3
PART = "part of an incident"
LOOK_AGAIN_MS = 60_000  # whatever became of the incident, its contacts are not forgotten


@dataclass(frozen=True)
class Hold:
    """Why, as the fence of a timer, and until when at least."""

    fence: int
    until_steady_ms: int
    told: str  # to whoever was being asked


def hold_of(turn: Turn, contact: Contact) -> Hold | None:
    """Why a round of that contact does not begin now, if it does not. An emergency's always begins."""
    if not is_ordinary(contact):
        return None
    head = head_of(turn, contact.incident_id)
    if head is not None and head.is_waiting:
        return Hold(FOLDED, turn.now.steady_ms + LOOK_AGAIN_MS, PART)
    mute = turn.mutes.get((contact.ward, contact.station_id))
    if mute is not None and mute.until_steady_ms > turn.now.steady_ms:
        return Hold(MUTED, mute.until_steady_ms, MUTED_BUTTON)
    return None


def leave(turn: Turn, contact: Contact) -> Contact:
    """From now on it rings by itself."""
    if not contact.incident_id or contact.kind == "incident":
        return contact
    turn.incidents_touched.add(contact.incident_id)
    return turn.change(contact.changed(incident_id=""))


def is_ordinary(contact: Contact) -> bool:
    """Whether it is a bed's call, and no emergency."""
    return contact.kind == "bed_call" and not is_emergency(contact.call_kind)


def head_of(turn: Turn, incident_id: str) -> Contact | None:
    """The contact that stands for the incident."""
    incident = turn.ledger.incidents.get(incident_id) if incident_id else None
    return None if incident is None else turn.contact(incident.contact_id)


def members_of(turn: Turn, incident: Incident) -> list[Contact]:
    """The contacts under it, open or not."""
    turn.store()  # what belongs to it is asked of the database
    return contacts_of(turn, turn.ledger.incidents.members(incident))


def given_to(turn: Turn, head: Contact, name: str) -> list[Contact]:
    """The contacts under an incident that its holder has and has not visited: they go where it goes."""
    incident = turn.ledger.incidents.get(head.incident_id) if head.kind == "incident" else None
    if incident is None or not name:
        return []
    return [one for one in members_of(turn, incident) if one.state == "accepted" and one.accepted_by == name]


def contacts_of(turn: Turn, contact_ids: Iterable[str]) -> list[Contact]:
    """Those contacts as they are now."""
    ids = list(contact_ids)
    turn.load(ids)
    return [contact for contact in map(turn.contact, ids) if contact is not None]
