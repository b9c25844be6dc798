"""One console at work: its feed, its connection, its clock, its language and its bell. Whoever draws calls `tick`."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from wardbell_bus.mirror import Publication
from wardbell_console.bell import Bell
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_console.view import Row, ringing, rows

log = logging.getLogger("wardbell.console")

# A key that was meant for what lay here a moment ago must not be taken for one about what lies here now: so long none counts.
DEAF_MS = 700
TICK_S = 0.1  # arrivals are applied together, so that a storm of presses costs ten paints a second


@dataclass(frozen=True)
class Message:
    """A message of the bus."""

    topic: str
    payload: bytes


@dataclass(frozen=True)
class Connection:
    """The broker was found or lost."""

    is_connected: bool


class BusPort(Protocol):
    """What a desk needs of the bus. Arrivals wait until they are drained."""

    def drain(self) -> list[Message | Connection]:
        """All that arrived since, oldest first."""

    def publish(self, publication: Publication) -> None:
        """Send."""

    def beat(self, now_ms: int, wards: Mapping[str, tuple[str, int]]) -> None:
        """Say in those wards that this console is there and how far it follows their events, where that is due."""


class Desk:
    """Ties the pure parts to the bus. `clock` gives UNIX ms."""

    def __init__(self, feed: Feed, port: BusPort, clock: Callable[[], int], language: Language) -> None:
        self.feed = feed
        self.port = port
        self.clock = clock
        self.language = language
        self.bell = Bell()
        self.rows: list[Row] = []
        self._slipped_at_ms: int | None = None

    def tick(self) -> bool:
        """Take in what arrived, send what is due, make the rows anew; True where the bell is to be struck."""
        now_ms = self.clock()
        for arrival in self.port.drain():
            if isinstance(arrival, Connection):
                self.feed.connection(arrival.is_connected, now_ms)
            else:
                self._receive(arrival, now_ms)
        self.port.beat(now_ms, {each.ward: each.position for each in self.feed.wards if self.feed.is_own(each.ward)})
        self.send()
        self.rows = rows(self.feed, now_ms)
        return self.bell.poll(ringing(self.feed, self.rows, now_ms), now_ms)

    def send(self) -> None:
        """Publish what the feed wants published, without waiting for the next tick."""
        for publication in self.feed.poll(self.clock()):
            self.port.publish(publication)

    def row(self, call_id: str) -> Row | None:
        """The row of a call."""
        return next((row for row in self.rows if row.call.call_id == call_id), None)

    def mute(self) -> None:
        """Quiet for a while."""
        self.bell.mute(self.clock())

    def slipped(self) -> None:
        """What the next key would be about is another thing now, and the person at the keys has not done that."""
        self._slipped_at_ms = self.clock()

    def chosen(self) -> None:
        """The person has chosen what the next key is about."""
        self._slipped_at_ms = None

    @property
    def is_deaf(self) -> bool:
        """Whether that is so recent that the next key may be about what was there before."""
        return self._slipped_at_ms is not None and 0 <= self.clock() - self._slipped_at_ms < DEAF_MS

    def switch_language(self) -> None:
        """To the other one, at once."""
        self.language = self.language.other()

    def _receive(self, message: Message, now_ms: int) -> None:
        n_refused = len(self.feed.refused)
        self.feed.receive(message.topic, message.payload, now_ms)
        if len(self.feed.refused) > n_refused:
            log.warning("%s: dropped what is not ours", message.topic)
