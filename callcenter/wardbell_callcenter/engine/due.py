"""What is due by itself: the timers that have run out, in one batch with all that they cause."""

from collections.abc import Sequence

from wardbell_callcenter.engine import leaving, shifts, stepping
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.incidents import muting
from wardbell_callcenter.store.timer_rows import Timer

REMINDED = "reminded"


def run(turn: Turn, timers: Sequence[Timer]) -> None:
    """People first, so that whoever is free again is among those who are asked; steps last, with who did not answer."""
    turn.ledger.timers.drop(*((timer.kind, timer.subject) for timer in timers))
    by_kind: dict[str, list[Timer]] = {}
    for timer in timers:
        by_kind.setdefault(timer.kind, []).append(timer)
    if "agent" in by_kind:
        shifts.timers_due(turn, [timer.subject for timer in by_kind["agent"]])
    if "mute" in by_kind:
        muting.expire(turn)
    _rang(turn, [timer.subject for timer in by_kind.get("ring", ())])
    turn.load(timer.subject for timer in timers if timer.kind not in ("agent", "ring", "mute"))
    for timer in (*by_kind.get("accept_limit", ()), *by_kind.get("on_site_limit", ())):
        _limit(turn, timer)
    for timer in by_kind.get("remind", ()):
        _remind(turn, timer)
    _steps(turn, by_kind.get("step", []))
    turn.to_ask |= {timer.subject for timer in by_kind.get("widen", ())}


def _steps(turn: Turn, timers: list[Timer]) -> None:
    turn.load_offers(timer.subject for timer in timers)
    for timer in timers:
        contact = turn.contact(timer.subject)
        if contact is not None and contact.is_waiting and turn.is_untouched(timer):
            stepping.fire_due(turn, contact, timer)


def _rang(turn: Turn, offer_ids: list[str]) -> None:
    """Their time to answer is over."""
    if not offer_ids:
        return
    by_contact: dict[str, set[str]] = {}
    for offer in turn.ledger.offers.many(offer_ids).values():
        by_contact.setdefault(offer.contact_id, set()).add(offer.offer_id)
    turn.load(by_contact)
    turn.load_offers(by_contact)
    for contact_id, ids in by_contact.items():
        contact = turn.contact(contact_id)
        if contact is not None:
            stepping.end_missed(turn, contact, [offer for offer in turn.live_of(contact_id) if offer.offer_id in ids])
            turn.to_ask.add(contact_id)


def _limit(turn: Turn, timer: Timer) -> None:
    """Whoever has it did not come, or did not finish: it looks for somebody again, from when the limit was planned to end."""
    contact = turn.contact(timer.subject)
    if contact is None or not contact.is_taken:
        return
    is_there = timer.kind == "on_site_limit"
    if (contact.state == "on_site") != is_there:
        return
    reason = f"{contact.on_site_by} at the bed for too long" if is_there else f"{contact.accepted_by} has not come"
    leaving.back_to_queue(turn, contact, reason, timer.due_steady_ms, by="callcenter")


def _remind(turn: Turn, timer: Timer) -> None:
    contact = turn.contact(timer.subject)
    if contact is not None and contact.is_taken:
        turn.ledger.record("changed", turn.now, reason=REMINDED, contact=contact)
