"""Folds many contacts of one cause under one contact, and keeps both in step.

While the incident's contact looks for somebody, those under it are not offered. Whoever takes it gets them all; from then on each
goes its own way: not visited, it is back in the queue by itself. When the incident's contact is closed, those that nobody has
ring again. All of that follows at the end of the turn in which it came about. What a short time is, the engine's own time says.
"""

from collections.abc import Iterable

from wardbell_callcenter.contacts.contact import Contact, place_key
from wardbell_callcenter.contacts.priority import priority_of
from wardbell_callcenter.engine import answering, leaving, stepping, wards
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.incidents import muting
from wardbell_callcenter.incidents.detector import Waiting, corridor_of, crowded, storming
from wardbell_callcenter.incidents.membership import FOLDED, PART, contacts_of, head_of, is_ordinary, members_of
from wardbell_callcenter.roster.policies import policy_for
from wardbell_callcenter.store.incident_rows import SCOPE_LENGTH, Incident, IncidentKind

ALL_OVER = "all its contacts are over"
ALL_TAKEN = "somebody has each of its contacts"
OURSELVES = "callcenter"


def settle(turn: Turn) -> None:
    """Look at the contacts that were opened, and bring every incident that was touched in line."""
    while turn.opened or turn.incidents_touched:
        opened, turn.opened = turn.opened, []
        by_ward: dict[str, list[Contact]] = {}
        for contact in contacts_of(turn, opened):
            if is_ordinary(contact) and contact.is_waiting:
                by_ward.setdefault(contact.ward, []).append(contact)
        for ward, some in by_ward.items():
            turn.store()  # the detector counts in the database
            _storms(turn, ward, {contact.station_id for contact in some} - {""})
            _crowds(turn, ward, {contact.contact_id for contact in some})
        touched, turn.incidents_touched = turn.incidents_touched, set()
        for incident_id in sorted(touched):
            _align(turn, incident_id)


def _storms(turn: Turn, ward: str, stations: set[str]) -> None:
    rules, rows = turn.house.incidents, turn.ledger.incidents
    opened = rows.opened(ward, sorted(stations), turn.now.steady_ms - rules.button_s * 1000)
    for station in storming(rules, opened):
        scope = f"{ward}/{station}"[:SCOPE_LENGTH]
        if (ward, station) in turn.mutes or scope in _open(turn, "faulty_button", ward):
            continue
        _open_incident(turn, "faulty_button", scope, ward, rows.waiting_at(ward, station))
        muting.begin(turn, ward, station, rules.mute_s, OURSELVES, f"{opened[station]} calls in {rules.button_s} s")


def _crowds(turn: Turn, ward: str, opened: set[str]) -> None:
    """What has just been opened joins the incident of its corridor; where there is none, all that wait may be one."""
    rules = turn.house.incidents
    if not rules.corridor_calls:
        return
    known = _open(turn, "corridor", ward)
    ids = turn.ledger.incidents.waiting(ward, turn.now.steady_ms - rules.corridor_s * 1000)
    single = [contact for contact in contacts_of(turn, ids) if contact.is_waiting and not contact.incident_id]
    waiting = [_waiting(turn, contact) for contact in single]
    for one in waiting:
        if one.scope in known and one.contact_id in opened:
            _join(turn, known[one.scope], one.contact_id)
    rest = [one for one in waiting if one.scope not in known]
    for scope, crowd in crowded(rules, rest).items():
        _open_incident(turn, "corridor", scope, ward, crowd)


def _waiting(turn: Turn, contact: Contact) -> Waiting:
    place = contact.station_id or f"{contact.room}-{contact.bed}"
    scope = corridor_of(turn.house, contact.ward, contact.room)[:SCOPE_LENGTH]
    return Waiting(contact.contact_id, place, scope)


def _open(turn: Turn, kind: IncidentKind, ward: str) -> dict[str, Incident]:
    return {incident.scope: incident for incident in turn.ledger.incidents.open(ward) if incident.kind == kind}


