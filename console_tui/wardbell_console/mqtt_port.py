"""The desk's port on a real broker: paho's thread fills a queue, the desk drains it on its own."""

import contextlib
import queue

from wardbell_bus.client import BusClient
from wardbell_bus.life_sign import LifeSign
from wardbell_bus.mirror import Publication
from wardbell_console.desk import Connection, Message


class MqttPort:
    """A BusPort.

    Args:
        url: the broker, as for BusClient.
        client_id: as on the bus.
        subscriptions: the feed's.
        life_sign: of this console.
        now_ms: for the last will.
    """

    def __init__(self, url: str, client_id: str, subscriptions: list[str], life_sign: LifeSign, now_ms: int) -> None:
        self._arrivals: queue.SimpleQueue[Message | Connection] = queue.SimpleQueue()
        self._life_sign = life_sign
        self._client = BusClient(
            url, client_id, subscriptions, self._message, self._connection, will=life_sign.will(now_ms)
        )

    def start(self) -> None:
        """Begin to connect."""
        self._client.start()

    def stop(self) -> None:
        """Leave in order."""
        self._client.stop()

    def drain(self) -> list[Message | Connection]:
        """All that arrived since, oldest first."""
        arrivals: list[Message | Connection] = []
        with contextlib.suppress(queue.Empty):
            while True:
                arrivals.append(self._arrivals.get_nowait())
        return arrivals

    def publish(self, publication: Publication) -> None:
        """Send."""
        self._client.publish(publication.topic, publication.payload)

    def beat(self, now_ms: int) -> None:
        """Say that this console is there, where that is due."""
        self._life_sign.beat(self._client, now_ms)

    def _message(self, topic: str, payload: bytes, _is_retained: bool) -> None:
        self._arrivals.put(Message(topic, payload))

    def _connection(self, is_connected: bool) -> None:
        if is_connected:
            self._life_sign.connected()
        self._arrivals.put(Connection(is_connected))
