"""Entering and taking back changes of a roster: each in the transaction that it is given."""

from wardbell_callcenter.house import House
from wardbell_callcenter.roster.change import ChangeError, RosterChange, check
from wardbell_callcenter.store.ledger import Ledger


def enter(ledger: Ledger, house: House, change: RosterChange) -> RosterChange:
    """Let it count; returns it as it is stored.

    Raises:
        ChangeError: it cannot be meant.
    """
    check(change, house)
    return ledger.roster.add(change)


def take_back(ledger: Ledger, change_id: str) -> RosterChange:
    """Let it count no longer. Once more does nothing.

    Raises:
        ChangeError: there is no such entry.
    """
    change = ledger.roster.get(change_id)
    if change is None:
        raise ChangeError(f"there is no entry {change_id}; see `wardbell roster changes`")
    ledger.roster.remove(change_id)
    return change
