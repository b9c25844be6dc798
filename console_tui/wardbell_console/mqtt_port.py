"""The desk's port on a real broker: paho's thread fills a queue, the desk drains it on its own."""

import contextlib
import queue
from collections.abc import Mapping

from wardbell_bus.client import BusClient
from wardbell_bus.life_sign import LifeSign
from wardbell_bus.mirror import Publication
from wardbell_console.desk import Connection, Message


class MqttPort:
    """A BusPort.

    Args:
        url: the broker, as for BusClient.
        client_id: as on the bus, `console-<name>`.
        subscriptions: the feed's.
        name: this console's.
        scope: where the broker is to tell our death: a ward, or the call centre.
        now_ms: for the last will.
    """

    def __init__(self, url: str, client_id: str, subscriptions: list[str], name: str, scope: str, now_ms: int) -> None:
        self._arrivals: queue.SimpleQueue[Message | Connection] = queue.SimpleQueue()
        self._name = name
        self._signs = {scope: LifeSign(scope, "console", name)}
        will = self._signs[scope].will(now_ms)
        self._client = BusClient(url, client_id, subscriptions, self._message, self._connection, will=will)

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

    def beat(self, now_ms: int, wards: Mapping[str, tuple[str, int]]) -> None:
        """Say that this console is there, where that is due; each ward's gateway watches its own topic.

        `wards`: by name, epoch and number of the newest event shown.
        """
        for ward in wards:
            if ward not in self._signs:
                self._signs[ward] = LifeSign(ward, "console", self._name)
        for scope, sign in list(self._signs.items()):
            epoch, seq = wards.get(scope, ("", 0))
            sign.beat(self._client, now_ms, epoch=epoch, seq=seq)

    def _message(self, topic: str, payload: bytes, _is_retained: bool) -> None:
        self._arrivals.put(Message(topic, payload))

    def _connection(self, is_connected: bool) -> None:
        if is_connected:
            for sign in list(self._signs.values()):
                sign.connected()
        self._arrivals.put(Connection(is_connected))
