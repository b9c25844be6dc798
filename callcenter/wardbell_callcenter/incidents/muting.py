"""Mutes a station whose button is faulty: for a time, never for emergencies, and never without somebody who sees to it.

A muted station's calls still open contacts, which are shown and kept; their first step comes when the mute ends.
"""

from wardbell_callcenter.engine import opening, stepping
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.incidents.membership import MUTED, contacts_of
from wardbell_callcenter.store.incident_rows import Mute
from wardbell_callcenter.store.timer_rows import Timer
from wardbell_protocol.bus.payloads import Command
from wardbell_protocol.bus.subjects import MUTED_BUTTON, muted_subject

LONGEST_S = 86_400
SUBJECT = "stations"  # of the timer: the next one that rings again
OURSELVES = "callcenter"


def place_of(to: str) -> tuple[str, str]:
    """Ward and station of `ward/station`."""
    ward, _, station = to.partition("/")
    return ward, station


def mute(turn: Turn, command: Command) -> str:
    """Somebody says that a button is faulty; returns why not."""
    ward, station = place_of(command.to)
    if not command.reason:
        return "a mute needs a reason"
    if not turn.ledger.incidents.has_called(ward, station):
        return f"{command.to or 'nothing'}: no such station has called; say ward/station"
    for_s = command.for_s or turn.house.incidents.mute_s
    if for_s > LONGEST_S:
        return f"at most {LONGEST_S} s"
    begin(turn, ward, station, for_s, command.by, command.reason)
    return ""


def begin(turn: Turn, ward: str, station: str, for_s: int, by: str, reason: str) -> None:
    """What waits of that station is held back, and somebody is to see to the button."""
    now, for_ms = turn.now, for_s * 1000
    entry = Mute(
        ward=ward,
        station_id=station,
        until_ms=now.wall_ms + for_ms,
        until_steady_ms=now.steady_ms + for_ms,
        by=by,
        reason=reason[:256],
    )
    turn.ledger.incidents.put_mute(entry)
    _look_again(turn)
    fields = {"ward": ward, "subject": muted_subject(station), "key": f"muted/{station}"}
    fault = opening.open_for_words(turn, "technical", fields, by)
    turn.ledger.record("muted", now, by=by, reason=entry.reason, text=entry.place, contact=fault)
    turn.store()
    for contact in contacts_of(turn, turn.ledger.incidents.waiting_at(ward, station)):
        held = stepping.hold_back(turn, contact)
        if held is not None:
            turn.ledger.record("changed", now, reason=MUTED_BUTTON, contact=held)


def unmute(turn: Turn, command: Command) -> str:
    """It rings again, now; returns why not."""
    entry = turn.mutes.get(place_of(command.to))
    if entry is None:
        return f"{command.to or 'nothing'} is not muted"
    _end(turn, entry, command.by, command.reason)
    turn.store()
    for contact in contacts_of(turn, turn.ledger.incidents.waiting_at(entry.ward, entry.station_id)):
        timer = turn.timer("step", contact.contact_id)
        if timer is not None and timer.fence == MUTED:
            stepping.begin_round(turn, turn.change(contact.changed(round_steady_ms=turn.now.steady_ms)))
    return ""


def expire(turn: Turn) -> None:
    """Some have had their time; their contacts' steps are due at the same moment."""
    for entry in turn.ledger.incidents.mutes():
        if entry.until_steady_ms <= turn.now.steady_ms:
            _end(turn, entry, OURSELVES, "its time is over")
    _look_again(turn)


def _end(turn: Turn, entry: Mute, by: str, reason: str) -> None:
    turn.ledger.incidents.drop_mute(entry)
    _look_again(turn)
    turn.ledger.record("unmuted", turn.now, by=by, reason=reason, text=entry.place)


def _look_again(turn: Turn) -> None:
    turn.forget_mutes()
    if turn.mutes:
        due_ms = min(entry.until_steady_ms for entry in turn.mutes.values())
        turn.set_timer(Timer("mute", SUBJECT, due_ms, turn.now.steady_ms))
    else:
        turn.drop_timer("mute", SUBJECT)
