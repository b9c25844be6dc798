"""The one MQTT client of the host parts, on paho-mqtt.

paho acknowledges a QoS 1 message only after the callback says so here: a part commits first, then returns. A part that
could not commit raises NotTakenError; the message stays with the broker and comes again after the reconnect that follows.
"""

import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from wardbell_bus.refused import count_refused
from wardbell_protocol.errors import ConfigError, DecodeError, WardbellError

log = logging.getLogger("wardbell.bus")

DEFAULT_URL = "mqtt://127.0.0.1:1883"
SHORT_S = 3.0  # a connection that ends sooner
CONTESTED_AFTER = 3  # so many of those in a row: somebody else uses our client id, and each throws the other off
KEEPALIVE_S = 5  # a dead gateway must be seen within 10 s (design: no silent death); the broker allows 1.5 times this
RECONNECT_MAX_S = 4


class NotTakenError(WardbellError):
    """The message could not be made safe; do not acknowledge it."""


@dataclass(frozen=True)
class Broker:
    """Where the broker is.

    `mqtt://[user:password@]host[:port]`, or `mqtts://…` for TLS checked against the system's certificates.
    """

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool

    @classmethod
    def of(cls, url: str) -> "Broker":
        """Take a URL apart; ConfigError names what is wrong."""
        example = f"give a URL like {DEFAULT_URL} or mqtts://user:password@host:8883"
        try:
            parts = urlsplit(url)
            (parts.hostname or "").encode("idna")  # what cannot be looked up would end paho's thread
        except ValueError as error:
            raise ConfigError("--broker", url, example) from error
        try:
            port = parts.port
        except ValueError as error:
            raise ConfigError("--broker", "port", "give a port from 1 to 65535") from error
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ConfigError("--broker", url, example)
        tls = parts.scheme == "mqtts"
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(parts.hostname, port or (8883 if tls else 1883), user, password, tls)


@dataclass(frozen=True)
class Will:
    """What the broker says for us when our connection dies, and we ourselves when we leave in order."""

    topic: str
    offline: bytes


OnMessage = Callable[[str, bytes, bool], None]  # topic, payload, whether it is retained state
OnConnected = Callable[[bool], None]


