"""What people answer to contacts: accept, refuse, on site, release, transfer, take over, join, and the like.

Each function returns why not, in words for people; nothing where it was done.
"""

from dataclasses import replace

from wardbell_callcenter.contacts import plan
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine import leaving, limits, stepping, wards
from wardbell_callcenter.engine.opening import priority
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.house import House, Policy, Step
from wardbell_callcenter.incidents.membership import given_to, leave
from wardbell_callcenter.people import presence
from wardbell_callcenter.people.permissions import About, may, person
from wardbell_callcenter.residents.resident import Resident
from wardbell_callcenter.roster.policies import policy_for
from wardbell_callcenter.store.offer_rows import Offer, offer_id_of
from wardbell_protocol.bus.payloads import Command

SIGN_IN_FIRST = "sign in first"
TRANSFER_RING_S = 30
LONGEST_S = 86_400


def accept(turn: Turn, contact: Contact, command: Command) -> str:
    """The contact is his, if nobody has it."""
    name = command.by
    if name not in turn.agents:
        return SIGN_IN_FIRST
    if not contact.is_open:
        return contact.closed_reason or f"it is over: {contact.state}"
    if contact.is_taken:
        return "" if contact.accepted_by == name else f"already taken by {contact.accepted_by}"
    give(turn, contact, name)
    return ""


def give(turn: Turn, contact: Contact, name: str, reason: str = "") -> Contact:
    """It is his from now on; all others hear so."""
    had_by = contact.accepted_by if contact.is_taken else ""
    contact = turn.change(contact.accepted(name, turn.now))
    his = _end_offers(turn, contact, name)
    turn.ledger.record("accepted", turn.now, by=name, reason=reason, contact=contact, offer=his)
    turn.drop_timers(contact.contact_id)
    limits.set_limit(turn, contact)
    turn.of_people(lambda: presence.accepted(turn.ledger, name, turn.now))
    if had_by != name:
        leaving.let_go(turn, had_by, name)
    wards.tell(turn, contact, "acknowledge", name)
    return contact


def _end_offers(turn: Turn, contact: Contact, name: str) -> Offer | None:
    """One of his is the accepted one; every other leg is withdrawn."""
    live = turn.live_of(contact.contact_id)
    his = next((offer for offer in live if offer.target == name), None)
    told = f"taken by {name}"
    for offer in live:
        if offer is not his:
            turn.end_offer(offer, "withdrawn", told, told=told)
    return None if his is None else turn.end_offer(his, "accepted", "", told=told if his.medium != "seat" else "")


def refuse(turn: Turn, contact: Contact, command: Command) -> str:
    """He cannot; whoever comes next is asked."""
    his = [offer for offer in turn.live_of(contact.contact_id) if offer.target == command.by]
    if not his:
        return "it is not being offered to you"
    after = [turn.end_offer(offer, "refused", command.reason, told="refused") for offer in his]
    turn.ledger.record("refused", turn.now, by=command.by, reason=command.reason, contact=contact, offer=after[0])
    turn.people_left.discard(command.by)
    turn.of_people(lambda: presence.refused(turn.ledger, command.by, turn.now))
    turn.to_ask.add(contact.contact_id)
    return ""


def on_site(turn: Turn, contact: Contact, command: Command) -> str:
    """He is at the bed: whoever is there first has it, whether he accepted it before or not."""
    name = command.by
    if name not in turn.agents:
        return SIGN_IN_FIRST
    if not contact.is_open:
        return contact.closed_reason or f"it is over: {contact.state}"
    if contact.state == "on_site":
        return "" if contact.on_site_by == name else f"{contact.on_site_by} is there already"
    if contact.accepted_by != name or not contact.is_taken:
        contact = give(turn, contact, name)
    wards.arrive(turn, contact, name)
    return ""


def release(turn: Turn, contact: Contact, command: Command) -> str:
    """He gives it back; he is not the next to be asked."""
    if not contact.is_taken:
        return "nobody has it"
    had_by = contact.accepted_by
    queued = turn.contact(contact.contact_id)
    assert queued is not None
    _keep_away(turn, queued, had_by, queued.loop + 1, command.reason)
    leaving.back_to_queue(turn, queued, command.reason or "released", turn.now.steady_ms, command.by, command.text)
    _leave_members(turn, contact, had_by)
    return ""


def _leave_members(turn: Turn, head: Contact, had_by: str) -> None:
    """Whoever gives an incident away gives with it what he has not visited."""
    for contact in given_to(turn, head, had_by):
        leaving.back_to_queue(turn, contact, "its incident looks for somebody else", turn.now.steady_ms)


def _keep_away(turn: Turn, contact: Contact, name: str, loop: int, reason: str) -> None:
    """In that loop he counts for one who has refused."""
    now_ms = turn.now.wall_ms
    offer_id = offer_id_of(contact.contact_id, 0, loop, name, "seat")
    refused = Offer(
        offer_id,
        contact.contact_id,
        0,
        loop,
        name,
        "seat",
        now_ms,
        "refused",
        answered_at_ms=now_ms,
        reason=reason[:256],
    )
    turn.offers_of(contact.contact_id).append(refused)


