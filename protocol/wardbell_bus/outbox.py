"""Moves an authority's outbox onto the bus: in order, at least once, a row goes only on PUBACK."""

import queue
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from wardbell_bus.client import BusClient

IN_FLIGHT = 50


@dataclass(frozen=True)
class OutboxRow:
    """One publication that waits. `row_id` grows."""

    row_id: int
    topic: str
    payload: bytes
    retain: bool


class OutboxStore(Protocol):
    """What a store offers the pump."""

    def outbox_after(self, row_id: int, limit: int) -> list[OutboxRow]:
        """The oldest rows above that id."""

    def outbox_done(self, *row_ids: int) -> None:
        """The broker has them: delete the rows."""


class OutboxPump:
    """Publishes what the store holds, on a thread of its own. `kick` it after each commit and each connect.

    What is in flight when the connection breaks is sent again by paho; what is in flight when the process dies is
    still in the store. So a reader may see an event twice, and misses none that the broker did not confirm. A broker
    that dies may take the last it confirmed with it: readers ask for a snapshot after each lost connection.

    Args:
        client: one that subscribes to something. It is connected once the broker has confirmed that, and by then paho has
            sent again what was in flight; else what is new could come before it.
    """

    def __init__(self, client: BusClient, store: OutboxStore) -> None:
        self._client = client
        self._store = store
        self._rows: dict[int, int] = {}  # paho's message id -> row
        self._newest = 0
        # paho calls back with its own lock held: the callback may only pass the word on, or the two locks could meet crosswise.
        self._words: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._stopping = False
        client.watch_published(self._words.put)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what waits stays in the store."""
        self._stopping = True
        self._words.put(None)
        self._thread.join()

    def kick(self) -> None:
        """Something may be there to publish."""
        self._words.put(None)

    def _run(self) -> None:
        while not self._stopping:
            done = [self._rows.pop(mid) for mid in self._heard() if mid in self._rows]
            if done:
                self._store.outbox_done(*done)
            self._fill()

    def _heard(self) -> list[int]:
        """Wait for a word; all that there is, so that what the broker took together is one commit."""
        words = [self._words.get()]
        with suppress(queue.Empty):
            while True:
                words.append(self._words.get_nowait())
        return [mid for mid in words if mid is not None]

    def _fill(self) -> None:
        if not self._client.is_connected or len(self._rows) >= IN_FLIGHT:
            return
        for row in self._store.outbox_after(self._newest, IN_FLIGHT - len(self._rows)):
            self._newest = row.row_id
            self._rows[self._client.publish(row.topic, row.payload, row.retain)] = row.row_id
