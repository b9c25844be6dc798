"""The threads in which one port's deliveries are handed over."""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wardbell_callcenter.ports.places import Places
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
        report: told the returns of each hand-over, on the thread that made it.
    """

    def __init__(self, port: Port, report: Callable[[list[Return]], None]) -> None:
        self.port = port
        self._report = report
        self._in_hand: set[str] = set()  # as the courier's thread knows it, like the next
        self._n_idle = port.threads
        self._places = Places(port.threads, port.per_address)
        self._queue: queue.SimpleQueue[list[Delivery] | None] = queue.SimpleQueue()
        for number in range(port.threads):
            name = f"{port.medium}-{number}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    @property
    def room(self) -> int:
        """How many more it can be given."""
        return self._n_idle * self.port.batch

    @property
    def places(self) -> Places:
        """A copy of which addresses may have how many of them."""
        return self._places.copy()

    @property
    def is_idle(self) -> bool:
        """Whether all have come back."""
        return self._n_idle == self.port.threads

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Hand them over, but for those that are being handed over still: their lease was shorter than that takes."""
        new = [delivery for delivery in deliveries if delivery.delivery_id not in self._in_hand]
        for start in range(0, len(new), self.port.batch):
            some = new[start : start + self.port.batch]
            for delivery in some:
                self._in_hand.add(delivery.delivery_id)
                self._places.take(delivery.address)
            self._n_idle -= 1
            self._queue.put(some)

    def are_back(self, returns: Sequence[Return]) -> None:
        """A report was heard."""
        for back in returns:
            self._in_hand.discard(back.delivery.delivery_id)
            self._places.give_back(back.delivery.address, back.outcome.verdict == "try_again")
        self._n_idle += 1

    def stop(self) -> None:
        """Begin nothing more."""
        for _ in range(self.port.threads):
            self._queue.put(None)

    def _run(self) -> None:
        while (some := self._queue.get()) is not None:
            outcomes = self._hand_over(some)
            self._report([Return(self.port, one, outcome) for one, outcome in zip(some, outcomes, strict=True)])

    def _hand_over(self, some: list[Delivery]) -> list[Outcome]:
        try:
            outcomes = self.port.hand_over(some)
            if len(outcomes) == len(some):
                return outcomes
            why = f"{len(outcomes)} outcomes of {len(some)} deliveries"
        except Exception as error:  # a port that breaks its word must not take the thread with it
            log.exception("port %s failed on %d deliveries", self.port.medium, len(some))
            why = f"{type(error).__name__}: {error}"
        return [try_again(why)] * len(some)
