"""The connection to the broker, by micropython-lib's umqtt: made, kept, and made anew.

The desk must not wait for the network, so: whether a broker answers at all is tried without blocking; everything
is published at QoS 0, since umqtt waits for an answer at QoS 1 (whether it arrived is asked of the gateway itself, `ear`);
and a connection that stalls for `STALL_MS` is given up. What does take its time is a TLS handshake.
"""

import errno
import select
import socket
import ssl

from umqtt.simple import MQTTClient, MQTTException  # pyright: ignore[reportMissingImports]  (micropython-lib's)

from wardbell_firmware.bus.face import BusFace
from wardbell_firmware.bus.patient_socket import PatientSocket
from wardbell_protocol.errors import ConfigError, EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Network, ReceiverBoard, Store

AUTHORITY_FILE = "ca.der"  # whose certificate the broker must show

POLL_MS = 50
STALL_MS = 250  # less than the radio's ring holds
KEEPALIVE_S = 20
PING_MS = 8000
FIRST_WAIT_MS = 1000
LONGEST_WAIT_MS = 30000
ANSWER_MS = 3000
_MESSAGES_A_STEP = 8

# What umqtt raises where a connection ends in the middle of something, or brings what nobody has room for or can read.
_BROKEN = (OSError, MQTTException, AssertionError, IndexError, TypeError, ValueError, MemoryError)

# The least that a broker answers, be it with a refusal: version 3.1.1, a clean session, no name.
_CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x05\x00\x00"
_CONNACK = b"\x20"


class BusSession:
    """Keeps `face` connected.

    `settings` of the board, `bus`: `ward`, `host` (an address; a name is looked up while the desk waits), and where wanted
    `port`, `user`, `password`, `tls`.

    Raises:
        ConfigError: one of them cannot be.
    """

    def __init__(self, board: "ReceiverBoard", name: str) -> None:
        settings = board.settings["bus"]
        if not isinstance(settings, dict) or not settings.get("host"):
            raise ConfigError("settings.json", "bus", 'give {"ward": "east", "host": "192.168.1.2"}')
        try:
            self.face = BusFace(str(settings.get("ward", "")), name, board.epoch)
        except EncodeError as error:
            raise ConfigError("settings.json", "bus.ward or name", str(error))
        tls = _tls(board.store) if settings.get("tls") else None
        port = settings.get("port", 8883 if tls else 1883)
        user, password = settings.get("user"), settings.get("password")
        self._client = MQTTClient(self.face.client, settings["host"], port, user, password, KEEPALIVE_S, tls)
        self._client.set_callback(self._delivered)
        self._network: Network | None = board.network
        self._is_plain = tls is None
        self._is_connected = False
        self._knock: Knock | None = None
        self._wait_ms = FIRST_WAIT_MS
        self._next_try_ms = 0
        self._ping_ms = 0
        self._now_ms = 0

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there."""
        return self._is_connected

    def step(self, now_ms: int) -> int:
        """Do what is due; returns when to come back."""
        self._now_ms = now_ms
        try:
            if self._is_connected:
                self._exchange(now_ms)
            elif now_ms >= self._next_try_ms and self._network is not None and self._network.is_up():
                self._try(now_ms)
        except _BROKEN:
            self._lost(now_ms)
        return now_ms + POLL_MS

    def _exchange(self, now_ms: int) -> None:
        client = self._client
        for _ in range(_MESSAGES_A_STEP):
            client.sock.setblocking(False)
            if client.wait_msg() is None:
                break
        for publication in self.face.poll(now_ms):
            client.publish(publication.topic.encode(), publication.payload, publication.retain)
        if now_ms >= self._ping_ms:
            self._ping_ms = now_ms + PING_MS
            client.ping()

    def _try(self, now_ms: int) -> None:
        if self._knock is None:
            self._knock = Knock(self._client.server, self._client.port, self._is_plain, now_ms + ANSWER_MS)
        if self._knock.is_answered(now_ms):
            self._knock.close()
            self._knock = None
            self._connect(now_ms)

    def _connect(self, now_ms: int) -> None:
        client, face = self._client, self.face
        will = face.will
        client.set_last_will(will.topic.encode(), will.payload, will.retain, 1)
        client.connect()
        client.sock = PatientSocket(client.sock, STALL_MS)
        for topic in face.subscriptions:
            client.subscribe(topic.encode(), 1)
        self._is_connected = True
        self._wait_ms = FIRST_WAIT_MS
        self._ping_ms = now_ms + PING_MS
        face.connected(now_ms)

    def _lost(self, now_ms: int) -> None:
        if self._knock is not None:
            self._knock.close()
            self._knock = None
        if self._client.sock is not None:
            self._client.sock.close()
            self._client.sock = None
        if self._is_connected:
            self._is_connected = False
            self.face.lost()
        self._next_try_ms = now_ms + self._wait_ms
        self._wait_ms = min(2 * self._wait_ms, LONGEST_WAIT_MS)

    def _delivered(self, topic: bytes, payload: bytes) -> None:
        self.face.receive(topic.decode(), payload, self._now_ms)


def _tls(store: "Store") -> object:
    authority = store.load(AUTHORITY_FILE)
    if authority is None:
        raise ConfigError(AUTHORITY_FILE, "file", "is missing: put the broker's authority there, DER, or leave tls out")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority)
    return context


class Knock:
    """Whether a broker answers there, found out without waiting. Raises OSError where none does.

    `is_plain`: it is asked to say something; behind TLS, only whether somebody takes connections is found out.
    """

    def __init__(self, host: str, port: int, is_plain: bool, until_ms: int) -> None:
        self._is_plain = is_plain
        self._has_asked = False
        self._until_ms = until_ms
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLOUT)
        try:
            self._socket.connect(socket.getaddrinfo(host, port)[0][-1])
        except OSError as error:
            if error.args[0] != errno.EINPROGRESS:
                self.close()
                raise

    def is_answered(self, now_ms: int) -> bool:
        """Whether somebody did; raises OSError when nobody will."""
        ready = self._poll.poll(0)
        if now_ms >= self._until_ms or (ready and ready[0][1] & (select.POLLERR | select.POLLHUP)):
            raise OSError("no broker answers there")
        if not ready or not self._is_plain:
            return bool(ready)
        if not self._has_asked:
            self._has_asked = True
            self._socket.send(_CONNECT)
            self._poll.modify(self._socket, select.POLLIN)
            return False
        if self._socket.recv(1) != _CONNACK:
            raise OSError("no broker answers there")
        return True

    def close(self) -> None:
        """Done."""
        self._socket.close()
