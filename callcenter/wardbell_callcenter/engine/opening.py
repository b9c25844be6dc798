"""Opens contacts: one for each place and kind, however often it is called; a call for what is open already is a repeat."""

from dataclasses import replace

from wardbell_callcenter.contacts.contact import Contact, place_key
from wardbell_callcenter.contacts.priority import priority_of
from wardbell_callcenter.engine import leaving, stepping
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.roster.policies import policy_for
from wardbell_protocol.bus.centre_payloads import ContactKind
from wardbell_protocol.bus.payloads import CallState


def open_for_call(turn: Turn, call: CallState) -> Contact:
    """A ward's call has come to the call centre's step."""
    return _open_for_call(turn, call, call.placed_at_ms, call.presses)


def open_anew(turn: Turn, call: CallState) -> None:
    """Its ward still shows a call that somebody here said is over; where its button was pressed since, it is one again."""
    known = [contact.call.presses for contact in turn.ledger.contacts.of_call(call.call_id) if contact.call is not None]
    if known and call.presses > max(known):  # of all of them: a clock that was set back does not say which is the last
        _open_for_call(turn, call, call.last_press_at_ms, call.presses - max(known))


def _open_for_call(turn: Turn, call: CallState, pressed_at_ms: int, presses: int) -> Contact:
    key = place_key(call.ward, call.station_id, call.room, call.bed, call.kind)
    known = turn.open_at(key)
    if known is not None:
        return repeat(turn, known, call)
    contact = _new(turn, "bed_call", key, call.kind, pressed_at_ms)
    place = replace(contact, ward=call.ward, station_id=call.station_id, room=call.room, bed=call.bed)
    return _open(turn, replace(place, call_id=call.call_id, call=call, repeats=max(0, presses - 1)))


def open_for_words(turn: Turn, kind: ContactKind, fields: dict[str, str], by: str) -> Contact:
    """Somebody brings one in that no bed calls for. The same words for the same place are the same contact while it is open."""
    ward, room, bed, subject = (fields.get(name, "") for name in ("ward", "room", "bed", "subject"))
    key = place_key(ward, "", room, bed, f"{kind}/{fields.get('key', subject)}")
    known = turn.open_at(key)
    if known is not None:
        return repeat(turn, known, None, by)
    contact = replace(_new(turn, kind, key, "", turn.now.wall_ms), ward=ward, room=room, bed=bed, subject=subject)
    rest = {
        name: value for name, value in fields.items() if name not in ("ward", "room", "bed", "subject", "kind", "key")
    }
    return _open(turn, replace(contact, fields=rest), by)


def repeat(turn: Turn, contact: Contact, call: CallState | None, by: str = "") -> Contact:
    """The same once more: more urgent, and back in the queue at once where nobody is at the bed yet."""
    if call is not None:
        contact = contact.changed(call=call, call_id=call.call_id)
    contact = again(turn, contact, 1, by)
    if contact.state == "accepted":
        return leaving.back_to_queue(turn, contact, "it was called again", turn.now.steady_ms)
    if contact.is_waiting:
        stepping.go_on(turn, contact)
    return contact


def again(turn: Turn, contact: Contact, times: int, by: str = "") -> Contact:
    """Somebody has called for it so many times more: it is more urgent."""
    contact = contact.changed(repeats=contact.repeats + times)
    contact = turn.change(contact.changed(priority=priority(turn, contact)))
    turn.ledger.record("repeated", turn.now, by=by, contact=contact)
    return contact


def _new(turn: Turn, kind: ContactKind, key: str, call_kind: str, pressed_at_ms: int) -> Contact:
    now = turn.now
    return Contact(
        contact_id=turn.ledger.new_id("c"),
        kind=kind,
        dedup_key=key,
        call_kind=call_kind,
        priority=0,
        policy=policy_for(turn.house, call_kind, kind, now.wall_ms),
        round_steady_ms=now.steady_ms,
        step_planned_steady_ms=now.steady_ms,
        pressed_at_ms=pressed_at_ms,
        opened_at_ms=now.wall_ms,
        opened_steady_ms=now.steady_ms,
    )


def _open(turn: Turn, contact: Contact, by: str = "") -> Contact:
    resident = turn.resident_of(contact)
    if resident is not None:
        contact = replace(contact, resident_id=resident.resident_id)
    contact = replace(contact, priority=priority(turn, contact))
    turn.add(contact)
    turn.ledger.record("opened", turn.now, by=by, contact=contact)
    return stepping.begin_round(turn, contact)


def priority(turn: Turn, contact: Contact) -> int:
    """How urgent it is by what is known of it now."""
    meant = turn.meant_by(contact)
    return priority_of(turn.house.priorities, contact.kind, contact.call_kind, meant, contact.repeats)
