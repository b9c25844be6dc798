"""Couriers on one real database, in the engine's virtual time, and a way out that does what a test says."""

from collections.abc import Callable, Sequence

from centre_bench import Centre, house, policy

from wardbell_callcenter.house import Step
from wardbell_callcenter.ports.courier import Courier
from wardbell_callcenter.ports.port import DELIVERED, Outcome
from wardbell_callcenter.store.delivery_rows import Delivery, DeliveryMedium
from wardbell_callcenter.store.store import Store

HOUSE = house(policy(Step(after_s=0, to=["agent:Wei"]), Step(after_s=60, to=["agent:Li"])))


class Pager:
    """A way out that does what it is told, and keeps what it was given."""

    def __init__(self, medium: DeliveryMedium = "seat", threads: int = 4) -> None:
        self.medium = medium
        self.threads = threads
        self.per_address: int | None = None
        self.batch = 1
        self.is_ready = True
        self.timeout_s = 2.0
        self.given: list[Delivery] = []
        self.answer: Callable[[Delivery], Outcome] = lambda _delivery: DELIVERED

    def hand_over(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        self.given += deliveries
        return [self.answer(delivery) for delivery in deliveries]

    def fault_name(self, address: str) -> str:
        return f"pager-{address}"

    @property
    def ids(self) -> list[str]:
        return [delivery.delivery_id for delivery in self.given]


class Round:
    """Couriers of one centre's database, whose clock is the centre's; all are ended with the test."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self._couriers: list[Courier] = []
        self._stores: list[Store] = []

    def courier(self, *ports: Pager, store: Store | None = None) -> Courier:
        """One more, that runs."""
        made = Courier(store or self.centre.store, ports, lambda: self.centre.now, self.centre.engine.offer_failed)
        made.start()
        self._couriers.append(made)
        return made

    def store(self) -> Store:
        """Another one of the same database, as a second engine has."""
        made = Store(self.centre.url)
        self._stores.append(made)
        return made

    def put(self, *ids: str, medium: DeliveryMedium = "seat", **fields: object) -> None:
        """Events to be delivered, due now."""
        now = self.centre.now
        with self.centre.store.writing() as ledger:
            for delivery_id in ids:
                values: dict[str, object] = {
                    "what": "event",
                    "medium": medium,
                    "address": "family",
                    "payload": b"{}",
                    "made_at_ms": now.wall_ms,
                    "due_steady_ms": now.steady_ms,
                }
                ledger.deliveries.add(Delivery(delivery_id, **(values | fields)))  # type: ignore[arg-type]

    def outcome(self, delivery_id: str) -> str:
        """As it is stored; `waits` while it is not done."""
        with self.centre.store.reading() as ledger:
            found = ledger.deliveries.get(delivery_id)
        assert found is not None
        return found.outcome if found.is_done else "waits"

    def wait_s(self, seconds: float, courier: Courier) -> None:
        """So much later."""
        self.centre.now = self.centre.now.after(round(seconds * 1000))
        courier.kick()

    def close(self) -> None:
        """End all of them."""
        for courier in self._couriers:
            courier.stop()
        for store in self._stores:
            store.close()
        self.centre.store.close()


def due_ms(round_: Round, delivery_id: str) -> int:
    """When it is tried next, by the engine's own time; 0 while somebody has it in hand."""
    with round_.centre.store.reading() as ledger:
        found = ledger.deliveries.get(delivery_id)
    assert found is not None
    return 0 if found.lease_until_steady_ms else found.due_steady_ms
