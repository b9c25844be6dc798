"""What is due by itself: the timers that have run out, in one batch with all that they cause."""

from collections.abc import Iterator, Sequence

from wardbell_callcenter.engine import leaving, shifts, stepping
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.incidents import muting
from wardbell_callcenter.routing.order import urgency
from wardbell_callcenter.store.offer_rows import Offer
from wardbell_callcenter.store.timer_rows import Timer

REMINDED = "reminded"
PART = 50


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
    turn.load(timer.subject for timer in timers if timer.kind not in ("agent", "mute"))
    _rang(turn, by_kind.get("ring", []))
    for timer in (*by_kind.get("accept_limit", ()), *by_kind.get("on_site_limit", ())):
        _limit(turn, timer)
    for timer in by_kind.get("remind", ()):
        _remind(turn, timer)
    _steps(turn, by_kind.get("step", []))
    turn.to_ask |= {timer.subject for timer in by_kind.get("widen", ())}


def _in_parts(turn: Turn, timers: list[Timer]) -> Iterator[Timer]:
    """Of contacts, the most urgent first, with their offers; what is more than a turn takes is left to the next."""
    for contact_id in (timer.subject for timer in timers):
        turn.contact(contact_id)
    timers = sorted(timers, key=lambda timer: _urgency(turn, timer))
    for start in range(0, len(timers), PART):
        if turn.is_full:
            for timer in timers[start:]:
                if turn.is_untouched(timer):
                    turn.leave(timer)
            return
        part = timers[start : start + PART]
        turn.load_offers(timer.subject for timer in part)
        yield from part


def _urgency(turn: Turn, timer: Timer) -> tuple[object, ...]:
    contact = turn.contact(timer.subject)
    return (1,) if contact is None else (0, *urgency(contact.priority, contact.pressed_at_ms, contact.contact_id))


def _steps(turn: Turn, timers: list[Timer]) -> None:
    for timer in _in_parts(turn, timers):
        contact = turn.contact(timer.subject)
        if contact is not None and contact.is_waiting and turn.is_untouched(timer):
            stepping.fire_due(turn, contact, timer)


def _rang(turn: Turn, timers: list[Timer]) -> None:
    """The time of some offers to answer is over."""
    for timer in _in_parts(turn, timers):
        contact = turn.contact(timer.subject)
        if contact is not None:
            stepping.end_missed(
                turn, contact, [offer for offer in turn.live_of(timer.subject) if _is_over(turn, offer)]
            )
            turn.rings_on(timer.subject)
            turn.to_ask.add(timer.subject)


def _is_over(turn: Turn, offer: Offer) -> bool:
    return offer.rings_until_steady_ms is not None and offer.rings_until_steady_ms <= turn.now.steady_ms


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