def _open_incident(turn: Turn, kind: IncidentKind, scope: str, ward: str, contact_ids: Iterable[str]) -> None:
    now, members = turn.now, contacts_of(turn, contact_ids)
    incident = Incident(
        incident_id=turn.ledger.new_id("i"),
        kind=kind,
        scope=scope,
        ward=ward,
        contact_id=turn.ledger.new_id("c"),
        opened_at_ms=now.wall_ms,
    )
    head = Contact(
        contact_id=incident.contact_id,
        kind="incident",
        dedup_key=place_key(scope, "incident", "", "", kind),
        ward=ward,
        subject=scope,
        incident_id=incident.incident_id,
        priority=priority_of(turn.house.priorities, "incident", ""),
        policy=policy_for(turn.house, "", "incident", now.wall_ms),
        round_steady_ms=now.steady_ms,
        step_planned_steady_ms=now.steady_ms,
        pressed_at_ms=min((contact.pressed_at_ms for contact in members), default=now.wall_ms),
        opened_at_ms=now.wall_ms,
        opened_steady_ms=now.steady_ms,
    )
    turn.ledger.incidents.add(incident)
    turn.add(head)
    turn.ledger.record("opened", now, contact=head)
    stepping.begin_round(turn, head)
    for contact in members:
        _fold(turn, incident, contact)
    _tell(turn, incident)


def _join(turn: Turn, incident: Incident, contact_id: str) -> None:
    """A late one; once somebody has the incident, what comes after rings for itself."""
    head, contact = head_of(turn, incident.incident_id), turn.contact(contact_id)
    if head is not None and head.is_waiting and contact is not None:
        _fold(turn, incident, contact)
        _tell(turn, incident)


def _fold(turn: Turn, incident: Incident, contact: Contact) -> None:
    """It rings no more by itself; its incident is as urgent as it. One that it was part of has to do without it."""
    if contact.incident_id:
        turn.incidents_touched.add(contact.incident_id)
    contact = turn.change(contact.changed(incident_id=incident.incident_id))
    contact = stepping.hold_back(turn, contact) or contact
    turn.ledger.record("changed", turn.now, reason=PART, contact=contact)
    head = turn.contact(incident.contact_id)
    if head is not None and head.priority < contact.priority:
        turn.change(head.changed(priority=contact.priority))


def _tell(turn: Turn, incident: Incident) -> None:
    members = [contact.contact_id for contact in members_of(turn, incident)]
    head = turn.contact(incident.contact_id)
    turn.ledger.record("incident", turn.now, contact=head, incident=incident.to_state(members))


def _align(turn: Turn, incident_id: str) -> None:
    incident = turn.ledger.incidents.get(incident_id)
    head = None if incident is None else turn.contact(incident.contact_id)
    if incident is None or incident.closed_at_ms is not None or head is None:
        return
    members = members_of(turn, incident)
    urgency = max((contact.priority for contact in members if contact.is_open), default=head.priority)
    if head.is_open and head.priority < urgency:  # one under it was called again, or somebody said whose bed it is
        head = turn.change(head.changed(priority=urgency))
    turn.load_step_timers(contact.contact_id for contact in members)
    if head.is_open and not any(contact.is_open for contact in members):
        head = leaving.close(turn, head, "resolved", OURSELVES, ALL_OVER)
    elif head.is_waiting and not any(contact.is_waiting for contact in members):
        head = leaving.close(turn, head, "resolved", OURSELVES, ALL_TAKEN)
    if head.is_taken:
        _follow_holder(turn, head, members)
    elif head.is_open:
        _hold_again(turn, members)
    else:
        _end(turn, incident, members)


def _follow_holder(turn: Turn, head: Contact, members: list[Contact]) -> None:
    """Whoever has taken the incident has what waited behind it; at one of the beds he is where it is."""
    for contact in members:
        if contact.is_waiting and _is_folded(turn, contact):
            answering.give(turn, contact, head.accepted_by, PART)
    is_there = any(contact.state == "on_site" and contact.on_site_by == head.accepted_by for contact in members)
    if head.state == "accepted" and is_there:
        wards.arrive(turn, head, head.accepted_by)


def _hold_again(turn: Turn, members: list[Contact]) -> None:
    """It looks for somebody once more, in the place of all that wait."""
    for contact in members:
        if contact.is_waiting and not _is_folded(turn, contact):
            stepping.hold_back(turn, contact)


def _end(turn: Turn, incident: Incident, members: list[Contact]) -> None:
    turn.ledger.incidents.close(incident.incident_id, turn.now.wall_ms)
    for contact in members:
        if contact.is_waiting and _is_folded(turn, contact):
            stepping.begin_round(turn, turn.change(contact.changed(round_steady_ms=turn.now.steady_ms)))
    closed = turn.ledger.incidents.get(incident.incident_id)
    _tell(turn, closed or incident)


def _is_folded(turn: Turn, contact: Contact) -> bool:
    timer = turn.timer("step", contact.contact_id)
    return timer is not None and timer.fence == FOLDED
