"""The courier's transactions: what came back is written down, what is due is claimed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wardbell_callcenter.clock import Now
from wardbell_callcenter.ports.crew import Return
from wardbell_callcenter.ports.patience import is_too_late as comes_too_late
from wardbell_callcenter.ports.patience import wait_ms
from wardbell_callcenter.ports.places import Places
from wardbell_callcenter.ports.port import Port
from wardbell_callcenter.store.delivery_rows import Delivery
from wardbell_callcenter.store.errors import RefusedError, StoreError
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store

log = logging.getLogger("wardbell.callcenter")

MARGIN_MS = 2_000  # of a lease, over what the port says a hand-over takes
KEEP_MS = 86_400_000  # what is done, as replies are
TIDY_EVERY_MS = 3_600_000

# What the engine does about an offer that will not be handed over, in the transaction that says so. `str`: why; `bool`: whoever
# comes next is left to the engine's timers.
OfferFailed = Callable[[Ledger, Delivery, str, Now, bool], None]


@dataclass(frozen=True)
class Room:
    """What a port can be given: so many, and of each address so many as it has places."""

    port: Port
    limit: int
    places: Places


class Claims:
    """Each method is one transaction, or one for each delivery that is given up.

    Raises:
        StoreError: nothing is written, or nobody can say; all of it may be written again.
    """

    def __init__(self, store: Store, offer_failed: OfferFailed) -> None:
        self._store = store
        self._offer_failed = offer_failed
        self._tidied_at_ms: int | None = None

    def next_due_steady_ms(self, room: Sequence[Room]) -> dict[str, int]:
        """By medium when there will be something to claim."""
        with self._store.reading() as ledger:
            return ledger.deliveries.next_due_steady_ms({one.port.medium: one.places.full() for one in room})

    def write_and_claim(self, returns: Sequence[Return], room: Sequence[Room], now: Now) -> list[Delivery]:
        """Write down what was delivered or is to be tried again; claim as many for each port as it has room for."""
        with self._store.writing() as ledger:
            self._write(ledger, returns, now)
            self._tidy(ledger, now)
            return [
                delivery
                for one in room
                for delivery in ledger.deliveries.claim(
                    [one.port.medium], now.steady_ms, _lease_ms(one.port), one.limit, one.places.take
                )
            ]

    def give_up(self, delivery: Delivery, why: str, now: Now) -> None:
        """It will not be handed over. An engine that stumbles over that must not keep the others waiting."""
        for asks_later in (False, True):
            try:
                with self._store.writing() as ledger:
                    self._finish(ledger, delivery, why)
                    if delivery.what == "offer":
                        self._offer_failed(ledger, delivery, why, now, asks_later)
                return
            except Exception as error:
                if isinstance(error, StoreError) and not isinstance(error, RefusedError):
                    raise
                log.exception("stumbled over what follows from giving up %s", delivery.delivery_id)
        log.error("what follows from giving up %s is left out", delivery.delivery_id)
        with self._store.writing() as ledger:
            self._finish(ledger, delivery, why)

    def _write(self, ledger: Ledger, returns: Sequence[Return], now: Now) -> None:
        ledger.deliveries.let_go(back.delivery.delivery_id for back in returns)
        delivered = [back.delivery for back in returns if back.outcome.verdict == "delivered"]
        ledger.deliveries.finish((delivery.delivery_id for delivery in delivered), "delivered")
        ledger.offers.sent((delivery.offer_id for delivery in delivered if delivery.what == "offer"), now.wall_ms)
        for back in returns:
            if back.outcome.verdict == "try_again":
                due_ms = now.steady_ms + wait_ms(back.delivery.attempts)
                ledger.deliveries.again(back.delivery.delivery_id, due_ms, back.outcome.why)

    def _finish(self, ledger: Ledger, delivery: Delivery, why: str) -> None:
        ledger.deliveries.let_go([delivery.delivery_id])
        ledger.deliveries.finish([delivery.delivery_id], f"given up: {why}")

    def _tidy(self, ledger: Ledger, now: Now) -> None:
        if self._tidied_at_ms is None or now.steady_ms - self._tidied_at_ms >= TIDY_EVERY_MS:
            ledger.deliveries.forget_done(now.wall_ms - KEEP_MS)
            self._tidied_at_ms = now.steady_ms


def final_word(back: Return, now: Now) -> str:
    """Why it is given up; empty where it is not."""
    if back.outcome.verdict == "given_up":
        return back.outcome.why
    is_over = back.outcome.verdict == "try_again" and is_too_late(back.delivery, now)
    return f"too late after {back.delivery.attempts} attempts: {back.outcome.why}" if is_over else ""


def is_too_late(delivery: Delivery, now: Now) -> bool:
    """Whether that delivery would do no good any more."""
    return comes_too_late(delivery.what, delivery.attempts, delivery.due_steady_ms, now.steady_ms)


def _lease_ms(port: Port) -> int:
    return round(port.timeout_s * 1000) + MARGIN_MS
