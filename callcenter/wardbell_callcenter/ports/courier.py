"""Takes what is due to the ports: at least once, the most urgent first, each medium at its own pace."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from wardbell_callcenter.clock import Now
from wardbell_callcenter.ports.claims import Claims, OfferFailed, Room, final_word, is_too_late
from wardbell_callcenter.ports.crew import Crew, Return
from wardbell_callcenter.ports.faults import Failures
from wardbell_callcenter.ports.port import Port, given_up
from wardbell_callcenter.store.errors import LostLeaseError, StoreError
from wardbell_callcenter.store.store import Store

log = logging.getLogger("wardbell.callcenter")

LOOK_EVERY_S = 1.0  # whoever makes a delivery kicks; this is for those of others, and for a clock that runs ahead
HELD_UP_S = 0.1  # what is due waits for another delivery that is under way
ILL_S = 1.0
GRACE_S = 1.0  # when we leave: for what is under way


class Courier:
    """Claims deliveries, has threads of their ports' hand them over, and writes down what became of them.

    `kick` it after each commit.
    A claim is a lease in the database. Whoever dies with one lets it run out, and the delivery is made again, with the same id.

    Args:
        ports: one for each medium.
        clock: the engine's time.
        offer_failed: what follows when an offer is given up.
    """

    def __init__(
        self, store: Store, ports: Sequence[Port], clock: Callable[[], Now], offer_failed: OfferFailed
    ) -> None:
        self._claims = Claims(store, offer_failed)
        self._clock = clock
        self._came_back: queue.SimpleQueue[list[Return]] = queue.SimpleQueue()
        self._returns: list[Return] = []  # that are not written down yet
        self._crews = {port.medium: Crew(port, self._report) for port in ports}
        self._failures = Failures()
        self._is_ill = False
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def kick(self) -> None:
        """Something may be there to hand over."""
        self._wake.set()

    def stop(self) -> None:
        """Claim nothing more, and come back within `GRACE_S` or so. What is under way then is handed over again later."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        for crew in self._crews.values():
            crew.stop()

    def faults(self) -> tuple[str, ...]:
        """For the life sign: the ways out that get nothing through."""
        return self._failures.names(self._clock().steady_ms)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._wake.wait(self._turn())
        self._leave()

    def _turn(self) -> float:
        """Write down what has come back, hand out what is due; returns how long nothing will be, s, if nobody kicks."""
        wait_s = ILL_S
        try:
            wait_s = self._write_and_hand_out(self._clock())
            self._is_ill = False
        except LostLeaseError:
            self._stopping.set()  # whoever leads now delivers
        except StoreError as error:
            if not self._is_ill:
                log.error("the database is not well; deliveries wait: %s", error)
            self._is_ill = True
        except Exception:  # without this thread nobody is asked any more
            log.exception("the courier stumbled")
        return wait_s

    def _write_and_hand_out(self, now: Now) -> float:
        self._collect(now)
        self._give_up(now)
        room = [Room(crew.port, crew.room, crew.places) for crew in self._crews.values() if crew.room > 0]
        room = [one for one in room if one.port.is_ready]
        due_ms = self._claims.next_due_steady_ms(room)
        due = [one for one in room if due_ms.get(one.port.medium, now.steady_ms + 1) <= now.steady_ms]
        if not self._returns and not due:
            return min([LOOK_EVERY_S, *((when_ms - now.steady_ms) / 1000 for when_ms in due_ms.values())])
        claimed = self._claims.write_and_claim(self._returns, due, now)
        self._returns.clear()
        for crew in self._crews.values():
            of_crew = [delivery for delivery in claimed if delivery.medium == crew.port.medium]
            late = [delivery for delivery in of_crew if is_too_late(delivery, now)]
            self._returns += [Return(crew.port, delivery, given_up("too late")) for delivery in late]
            crew.take([delivery for delivery in of_crew if delivery not in late])
        return HELD_UP_S if due and not claimed else 0.0

    def _collect(self, now: Now) -> None:
        with suppress(queue.Empty):
            while True:
                returns = self._came_back.get_nowait()
                self._crews[returns[0].port.medium].are_back(returns)
                self._returns += returns
                for back in returns:
                    self._note(back, now)

    def _note(self, back: Return, now: Now) -> None:
        name = back.port.fault_name(back.delivery.address)
        if back.outcome.verdict == "delivered":
            self._failures.got_through(name)
            return
        is_given_up = back.outcome.verdict == "given_up"
        if back.delivery.attempts == 2 or is_given_up:  # once is no news, and later the fault is shown
            log.warning("%s %s: %s", back.delivery.medium, back.delivery.delivery_id, back.outcome.why)
        if back.delivery.attempts > 1 or is_given_up:
            self._failures.failed(name, now.steady_ms)

    def _give_up(self, now: Now) -> None:
        for back in [back for back in self._returns if final_word(back, now)]:
            self._claims.give_up(back.delivery, final_word(back, now), now)
            self._returns.remove(back)

    def _leave(self) -> None:
        """Write down what comes back soon: what is not written down is handed over a second time."""
        end_s = time.monotonic() + GRACE_S
        while True:
            self._wake.clear()
            self._collect(self._clock())
            left_s = end_s - time.monotonic()
            if left_s <= 0 or all(crew.is_idle for crew in self._crews.values()):
                break
            self._wake.wait(left_s)
        with suppress(StoreError):
            self._claims.write_and_claim(self._returns, [], self._clock())

    def _report(self, returns: list[Return]) -> None:
        self._came_back.put(returns)
        self._wake.set()
