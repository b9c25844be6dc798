"""A connection to the broker in the making: reached, secured and let in, and none of it waited for.

umqtt's own `connect` waits for each of these without a limit, and a desk must not; nor do its versions agree on how TLS is
asked for. What does hold the desk up is the arithmetic of a TLS handshake.
"""

import errno
import select
import socket
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl

    from wardbell_firmware.bus.publication import Publication

# Why one was refused, as the display says it.
OTHER_AUTHORITY = "certificate of other authority"
ANOTHER_NAME = "certificate has another name"
NOT_NOW = "certificate not valid today"
UNTRUSTED = "certificate"
WRONG_PASSWORD = "wrong password"
NOT_LET_IN = "refused"

# What Mbed TLS says of a certificate, and what it means.
_FLAWS = (("trusted CA", OTHER_AUTHORITY), ("(CN)", ANOTHER_NAME), ("validity", NOT_NOW))

# MQTT 3.1.1: flags of CONNECT, beginning and codes of its answer.
_CLEAN, _WILL, _WILL_QOS_1, _WILL_RETAIN, _PASSWORD, _USER = 0x02, 0x04, 0x08, 0x20, 0x40, 0x80
_CONNACK = b"\x20\x02"
_BAD_USER, _NO_RIGHT = 4, 5


class Refused(OSError):
    """The broker is there, and this connection cannot be: it will not get better by itself soon. `why` is for the display."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def greeting(client: str, will: "Publication", user: "str | None", password: "str | None", keepalive_s: int) -> bytes:
    """The CONNECT packet of a clean session; the will is said at QoS 1."""
    flags = _CLEAN | _WILL | _WILL_QOS_1 | (_WILL_RETAIN if will.retain else 0)
    body = _field(client.encode()) + _field(will.topic.encode()) + _field(will.payload)
    if user:
        flags |= _USER | _PASSWORD
        body += _field(user.encode()) + _field((password or "").encode())
    body = _field(b"MQTT") + struct.pack("!BBH", 4, flags, keepalive_s) + body
    n = len(body)
    length = bytes([n]) if n < 0x80 else bytes([n & 0x7F | 0x80, n >> 7])  # never more than 16,383
    return b"\x10" + length + body


def _field(data: bytes) -> bytes:
    return struct.pack("!H", len(data)) + data


class Opening:
    """Asks to be let in; `connection` is the broker's once `is_done`.

    Args:
        host, port: of the broker; a name is looked up while the desk waits.
        security: MicroPython's TLS context, or None for a plain connection.
        hello: the CONNECT packet.
        until_ms: when it is given up.

    Raises:
        OSError: nobody answers there.
    """

    def __init__(self, host: str, port: int, security: "ssl.SSLContext | None", hello: bytes, until_ms: int) -> None:
        self._host = host
        self._security = security
        self._unsaid = hello
        self._answer = b""
        self._until_ms = until_ms
        self._is_reached = False
        self._socket = socket.socket()
        self.connection = self._socket
        self._socket.setblocking(False)
        try:
            self._socket.connect(socket.getaddrinfo(host, port)[0][-1])
        except OSError as error:
            if error.args[0] != errno.EINPROGRESS:
                self.close()
                raise

    def is_done(self, now_ms: int) -> bool:
        """Whether the broker has let it in. Raises OSError when it will not, `Refused` where it says why."""
        if now_ms >= self._until_ms:
            raise OSError(errno.ETIMEDOUT)
        if not self._is_reached:
            self._is_reached = self._reach()
        if self._is_reached:
            self._talk()
        if len(self._answer) < 4:
            return False
        if self._answer[:2] != _CONNACK:
            raise OSError("no broker answers there")
        code = self._answer[3]
        if code:
            raise Refused(WRONG_PASSWORD if code in (_BAD_USER, _NO_RIGHT) else NOT_LET_IN)
        return True

    def close(self) -> None:
        """Give it up."""
        self.connection.close()
        self._socket.close()  # a TLS connection that was refused has let go of it

    def _reach(self) -> bool:
        poll = select.poll()
        poll.register(self._socket, select.POLLOUT)
        ready = poll.poll(0)
        if ready and ready[0][1] & (select.POLLERR | select.POLLHUP):
            raise OSError("no broker answers there")
        if ready and self._security is not None:
            self.connection = self._security.wrap_socket(
                self._socket, server_hostname=self._host, do_handshake_on_connect=False
            )
        return bool(ready)

    def _talk(self) -> None:
        """Say what is unsaid, and hear; each of both goes on with a TLS handshake that is not over."""
        try:
            if self._unsaid:
                self._unsaid = self._unsaid[self.connection.write(self._unsaid) or 0 :]  # type: ignore[attr-defined]
            if not self._unsaid:
                data = self.connection.read(4 - len(self._answer))  # type: ignore[attr-defined]
                if data == b"":
                    raise OSError(errno.ECONNRESET)
                self._answer += data or b""
        except ValueError as error:
            raise Refused(_flaw(str(error)))


def _flaw(said: str) -> str:
    for words, meaning in _FLAWS:
        if words in said:
            return meaning
    return UNTRUSTED
