"""What people do to each other: forced states, and the audit of whatever touches somebody else's work."""

from collections.abc import Callable

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine import shifts
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.people import supervision
from wardbell_callcenter.people.permissions import About
from wardbell_protocol.bus.payloads import Command

ALWAYS_AUDITED = ("take_over", "join", "mute", "unmute")
AUDITED_OF_OTHERS = ("release", "transfer", "resolve", "hand_over")  # where somebody else has the contact


def about(turn: Turn, name: str) -> About:
    """A colleague belongs to the wards that he serves."""
    agent = turn.house.agents.get(name)
    return About(wards=frozenset(agent.wards if agent else ()), held_by=frozenset({name}))


def force_ready(turn: Turn, command: Command) -> str:
    """He can be asked, whatever he said."""
    change = supervision.force_ready(turn.ledger, command.agent, command.by, command.reason, turn.now)
    return shifts.leaves(turn, command.agent, change)


def force_not_ready(turn: Turn, command: Command) -> str:
    """He is not to be asked; what rings for him rings for others."""
    limits = turn.house.limits
    change = supervision.force_not_ready(
        turn.ledger, command.agent, command.by, command.reason, command.for_s, limits, turn.now
    )
    return shifts.leaves(turn, command.agent, change)


def force_sign_out(turn: Turn, command: Command) -> str:
    """He is gone; what rings for him rings for others."""
    change = supervision.force_sign_out(turn.ledger, command.agent, command.by, command.reason, turn.now)
    return shifts.leaves(turn, command.agent, change)


OF_AN_AGENT: dict[str, Callable[[Turn, Command], str]] = {
    "force_ready": force_ready,
    "force_not_ready": force_not_ready,
    "force_sign_out": force_sign_out,
}


def write_down(turn: Turn, command: Command, before: Contact | None = None) -> None:
    """That it was done, where that concerns others. `before`: the contact as it was."""
    had_by = before.accepted_by if before is not None and before.is_taken else ""
    is_anothers = had_by not in ("", command.by) and command.verb in AUDITED_OF_OTHERS
    if is_anothers or command.verb in ALWAYS_AUDITED:
        of = command.contact_id or command.to
        turn.ledger.audit.append(turn.now.wall_ms, command.by, command.verb, of, command.reason, had_by=had_by)
