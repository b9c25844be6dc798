"""Fires the steps of a contact when they are planned, and plans the next."""

from wardbell_callcenter.contacts import plan
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.contacts.plan import Firing
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.incidents.membership import hold_of
from wardbell_callcenter.routing.router import ADDRESS
from wardbell_callcenter.store.offer_rows import Offer
from wardbell_callcenter.store.timer_rows import Timer

NO_ANSWER = "no answer"
HELD = 1  # the fence of a step's timer that waits for whoever has answered in the ward; others: incidents/membership.py


def begin_round(turn: Turn, contact: Contact) -> Contact:
    """The first step of the contact's round, now where it is due and nothing holds the contact back."""
    held = hold_back(turn, contact)
    if held is not None:
        return held
    first = plan.first(contact.policy, contact.loop, contact.round_steady_ms)
    if first.planned_steady_ms <= turn.now.steady_ms:
        return fire(turn, contact, first)
    _set_step_timer(turn, contact, first)
    return contact


def fire_due(turn: Turn, contact: Contact, timer: Timer) -> Contact:
    """Of all that has become due the newest, once. How late it is counts from when it was planned."""
    held = hold_back(turn, contact)
    if held is not None:
        return held
    due = Firing(timer.step, timer.loop, timer.planned_steady_ms)
    newest = plan.newest_due(contact.policy, contact.round_steady_ms, due, turn.now.steady_ms)
    return fire(turn, contact, newest)


def bring_forward(turn: Turn, contact: Contact, reason: str, by: str = "") -> Contact:
    """The next step now, before its time."""
    after = plan.following(contact.policy, contact.round_steady_ms, _fired(contact))
    return fire(turn, contact, Firing(after.step, after.loop, turn.now.steady_ms), reason, by)


def fire(turn: Turn, contact: Contact, firing: Firing, reason: str = "", by: str = "") -> Contact:
    """That step: those who rang until the next one ring no more, and the router is asked."""
    end_of_step(turn, contact)
    contact = turn.change(contact.fired(firing.step, firing.loop, firing.planned_steady_ms))
    late_ms = turn.now.steady_ms - firing.planned_steady_ms
    turn.ledger.record("stepped", turn.now, by=by, reason=reason, late_ms=late_ms, contact=contact)
    _set_step_timer(turn, contact, plan.following(contact.policy, contact.round_steady_ms, firing))
    turn.drop_timer("widen", contact.contact_id)
    turn.to_ask.add(contact.contact_id)
    return contact


def end_of_step(turn: Turn, contact: Contact) -> None:
    """Offers without a time of their own ring until the next step."""
    end_missed(turn, contact, [offer for offer in turn.live_of(contact.contact_id) if offer.rings_until_ms is None])


def end_missed(turn: Turn, contact: Contact, over: list[Offer]) -> None:
    """Those rang in vain."""
    if not over:
        return
    after = [turn.end_offer(offer, "missed", NO_ANSWER, told=NO_ANSWER) for offer in over]
    targets = list(dict.fromkeys(offer.target for offer in after))
    turn.people_missed |= {target for target in targets if not target.startswith(ADDRESS)}
    only = after[0] if len(after) == 1 else None
    turn.ledger.record("missed", turn.now, reason=", ".join(targets), contact=contact, offer=only)


def hold(turn: Turn, contact: Contact) -> None:
    """Somebody in the ward has answered: the plan waits until he has had as long as anybody has to get there."""
    limit_ms = contact.policy.accept_limit_s * 1000
    timer = turn.timer("step", contact.contact_id)
    until_ms = turn.now.steady_ms + limit_ms
    if not limit_ms or timer is None or timer.due_steady_ms >= until_ms:
        return
    delay_ms = until_ms - timer.due_steady_ms
    turn.change(contact.changed(round_steady_ms=contact.round_steady_ms + delay_ms))
    turn.set_timer(
        Timer("step", contact.contact_id, until_ms, timer.planned_steady_ms + delay_ms, timer.step, timer.loop, HELD)
    )
    turn.drop_timer("widen", contact.contact_id)


def go_on(turn: Turn, contact: Contact) -> None:
    """It rings again in the ward: what was held goes on now."""
    timer = turn.timer("step", contact.contact_id)
    if timer is not None and timer.fence == HELD:
        now_ms = turn.now.steady_ms
        early_ms = max(0, timer.due_steady_ms - now_ms)
        contact = turn.change(contact.changed(round_steady_ms=contact.round_steady_ms - early_ms))
        fire(turn, contact, Firing(timer.step, timer.loop, min(now_ms, timer.planned_steady_ms)))


def hold_back(turn: Turn, contact: Contact) -> Contact | None:
    """Where its incident rings in its place, or its button is muted, a round begins when that is over; else None."""
    hold = hold_of(turn, contact)
    if hold is None:
        return None
    for offer in turn.live_of(contact.contact_id):
        turn.end_offer(offer, "withdrawn", hold.told, told=hold.told)
    until_ms = hold.until_steady_ms
    begun = contact.step >= 0
    contact = contact.queued_again(until_ms, returns=0) if begun else contact.changed(round_steady_ms=until_ms)
    first = plan.first(contact.policy, contact.loop, until_ms)
    due_ms = first.planned_steady_ms
    turn.set_timer(Timer("step", contact.contact_id, due_ms, due_ms, first.step, first.loop, hold.fence))
    turn.drop_timer("widen", contact.contact_id)
    return turn.change(contact)


def is_held(turn: Turn, contact: Contact) -> bool:
    """Whether its steps wait for whoever has answered in the ward, for its incident, or for the end of a mute."""
    timer = turn.timer("step", contact.contact_id)
    return timer is not None and timer.fence != 0


def _fired(contact: Contact) -> Firing:
    return Firing(contact.step, contact.loop, contact.step_planned_steady_ms)


def _set_step_timer(turn: Turn, contact: Contact, firing: Firing) -> None:
    due_ms = firing.planned_steady_ms
    turn.set_timer(Timer("step", contact.contact_id, due_ms, due_ms, firing.step, firing.loop))