def transfer(turn: Turn, contact: Contact, command: Command) -> str:
    """It goes on to somebody else, with all that is known of it; where he does not answer, as if it had just come.

    He is asked now, whatever held the contact back: somebody wants him to see to it.
    """
    if not contact.is_open:
        return f"it is over: {contact.state}"
    target = _target(turn, command.to)
    if not target:
        return f"{command.to or 'nobody'}: no such agent or group"
    had_by = contact.accepted_by if contact.is_taken else ""
    base = policy_for(turn.house, contact.call_kind, contact.kind, turn.now.wall_ms)
    leaving.withdraw_all(turn, contact, f"transferred to {command.to}", but=command.by)
    turn.drop_timers(contact.contact_id)
    if contact.is_waiting:
        contact = leave(turn, contact)
    queued = replace(contact.queued_again(turn.now.steady_ms, returns=0), policy=_policy_to(base, target))
    contact = turn.change(queued)
    turn.ledger.record(
        "transferred", turn.now, by=command.by, reason=f"to {command.to}", text=command.text, contact=contact
    )
    stepping.fire(turn, contact, plan.first(contact.policy, contact.loop, contact.round_steady_ms))
    leaving.let_go(turn, had_by, command.by)
    _leave_members(turn, contact, had_by)
    return ""


def _target(turn: Turn, to: str) -> str:
    """The word of a step for that agent or group; nothing where there is none."""
    house: House = turn.house
    if to in house.groups or to.removeprefix("group:") in house.groups:
        return f"group:{to.removeprefix('group:')}"
    name = to.removeprefix("agent:")
    return f"agent:{name}" if name in house.agents or name in turn.agents else ""


def _policy_to(base: Policy, target: str) -> Policy:
    """Him first, then the steps as they are."""
    later = [
        Step(
            after_s=min(step.after_s + TRANSFER_RING_S, LONGEST_S),
            to=step.to,
            strategy=step.strategy,
            media=step.media,
            ring_s=step.ring_s,
            every_s=step.every_s,
            skills=step.skills,
        )
        for step in base.steps
    ]
    first = Step(after_s=0, to=[target], ring_s=TRANSFER_RING_S)
    return Policy(**{name: getattr(base, name) for name in Policy.__struct_fields__} | {"steps": [first, *later]})


def escalate(turn: Turn, contact: Contact, command: Command) -> str:
    """The next step now."""
    if not contact.is_waiting:
        return f"{contact.accepted_by or contact.state}: release or transfer it"
    stepping.bring_forward(turn, leave(turn, contact), command.reason or "escalated", command.by)
    return ""


def take_over(turn: Turn, contact: Contact, command: Command) -> str:
    """Somebody who may takes it, whoever has it."""
    if command.by not in turn.agents:
        return SIGN_IN_FIRST
    if not contact.is_open:
        return f"it is over: {contact.state}"
    if contact.is_taken and contact.accepted_by == command.by:
        return ""
    was = f"taken over from {contact.accepted_by}" if contact.is_taken else "taken over"
    members = given_to(turn, contact, contact.accepted_by if contact.is_taken else "")
    for one in (contact, *members):
        give(turn, one, command.by, f"{was}: {command.reason}" if command.reason else was)
    return ""


def join(turn: Turn, contact: Contact, command: Command) -> str:
    """He helps whoever has it."""
    if not contact.is_open:
        return f"it is over: {contact.state}"
    if command.by in turn.ledger.events.joined(contact.contact_id):
        return ""
    turn.ledger.record("joined", turn.now, by=command.by, reason=command.reason, contact=contact)
    return ""


def note(turn: Turn, contact: Contact, command: Command) -> str:
    """Something that others should know; also after it is over."""
    if not command.text:
        return "a note needs a text"
    turn.ledger.record("noted", turn.now, by=command.by, text=command.text, contact=contact)
    return ""


def choose_resident(turn: Turn, contact: Contact, command: Command) -> str:
    """Which of several residents it is about; nobody: it is open again. He lives where it comes from."""
    resident = turn.ledger.residents.get(command.to) if command.to else None
    if command.to and (resident is None or resident.is_gone):
        return f"{command.to}: no such resident"
    if resident is not None and not _lives_there(contact, resident):
        where = f"room {contact.room}" if contact.room else contact.ward
        return f"{command.to} does not live in {where}"
    if resident is not None and not contact.ward and not _may_know_of(turn.house, command.by, resident):
        return f"{command.to} is not one of yours"
    contact = contact.changed(resident_id=command.to)
    contact = turn.change(contact.changed(priority=priority(turn, contact)))
    turn.ledger.record("changed", turn.now, by=command.by, reason="resident", contact=contact)
    return ""


def _may_know_of(house: House, name: str, resident: Resident) -> bool:
    """To choose somebody is to be shown his card."""
    about = About(frozenset({resident.ward}), held_by=frozenset({resident.key_carer}) - {""})
    return not may(person(house, name), name, "residents", about)


def _lives_there(contact: Contact, resident: Resident) -> bool:
    """A contact of no room is of anybody of its ward; of no ward either, of anybody."""
    return contact.ward in ("", resident.ward) and contact.room in ("", resident.room)
