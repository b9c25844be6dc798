"""The MQTT client and the outbox pump against real brokers."""

import threading
from collections.abc import Callable

from servers import BrokerProcess, wait_until

from wardbell_bus.client import BusClient, NotTakenError, Will
from wardbell_bus.outbox import OutboxPump, OutboxRow


class Listener:
    """A client that keeps what it heard."""

    def __init__(self, url: str, client_id: str, topics: list[str], keep_session: bool = False) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.refuse = 0
        self.client = BusClient(url, client_id, topics, self._message, lambda _up: None, None, keep_session)
        self.client.start()
        wait_until(lambda: self.client.is_connected, client_id)

    def _message(self, topic: str, payload: bytes, _retained: bool) -> None:
        if self.refuse:
            self.refuse -= 1
            raise NotTakenError("the disk is full")
        self.heard.append((topic, payload))

    def numbers(self) -> list[int]:
        """The rows of an outbox, as they came."""
        return [int(payload) for _, payload in self.heard]


class DeadlyClient(BusClient):
    """Counts what the broker confirms to it, and kills the broker at the one that is `deadly`."""

    def __init__(self, broker: BrokerProcess, client_id: str, deadly: int) -> None:
        super().__init__(broker.url, client_id, ["t/authority"], lambda *_: None, lambda _up: None)
        self.n_confirmed = 0
        self._end_broker = broker.kill
        self._deadly = deadly

    def watch_published(self, callback: Callable[[int], None]) -> None:
        def count(mid: int) -> None:
            self.n_confirmed += 1
            if self.n_confirmed == self._deadly:
                self._end_broker()
            callback(mid)

        super().watch_published(count)


class Rows:
    """An outbox in memory."""

    def __init__(self, n: int) -> None:
        self.rows = {i: OutboxRow(i, "t/outbox", str(i).encode(), False) for i in range(1, n + 1)}
        self.lock = threading.Lock()

    def outbox_after(self, row_id: int, limit: int) -> list[OutboxRow]:
        with self.lock:
            return [row for i, row in sorted(self.rows.items()) if i > row_id][:limit]

    def outbox_done(self, *row_ids: int) -> None:
        with self.lock:
            for row_id in row_ids:
                del self.rows[row_id]


def test_what_was_not_taken_comes_again(broker: BrokerProcess) -> None:
    listener = Listener(broker.url, "reader", ["t/#"], keep_session=True)
    listener.refuse = 1
    writer = Listener(broker.url, "writer", [])
    writer.client.publish("t/a", b"one")
    wait_until(lambda: b"one" in dict(listener.heard).values(), "the message to come again")
    listener.client.stop()
    writer.client.stop()


def test_the_outbox_is_emptied_in_order_over_a_broken_connection(broker: BrokerProcess) -> None:
    listener = Listener(broker.url, "reader", ["t/#"], keep_session=True)
    rows = Rows(500)
    client = DeadlyClient(broker, "authority", deadly=100)
    pump = OutboxPump(client, rows)
    pump.start()
    client.start()
    wait_until(lambda: client.is_connected, "the authority")
    pump.kick()
    wait_until(lambda: client.n_confirmed >= 100 and not client.is_connected, "the broker's death to be seen")
    wait_until(lambda: 500 - len(rows.rows) == client.n_confirmed, "the outbox to give up what was confirmed")
    unconfirmed = set(rows.rows)
    broker.start()
    wait_until(lambda: client.is_connected, "the authority again")
    pump.kick()
    wait_until(lambda: not rows.rows, "an empty outbox")
    if broker.engine == "mosquitto":  # iotcore keeps no queue over its own death, by design
        wait_until(lambda: unconfirmed <= set(listener.numbers()), "every row that was not confirmed at the reader")
        first = list(dict.fromkeys(listener.numbers()))
        assert first == sorted(first)
        kept = [row_id for row_id in first if row_id not in unconfirmed]
        assert kept == list(range(1, len(kept) + 1))  # only the last that it confirmed may have died with it
    pump.stop()
    client.stop()
    listener.client.stop()


def test_a_dead_part_is_announced_by_the_broker(broker: BrokerProcess) -> None:
    listener = Listener(broker.url, "reader", ["health/#"])
    client = BusClient(broker.url, "part", [], lambda *_: None, lambda _up: None, Will("health/part", b"offline"))
    client.start()
    wait_until(lambda: client.is_connected, "the part")
    client.drop_connection()
    wait_until(lambda: ("health/part", b"offline") in listener.heard, "the last will")
    client.stop()
    listener.client.stop()
