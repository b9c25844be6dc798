"""Entering and taking back changes of a roster: each in the transaction that it is given, with its row in the audit."""

from wardbell_callcenter.house import House
from wardbell_callcenter.roster.change import ChangeError, RosterChange, check
from wardbell_callcenter.store.ledger import Ledger


def enter(ledger: Ledger, house: House, change: RosterChange) -> RosterChange:
    """Let it count; returns it as it is stored.

    Raises:
        ChangeError: it cannot be meant.
    """
    check(change, house)
    stored = ledger.roster.add(change)
    _audit(ledger, stored, "roster_enter", stored.made_by, change.made_at_ms, stored.reason)
    return stored


def take_back(ledger: Ledger, change_id: str, by: str, now_ms: int, reason: str = "") -> RosterChange:
    """Let it count no longer. Once more does nothing.

    Raises:
        ChangeError: there is no such entry.
    """
    change = ledger.roster.get(change_id)
    if change is None:
        raise ChangeError(f"there is no entry {change_id}; see `wardbell roster changes`")
    if ledger.roster.remove(change_id):
        _audit(ledger, change, "roster_remove", by, now_ms, reason)
    return change


def _audit(ledger: Ledger, change: RosterChange, what: str, by: str, at_ms: int, reason: str) -> None:
    ledger.audit.append(
        at_ms,
        by,
        what,
        change.change_id,
        reason,
        kind=change.kind,
        roster=change.roster,
        agent=change.agent,
        instead=change.instead,
        from_ms=str(change.from_ms),
        until_ms=str(change.until_ms),
    )
