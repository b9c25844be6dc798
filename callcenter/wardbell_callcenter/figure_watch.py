"""The figures for consoles: counted when somebody asks, beside the engine, and told to each as far as he may see them."""

import logging
import threading
from collections.abc import Callable

from wardbell_callcenter.clock import Now
from wardbell_callcenter.figures.board import board, seen_by, spans
from wardbell_callcenter.figures.live import standing
from wardbell_callcenter.house import House
from wardbell_callcenter.people.door import not_at_his_seat
from wardbell_callcenter.people.permissions import may, person
from wardbell_callcenter.roster.gaps import gaps
from wardbell_callcenter.store.errors import StoreError
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import CentreReply
from wardbell_protocol.bus.figure_payloads import CentreFigures
from wardbell_protocol.bus.payloads import Command

log = logging.getLogger("wardbell.callcenter")

EVERY_S = 10.0
KEPT_MS = 30_000  # older ones are nobody's figures of the moment
STOP_S = 2.0
_DAY_MS = 86_400_000
AHEAD_MS = 7 * _DAY_MS


class FigureWatch:
    """A thread that counts at most every 10 s, and only while somebody asks. It never writes, and keeps no step waiting.

    Args:
        house: as it is in that transaction.
    """

    def __init__(self, store: Store, house: Callable[[Ledger], House], now: Callable[[], Now]) -> None:
        self._store = store
        self._house = house
        self._now = now
        self._latest: tuple[int, CentreFigures] | None = None  # and when, by the engine's own time
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="figures", daemon=True)

    def start(self) -> None:
        """Begin to wait for somebody who asks."""
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._stopping.set()
        self._wanted.set()
        self._thread.join(STOP_S)

    def answer(self, command: Command) -> CentreReply:
        """What he may see of the newest figures; none while they are being counted, or why he may not. On any thread.

        Raises:
            StoreError: the database does not say who he is.
        """
        with self._store.reading() as ledger:
            house = self._house(ledger)
            agent = ledger.agents.get(command.by)
        who = person(house, command.by)
        why = not_at_his_seat(house, command.by, command.reply_to, agent) or may(who, command.by, "figures")
        if why or who is None:
            return CentreReply(command_id=command.command_id, ok=False, reason=why)
        self._wanted.set()
        latest = self._latest
        is_fresh = latest is not None and self._now().steady_ms - latest[0] < KEPT_MS
        figures = seen_by(latest[1], who, command.by) if latest is not None and is_fresh else None
        return CentreReply(command_id=command.command_id, ok=True, figures=figures)

    def count(self) -> None:
        """Count them now.

        Raises:
            StoreError: they cannot be read.
        """
        now = self._now()
        until_ms = now.wall_ms + AHEAD_MS
        with self._store.reading() as ledger:
            house = self._house(ledger)
            periods = spans(house, now.wall_ms)
            there = standing(ledger, min(from_ms for _, _, from_ms in periods), now.wall_ms)
            changes = ledger.roster.between(now.wall_ms - 2 * _DAY_MS, until_ms + 2 * _DAY_MS)
        missing = gaps(house, changes, now.wall_ms, until_ms)
        self._latest = now.steady_ms, board(there, missing, periods, house, now.wall_ms)

    def _run(self) -> None:
        while self._wanted.wait() and not self._stopping.is_set():
            self._wanted.clear()
            try:
                self.count()
            except StoreError:
                log.debug("the figures are not counted: the database is not well")  # as the life sign says
            except Exception:  # whoever asks sees how old the last ones are
                log.exception("the figures cannot be counted")
            self._stopping.wait(EVERY_S)