class BusClient:
    """One connection, kept alive. Callbacks run on paho's thread.

    Args:
        url: see Broker.
        client_id: unique on the broker; the same after a restart where `keep_session`.
        subscriptions: topics, at QoS 1.
        on_message: see the module's text; DecodeErrors are counted in `refused` and warned of once a topic.
        on_connected: True once subscribed, False when the connection is lost.
        keep_session: the broker keeps our QoS 1 messages while we are away.
        passing: more topics, at QoS 0, so that they never fill the queue that a broker keeps for us.
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        subscriptions: list[str],
        on_message: OnMessage,
        on_connected: OnConnected,
        will: Will | None = None,
        keep_session: bool = False,
        passing: list[str] | None = None,
    ) -> None:
        self.broker = Broker.of(url)
        self.client_id = client_id
        self.refused: dict[str, int] = {}
        self.is_connected = False
        self.was_own_drop = False  # whether we broke the last connection ourselves
        self._connected_at_s = 0.0
        self._n_short = 0
        self._subscriptions = [(topic, 1) for topic in subscriptions] + [(topic, 0) for topic in passing or []]
        self._will = will
        self._on_message = on_message
        self._on_connected = on_connected
        self._on_published: Callable[[int], None] | None = None
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=not keep_session, manual_ack=True
        )
        self._client.reconnect_delay_set(min_delay=1, max_delay=RECONNECT_MAX_S)
        self._client.max_inflight_messages_set(100)
        self._client.username_pw_set(self.broker.user, self.broker.password)
        if self.broker.tls:
            self._client.tls_set_context(ssl.create_default_context())
        if will is not None:
            self._client.will_set(will.topic, will.offline, qos=1, retain=True)
        self._client.on_socket_open = _send_at_once
        self._client.on_connect = self._connected
        self._client.on_connect_fail = self._connect_failed
        self._client.on_disconnect = self._disconnected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._message
        self._client.on_publish = self._published
        self._stopping = threading.Event()
        self._drop_timer: threading.Timer | None = None

    @property
    def is_contested(self) -> bool:
        """Whether another part seems to use our client id: the broker ends our connections as soon as they are made."""
        lasts = self.is_connected and time.monotonic() - self._connected_at_s >= SHORT_S
        return self._n_short >= CONTESTED_AFTER and not lasts

    def start(self) -> None:
        """Begin to connect; returns at once, also when no broker is there yet."""
        self._client.connect_async(self.broker.host, self.broker.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Leave in order, saying so where there is a will, and end the thread."""
        self._stopping.set()
        if self._will is not None and self.is_connected:
            with contextlib.suppress(ValueError, RuntimeError):
                self._client.publish(self._will.topic, self._will.offline, qos=1, retain=True).wait_for_publish(2)
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, retain: bool = False, qos: int = 1) -> int:
        """Send or queue; returns paho's message id (see `watch_published`)."""
        return self._client.publish(topic, payload, qos=qos, retain=retain).mid

    def deliver(self, messages: Sequence[tuple[str, bytes]], timeout_s: float) -> list[bool]:
        """Send topics and payloads at QoS 1 and wait: whether the broker has acknowledged each.

        Not from a callback: none would hear of it. What was not acknowledged in time may still be, after the next connect.
        """
        end_s = time.monotonic() + timeout_s
        sent = [self._client.publish(topic, payload, qos=1) for topic, payload in messages]
        return [_is_published(one, end_s - time.monotonic()) for one in sent]

    def watch_published(self, callback: Callable[[int], None]) -> None:
        """Have `callback` told each message id the broker has acknowledged."""
        self._on_published = callback

    def _connected(
        self,
        client: paho.Client,
        _userdata: object,
        _flags: paho.ConnectFlags,
        code: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if code.is_failure:
            log.warning("broker %s:%d refused us: %s", self.broker.host, self.broker.port, code)
            return
        if self._subscriptions:
            client.subscribe(self._subscriptions)
        else:
            self._ready()

    def _subscribed(
        self,
        _client: paho.Client,
        _userdata: object,
        _mid: int,
        codes: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        failed = [topic for (topic, _), code in zip(self._subscriptions, codes, strict=False) if code.is_failure]
        if failed:  # some brokers connect us and then refuse the topics: that is no connection at all
            log.error("broker refused the subscription of %s", ", ".join(failed))
            self._drop_later()
            return
        self._ready()

    def _ready(self) -> None:
        self.is_connected = True
        self._connected_at_s = time.monotonic()
        log.info("connected to %s:%d", self.broker.host, self.broker.port)
        self._on_connected(True)

    def _connect_failed(self, _client: paho.Client, _userdata: object) -> None:
        doubt = ", or its certificate is not trusted (see $SSL_CERT_FILE)" if self.broker.tls else ""
        log.warning("no broker at %s:%d yet%s", self.broker.host, self.broker.port, doubt)

    def _disconnected(
        self,
        _client: paho.Client,
        _userdata: object,
        _flags: paho.DisconnectFlags,
        code: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        was_connected, self.is_connected = self.is_connected, False
        self.was_own_drop = self._drop_timer is not None
        if self._drop_timer is not None:
            self._drop_timer.cancel()
            self._drop_timer = None
        if was_connected:
            if not self._stopping.is_set():
                log.warning("lost the broker: %s", code)
                self._count_short()
            self._on_connected(False)

    def _count_short(self) -> None:
        is_short = time.monotonic() - self._connected_at_s < SHORT_S
        self._n_short = self._n_short + 1 if is_short else 0
        if self._n_short == CONTESTED_AFTER:
            log.error(
                "does another part call itself %s? the broker ends each connection of ours at once", self.client_id
            )

    def _message(self, client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        if self._drop_timer is not None:
            return  # acknowledgements must keep the order of the messages (MQTT-4.6.0-2): all behind comes again as well
        try:
            self._on_message(message.topic, bytes(message.payload), message.retain)
        except NotTakenError as error:
            log.error("%s: not taken, will come again: %s", message.topic, error)
            self._drop_later()
            return
        except DecodeError as error:
            self._refuse(message.topic, error)
        except Exception:
            log.exception("failed on a message of %s", message.topic)
        client.ack(message.mid, message.qos)

    def drop_connection(self) -> None:
        """Break the connection; paho makes a new one by itself."""
        connection = self._client.socket()
        if isinstance(connection, socket.socket) and not self._stopping.is_set():
            with contextlib.suppress(OSError):  # it may be gone already, which is what is wanted
                connection.shutdown(socket.SHUT_RDWR)

    def _drop_later(self) -> None:
        # Only a new connection makes a broker deliver an unacknowledged message again, or take a subscription after all.
        self._drop_timer = threading.Timer(RECONNECT_MAX_S, self.drop_connection)
        self._drop_timer.daemon = True
        self._drop_timer.start()

    def _refuse(self, topic: str, error: DecodeError) -> None:
        if count_refused(self.refused, topic):
            log.warning("%s: dropped what is not ours: %s", topic, error)

    def _published(
        self, _client: paho.Client, _userdata: object, mid: int, _code: ReasonCode, _properties: Properties
    ) -> None:
        self._confirm_at_once()
        if self._on_published is not None:
            self._on_published(mid)

    def _confirm_at_once(self) -> None:
        """Tell the broker's TCP that its PUBACK has come; else one that keeps Nagle's wait holds what is next for 40 ms."""
        connection = self._client.socket()
        if isinstance(connection, socket.socket) and hasattr(socket, "TCP_QUICKACK"):
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _is_published(sent: paho.MQTTMessageInfo, timeout_s: float) -> bool:
    with contextlib.suppress(ValueError, RuntimeError):  # the queue is full; the connection has just gone
        if not sent.is_published() and timeout_s > 0:
            sent.wait_for_publish(timeout_s)
        return sent.is_published()
    return False


def _send_at_once(_client: paho.Client, _userdata: object, connection: object) -> None:
    """Without this, a message waits up to 40 ms for the other end's acknowledgement of the one before (Nagle)."""
    if isinstance(connection, socket.socket):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
