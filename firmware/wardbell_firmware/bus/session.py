"""The connection to the broker, by micropython-lib's umqtt: made, kept, and made anew.

The desk must not wait for the network, so: it is opened without blocking (`opening`); everything
is published at QoS 0, since umqtt waits for an answer at QoS 1 (whether it arrived is asked of the gateway itself, `ear`);
and a connection that stalls for `STALL_MS` is given up.
"""

from umqtt.simple import MQTTClient, MQTTException  # pyright: ignore[reportMissingImports]  (micropython-lib's)

from wardbell_firmware.bus.face import BusFace
from wardbell_firmware.bus.opening import Opening, Refused, greeting
from wardbell_firmware.bus.patient_socket import PatientSocket
from wardbell_protocol.errors import ConfigError, EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    import ssl

    from wardbell_firmware.boards.contract import Network, ReceiverBoard, Store

AUTHORITY_FILE = "ca.der"  # whose certificate the broker must show

POLL_MS = 50
STALL_MS = 250  # less than the radio's ring holds
KEEPALIVE_S = 20
PING_MS = 8000
FIRST_WAIT_MS = 1000
LONGEST_WAIT_MS = 30000
STEADY_MS = (
    60000  # one that lasted so long: else a broker that lets in and drops would be asked each second, TLS and all
)
REFUSED_WAIT_MS = 300000  # a handshake, refused or not, holds an RP2040 up for 1.85 s
ANSWER_MS = 5000
_MESSAGES_A_STEP = 8

# What umqtt raises where a connection ends in the middle of something, or brings what nobody has room for or can read.
_BROKEN = (OSError, MQTTException, AssertionError, IndexError, TypeError, ValueError, MemoryError)


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
        self._security = _security(board.store) if settings.get("tls") else None
        self._host = str(settings["host"])
        self._port = settings.get("port", 1883 if self._security is None else 8883)
        self._user, self._password = settings.get("user"), settings.get("password")
        self._client = MQTTClient(self.face.client, self._host)
        self._client.set_callback(self._delivered)
        self._network: Network | None = board.network
        self._is_connected = False
        self._opening: Opening | None = None
        self._wait_ms = FIRST_WAIT_MS
        self._next_try_ms = 0
        self._joined_ms = 0
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
        except Refused as refusal:
            self._lost(now_ms, refusal.why)
            self._next_try_ms = now_ms + REFUSED_WAIT_MS
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
        if self._opening is None:
            hello = greeting(self.face.client, self.face.will, self._user, self._password, KEEPALIVE_S)
            self._opening = Opening(self._host, self._port, self._security, hello, now_ms + ANSWER_MS)
        if self._opening.is_done(now_ms):
            connection, self._opening = self._opening.connection, None
            self._join(connection, now_ms)

    def _join(self, connection: "socket.socket", now_ms: int) -> None:
        client, face = self._client, self.face
        client.sock = PatientSocket(connection, STALL_MS)
        client.pid = 0  # two bytes carry it, and umqtt counts on for ever
        for topic in face.subscriptions:
            client.subscribe(topic.encode(), 1)
        self._is_connected = True
        self._joined_ms = now_ms
        self._ping_ms = now_ms + PING_MS
        face.connected(now_ms)

    def _lost(self, now_ms: int, why: str = "") -> None:
        if self._opening is not None:
            self._opening.close()
            self._opening = None
        if self._client.sock is not None:
            self._client.sock.close()
            self._client.sock = None
        self.face.ear.refusal = why
        if self._is_connected:
            self._is_connected = False
            if now_ms - self._joined_ms >= STEADY_MS:
                self._wait_ms = FIRST_WAIT_MS
            self.face.lost()
        self._next_try_ms = now_ms + self._wait_ms
        self._wait_ms = min(2 * self._wait_ms, LONGEST_WAIT_MS)

    def _delivered(self, topic: bytes, payload: bytes) -> None:
        self.face.receive(topic.decode(), payload, self._now_ms)


def _security(store: "Store") -> "ssl.SSLContext":
    # MicroPython's own; `ssl`, of the same shape, is micropython-lib's, which an image may lack.
    import tls  # type: ignore[import-not-found]

    authority = store.load(AUTHORITY_FILE)
    if authority is None:
        raise ConfigError(AUTHORITY_FILE, "file", "is missing: put the broker's authority there, DER, or leave tls out")
    context: ssl.SSLContext = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_REQUIRED
    try:
        context.load_verify_locations(authority)
    except ValueError:
        raise ConfigError(AUTHORITY_FILE, "file", "is no certificate: openssl x509 -in ca.pem -outform der -out ca.der")
    return context
