"""The threads in which one port's deliveries are handed over."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from wardbell_callcenter.ports.port import Outcome, Port, try_again
from wardbell_callcenter.store.delivery_rows import Delivery

log = logging.getLogger("wardbell.callcenter")


@dataclass(frozen=True)
class Return:
    """What became of a delivery that a crew was given."""

    port: Port
    delivery: Delivery
    outcome: Outcome


class Crew:
    """As many threads as the port bears. They end with the process: what one is about then is handed over again later.

    Args:
        report: told each return, on the thread that made it.
    """

    def __init__(self, port: Port, report: Callable[[Return], None]) -> None:
        self.port = port
        self._report = report
        self._in_hand: set[str] = set()  # of the courier's thread
        self._queue: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()
        for number in range(port.at_once):
            name = f"{port.medium}-{number}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    @property
    def free(self) -> int:
        """How many more it can be given."""
        return self.port.at_once - len(self._in_hand)

    @property
    def is_idle(self) -> bool:
        """Whether all have come back."""
        return not self._in_hand

    def take(self, delivery: Delivery) -> None:
        """Hand it over, unless it is being handed over still: then its lease was shorter than that takes."""
        if delivery.delivery_id not in self._in_hand:
            self._in_hand.add(delivery.delivery_id)
            self._queue.put(delivery)

    def is_back(self, delivery: Delivery) -> None:
        """Its return was heard of."""
        self._in_hand.discard(delivery.delivery_id)

    def stop(self) -> None:
        """Begin nothing more."""
        for _ in range(self.port.at_once):
            self._queue.put(None)

    def _run(self) -> None:
        while (delivery := self._queue.get()) is not None:
            self._report(Return(self.port, delivery, self._handed_over(delivery)))

    def _handed_over(self, delivery: Delivery) -> Outcome:
        try:
            return self.port.hand_over(delivery)
        except Exception as error:  # a port that breaks its word must not take the thread with it
            log.exception("port %s failed on %s", self.port.medium, delivery.delivery_id)
            return try_again(f"{type(error).__name__}: {error}")
