"""What people say about themselves: sign in and out, ready and not ready. Each function returns why not, or nothing."""

from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.people import presence
from wardbell_callcenter.people.presence import Change
from wardbell_callcenter.people.secret import opens
from wardbell_protocol.bus.payloads import Command

WRONG_SECRET = "wrong secret"
SEAT_LOST = "nothing is heard from the seat"


def sign_in(turn: Turn, command: Command) -> str:
    """He works from now on, at the client that says so; what rings for him rings there."""
    known = turn.house.agents.get(command.by)
    if known is not None and known.secret and not opens(command.secret, known.secret):
        return WRONG_SECRET
    before = turn.agents.get(command.by)
    if before is not None and before.seat != command.reply_to:
        turn.moved_seats.add(command.by)
    _follow(turn, [presence.sign_in(turn.ledger, command.by, command.reply_to, turn.now)])
    return ""


def sign_out(turn: Turn, command: Command) -> str:
    """He goes, or will when his contacts are over; nobody waits for his answer any more."""
    return _leaves(turn, command.by, presence.sign_out(turn.ledger, command.by, turn.now))


def seat_lost(turn: Turn, name: str) -> None:
    """His console is silent, so he is not there."""
    _leaves(turn, name, presence.seat_lost(turn.ledger, name, SEAT_LOST, turn.now))


def ready(turn: Turn, command: Command) -> str:
    """He can be asked."""
    change = presence.ready(turn.ledger, command.by, turn.now)
    _follow(turn, [change])
    return change.refusal


def not_ready(turn: Turn, command: Command) -> str:
    """He cannot be asked for a while, or once his contacts are over."""
    limits = turn.house.limits
    change = presence.not_ready(turn.ledger, command.by, command.reason, command.for_s, limits, turn.now)
    return _leaves(turn, command.by, change)


def timers_due(turn: Turn, names: list[str]) -> None:
    """Wrap-up, or not being ready, has ended by itself."""
    _follow(turn, presence.agent_timer_due(turn.ledger, names, turn.now))


def _leaves(turn: Turn, name: str, change: Change) -> str:
    """Whoever cannot be asked any more has said no to what rings for him."""
    if change.refusal:
        return change.refusal
    _follow(turn, [change])
    if change.after.state in ("not_ready", "signed_out"):
        for offer in turn.ledger.offers.live_for(name):
            contact = turn.contact(offer.contact_id)
            if contact is not None:
                turn.load_offers([offer.contact_id])
                turn.end_offer(offer, "refused", change.after.state, told=change.after.state.replace("_", " "))
                turn.ledger.record(
                    "refused", turn.now, by=name, reason=change.after.state, contact=contact, offer=offer
                )
                turn.to_ask.add(contact.contact_id)
    return ""


def _follow(turn: Turn, changes: list[Change]) -> None:
    """The turn knows people as they are now, and asks those who have become free."""
    turn.forget_people()
    if any(change.became_ready for change in changes):
        turn.ask_all_waiting()
