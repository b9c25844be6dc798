"""The call centre's events as they come, read once for all who listen."""

import asyncio
import logging
from collections import Counter, deque
from functools import partial

from anyio import to_thread

from wardbell_callcenter.api.intake import Intake
from wardbell_callcenter.store.errors import StoreError
from wardbell_protocol.bus.centre_payloads import CentreEvent

log = logging.getLogger("wardbell.api")

LOOK_EVERY_S = 0.2
STUMBLED_S = 5.0
AT_ONCE = 500
KEPT = 2000  # whoever is further behind is told from the database


class News:
    """Looks into the database while anybody listens; belongs to one event loop."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._kept: deque[CentreEvent] = deque(maxlen=KEPT)
        self._seq = 0  # of the last that was seen
        self._listeners: Counter[str] = Counter()
        self._look: asyncio.Task[None] | None = None
        self._more = asyncio.Event()

    def count(self, token: str) -> int:
        """How many listen with it."""
        return self._listeners[token]

    async def begin(self, token: str) -> int:
        """Somebody listens from now on; returns the number of the last event so far."""
        seq = await to_thread.run_sync(self._position)
        self._listeners[token] += 1
        if self._look is None:
            self._seq = seq
            self._look = asyncio.get_running_loop().create_task(self._watch())
        return seq

    def end(self, token: str) -> None:
        """Somebody has gone."""
        self._listeners -= Counter({token: 1})  # and nothing is remembered of the last one
        if not self._listeners and self._look is not None:
            self._look.cancel()
            self._look = None
            self._kept.clear()

    async def after(self, seq: int, patience_s: float) -> list[CentreEvent]:
        """The oldest events behind that one; none when there are none for so long.

        Raises:
            StoreError: they cannot be read.
        """
        if seq >= self._seq:
            try:
                await asyncio.wait_for(self._more.wait(), patience_s)
            except TimeoutError:
                return []
        if self._kept and self._kept[0].seq <= seq + 1:
            return [event for event in self._kept if event.seq > seq]
        return await to_thread.run_sync(partial(self._read, seq))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                found = await to_thread.run_sync(partial(self._read, self._seq))
            except StoreError as error:
                log.warning("events cannot be read: %s", error)
                continue
            except Exception:  # without this task all streams would beat, and tell nothing any more
                log.exception("stumbled over events behind %d", self._seq)
                await asyncio.sleep(STUMBLED_S)
                continue
            if found:
                self._kept.extend(found)
                self._seq = found[-1].seq
                self._more.set()
                self._more = asyncio.Event()

    def _position(self) -> int:
        with self._intake.store.reading() as ledger:
            return ledger.position()[1]

    def _read(self, seq: int) -> list[CentreEvent]:
        with self._intake.store.reading() as ledger:
            return ledger.events.after(seq, AT_ONCE)
