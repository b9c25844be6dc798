"""Engines with a fault in them, as others have had it, to show that a night would find it out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wardbell_callcenter.clock import Now
from wardbell_callcenter.contacts import plan
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.contacts.plan import Firing
from wardbell_callcenter.engine import answering, due, verbs
from wardbell_callcenter.engine.timers import Timers
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.house import Policy
from wardbell_callcenter.store.reply_rows import ReplyRows
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.payloads import Command


def popped_timers() -> None:
    """A timer is gone before what it stands for is done, as where a message broker keeps it."""

    def run(self: Timers, now: Now) -> bool:
        with self._store.writing() as ledger:
            timers: Sequence[Any] = ledger.timers.due(now.steady_ms, 500)
            ledger.timers.drop(*((timer.kind, timer.subject) for timer in timers))
        if timers:
            with self._transactions.turn(now) as turn:
                due.run(turn, timers)
        return False

    Timers.run = run  # type: ignore[method-assign]


def forgotten_commands() -> None:
    """What has been done is done again when the command comes again."""
    ReplyRows.get = lambda *_: None  # type: ignore[method-assign]
    ReplyRows.keep = lambda *_: None  # type: ignore[method-assign]


def no_fence() -> None:
    """Whoever led once writes on."""
    Store._stand_in_line = lambda *_: None  # type: ignore[method-assign]  # noqa: SLF001


def hasty_steps() -> None:
    """Steps come a second before their time."""
    honest = plan.following

    def following(policy: Policy, round_steady_ms: int, fired: Firing) -> Firing:
        after = honest(policy, round_steady_ms, fired)
        return replace(after, planned_steady_ms=after.planned_steady_ms - 1000)

    plan.following = following


def two_winners() -> None:
    """Whoever accepts later has it, too."""

    def accept(turn: Turn, contact: Contact, command: Command) -> str:
        if command.by in turn.agents and contact.is_open:
            answering.give(turn, contact, command.by)
        return ""

    verbs.OF_A_CONTACT["accept"] = accept


MUTATIONS = {
    "popped-timers": popped_timers,
    "forgotten-commands": forgotten_commands,
    "no-fence": no_fence,
    "hasty-steps": hasty_steps,
    "two-winners": two_winners,
}
