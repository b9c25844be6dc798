"""How much waits for a broker that is away for long: the newest of it, and never more than the disk can bear."""

import logging

from wardbell_callcenter.clock import Now
from wardbell_callcenter.ports.faults import Failures
from wardbell_callcenter.store.store import Store

log = logging.getLogger("wardbell.callcenter")

LOOK_EVERY_MS = 60_000
FEW = 1000  # rows that a busy hour leaves to a broker that is slow
MOST = 50_000  # events, some 80 MB: ten days of a house with 18 calls an hour; and as many states of contacts


class OutboxLimit:
    """Readers miss no state by it: those of open contacts are told anew at each connection.

    Of events that are left out they see the gap in the numbers, and ask for a snapshot. The database keeps all.
    """

    def __init__(self, store: Store, few: int = FEW, most: int = MOST) -> None:
        self._store = store
        self._few = few
        self._most = most
        self._looked_at_ms: int | None = None
        self._failures = Failures()

    def look(self, now: Now) -> None:
        """Once a minute.

        Raises:
            StoreError: nothing was left out.
        """
        if self._looked_at_ms is not None and now.steady_ms - self._looked_at_ms < LOOK_EVERY_MS:
            return
        self._looked_at_ms = now.steady_ms
        with self._store.reading() as ledger:
            if ledger.outbox.count() <= self._few:
                return
        with self._store.writing() as ledger:
            n_left_out = ledger.outbox.thin(self._most)
        if n_left_out:
            log.error("no broker for long: the bus will not hear of the oldest %d events that waited", n_left_out)
            self._failures.failed("outbox", now.steady_ms)

    def faults(self, now: Now) -> tuple[str, ...]:
        """For the life sign: that events were left out a short while ago."""
        return self._failures.names(now.steady_ms)
