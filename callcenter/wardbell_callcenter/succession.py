"""One of several engines leads, the others stand by: each of them runs this."""

import logging
import threading
import time

from wardbell_bus.client import Broker
from wardbell_callcenter.service import Service
from wardbell_callcenter.store.errors import StoreError
from wardbell_callcenter.store.lease import Candidate
from wardbell_callcenter.store.store import Store

log = logging.getLogger("wardbell.callcenter")

LOOK_EVERY_S = 0.5


class Succession:
    """Serves while it has the store's lease, and looks for the lease while it has not, until `stop`.

    Only the leader is on the bus: all engines are one client to the broker, so that the next leader inherits the
    messages that it keeps, and so that the broker ends whatever an earlier leader still has to say.

    Args:
        broker_url: see Broker; a wrong one is refused here, not on the night when this engine is needed.
        name: nobody else may use it on this database.
    """

    def __init__(self, broker_url: str, store: Store, name: str) -> None:
        Broker.of(broker_url)
        self._broker_url = broker_url
        self._store = store
        self._candidate = Candidate(name)
        self._stopping = threading.Event()
        self._service: Service | None = None
        self._last_said = ""

    @property
    def leader(self) -> Service | None:
        """The engine, while it leads."""
        return self._service

    def run(self) -> None:
        """Lead or stand by until `stop` is called."""
        while not self._stopping.is_set():
            try:
                leads = self._take()
                if leads:
                    self._lead()
            except StoreError as error:
                self._say(f"the database is not well: {error}")
                leads = False
            if not leads:
                self._stopping.wait(LOOK_EVERY_S)

    def stop(self) -> None:
        """Have `run` end; may be called from a signal handler."""
        self._stopping.set()
        if self._service is not None:
            self._service.stop()

    def _take(self) -> bool:
        lease = self._store.lease()
        if self._candidate.may_take(lease, time.monotonic_ns() // 1_000_000):
            return self._store.take_lease(lease, self._candidate.name)
        self._say(f"{lease.holder} leads; standing by")
        return False

    def _lead(self) -> None:
        self._say("leading")
        try:
            self._service = Service(self._broker_url, self._store)
            if not self._stopping.is_set():
                self._service.run()
        finally:
            self._service = None
            self._last_said = ""  # whoever takes the lease again at once says so again: the log has every term
            self._store.release_lease()

    def _say(self, what: str) -> None:
        """In the log, once until it is something else."""
        if what != self._last_said:
            log.info("%s: %s", self._candidate.name, what)
        self._last_said = what
