"""Which of several engines on one database leads: pure, and by nobody's wall clock.

The leader raises the lease's beat. Whoever has seen the same beat for longer than the lease lasts, by his own monotonic
clock, may take it; the taking is a compare-and-set on what he saw, and raises the fence that every writer has to show.
"""

from dataclasses import dataclass

LASTS_MS = 4000
RENEW_EVERY_MS = 1000


@dataclass(frozen=True)
class Lease:
    """As it is stored."""

    holder: str  # empty: nobody
    fence: int
    beat: int


class Candidate:
    """Somebody who would lead.

    Args:
        name: his own. Only he uses it, so a lease in this name is one that he had before he was started again.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._seen: Lease | None = None
        self._since_ms = 0

    def may_take(self, lease: Lease, now_ms: int) -> bool:
        """Whether this lease, seen now, has no living holder."""
        if lease != self._seen:
            self._seen = lease
            self._since_ms = now_ms
        return lease.holder in ("", self.name) or now_ms - self._since_ms > LASTS_MS


class Tenure:
    """How the leader stands, by his own clock: he counts from before each renewal, so his time ends before others think so."""

    def __init__(self, now_ms: int) -> None:
        self._renewed_at_ms = now_ms

    def is_renewal_due(self, now_ms: int) -> bool:
        """Whether to raise the beat."""
        return now_ms - self._renewed_at_ms >= RENEW_EVERY_MS

    def renewed(self, asked_at_ms: int) -> None:
        """The beat was raised; it was begun then."""
        self._renewed_at_ms = asked_at_ms

    def has_lapsed(self, now_ms: int) -> bool:
        """Whether somebody else may lead by now."""
        return now_ms - self._renewed_at_ms >= LASTS_MS
