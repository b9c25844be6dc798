"""What people say about themselves: sign in and out, ready and not ready. Each function returns why not, or nothing."""

from wardbell_callcenter.engine import leaving, limits
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.people import presence
from wardbell_callcenter.people.presence import Change
from wardbell_protocol.bus.payloads import Command

SEAT_LOST = "nothing is heard from the seat"


def sign_in(turn: Turn, command: Command) -> str:
    """He works from now on, at the client that says so; what rings for him rings there. His secret was tried before."""
    before = turn.agents.get(command.by)
    if before is not None and before.seat != command.reply_to:
        turn.moved_seats.add(command.by)
    follow(turn, [presence.sign_in(turn.ledger, command.by, command.reply_to, turn.now)])
    if before is None:
        limits.of_the_back(turn, command.by)
    return ""


def sign_out(turn: Turn, command: Command) -> str:
    """He goes, or will when his contacts are over; nobody waits for his answer any more."""
    return leaves(turn, command.by, presence.sign_out(turn.ledger, command.by, turn.now))


def is_gone(turn: Turn, name: str, reason: str) -> None:
    """He is not there, without a word of his: his console is silent, or the house does not know him any more."""
    leaves(turn, name, presence.seat_lost(turn.ledger, name, reason, turn.now))


def ready(turn: Turn, command: Command) -> str:
    """He can be asked."""
    change = presence.ready(turn.ledger, command.by, turn.now)
    follow(turn, [change])
    return change.refusal


def not_ready(turn: Turn, command: Command) -> str:
    """He cannot be asked for a while, or once his contacts are over."""
    limits = turn.house.limits
    if turn.house.reasons and command.reason not in turn.house.reasons:
        return "a reason is needed, one of " + ", ".join(turn.house.reasons)
    change = presence.not_ready(turn.ledger, command.by, command.reason, command.for_s, limits, turn.now)
    return leaves(turn, command.by, change)


def timers_due(turn: Turn, names: list[str]) -> None:
    """Wrap-up, or not being ready, has ended by itself."""
    follow(turn, presence.agent_timer_due(turn.ledger, names, turn.now))


def leaves(turn: Turn, name: str, change: Change) -> str:
    """What rings for somebody who cannot be asked any more rings for others."""
    if change.refusal:
        return change.refusal
    follow(turn, [change])
    state = change.after.state
    if state in ("not_ready", "signed_out"):
        leaving.take_back(turn, name, state)
    if state == "signed_out":
        limits.of_the_gone(turn, name)
    return ""


def follow(turn: Turn, changes: list[Change]) -> None:
    """The turn knows people as they are now, and asks those who have become free, or have come: an emergency is for them too."""
    turn.forget_people()
    turn.freed |= {change.after.agent for change in changes if change.became_ready or not change.before.is_signed_in}
