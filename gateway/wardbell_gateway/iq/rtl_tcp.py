"""A dongle behind `rtl_tcp`, on this machine or another: tuned, read, and found again when it is lost.

The protocol: the server greets with `RTL0`, tuner type and number of gains (12 bytes), then sends I and Q without end. A
command is one byte and a 32-bit number, big-endian. (librtlsdr, src/rtl_tcp.c.)
"""

import logging
import queue
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from wardbell_protocol.errors import ConfigError

log = logging.getLogger("wardbell.iq")

SCHEME = "rtl_tcp"
DEFAULT_PORT = 1234
GREETING = b"RTL0"
GREETING_BYTES = 12

SET_FREQUENCY = 0x01
SET_RATE = 0x02
SET_GAIN_MODE = 0x03  # 0: the tuner's own, 1: as SET_GAIN says
SET_GAIN = 0x04  # tenths of a dB
SET_CORRECTION = 0x05  # ppm
SET_AGC = 0x08  # the RTL2832's digital one

QUEUE_PORTIONS = 64  # of 64 kB: 8 s at 250 kS/s

_PORTION = 1 << 16
_SILENT_S = 5.0
_AGAIN_S = 1.0


@dataclass(frozen=True)
class Tuning:
    """What the dongle is told. `gain_db`: None for the tuner's own control."""

    frequency_hz: int = 433_920_000
    rate_hz: int = 250_000
    gain_db: float | None = None
    agc: bool = False
    ppm: int = 0

    def commands(self) -> bytes:
        """All of it, as the server takes it."""
        words = [(SET_RATE, self.rate_hz), (SET_FREQUENCY, self.frequency_hz), (SET_CORRECTION, self.ppm)]
        words.append((SET_GAIN_MODE, int(self.gain_db is not None)))
        if self.gain_db is not None:
            words.append((SET_GAIN, round(self.gain_db * 10)))
        words.append((SET_AGC, int(self.agc)))
        return b"".join(struct.pack(">BI", command, value & 0xFFFFFFFF) for command, value in words)


def address_of(url: str) -> tuple[str, int]:
    """Host and port of `rtl_tcp://host[:port]`; ConfigError names what is wrong."""
    example = f"give {SCHEME}://host[:port], like {SCHEME}://127.0.0.1:{DEFAULT_PORT}"
    scheme, _, rest = url.partition("://")
    try:
        parts = urlsplit(f"//{rest}")
        port = parts.port or DEFAULT_PORT
    except ValueError as error:
        raise ConfigError("SOURCE", url, "give a port from 1 to 65535") from error
    if scheme != SCHEME or not parts.hostname:
        raise ConfigError("SOURCE", url, example)
    return parts.hostname, port


class RtlTcp:
    """Reads the server on a thread of its own.

    `take` gives bytes, or None where some are missing before the next: the decoder must begin anew. `is_up`: whether
    samples come; `n_overruns`: portions that nobody took in time.
    """

    def __init__(self, url: str, tuning: Tuning) -> None:
        self.url = url
        self.is_up = False
        self.n_overruns = 0
        self._address = address_of(url)
        self._tuning = tuning
        self._portions: queue.Queue[bytes | None] = queue.Queue(QUEUE_PORTIONS)
        self._is_missing = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rtl_tcp", daemon=True)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def take(self, wait_s: float) -> bytes | None:
        """The next portion; `queue.Empty` after `wait_s` without one."""
        return self._portions.get(timeout=wait_s)

    def _run(self) -> None:
        said = ""
        while not self._stopping.is_set():
            try:
                with socket.create_connection(self._address, _SILENT_S) as connection:
                    self._read(connection)
            except OSError as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("%s: %s; is rtl_tcp running there? It is tried again every second", self.url, said)
            if self.is_up:
                self.is_up = False
                self._put(None)
                said = ""
            self._stopping.wait(_AGAIN_S)

    def _read(self, connection: socket.socket) -> None:
        receive = _whole_pairs(connection)
        greeting = _exactly(connection, GREETING_BYTES)
        if greeting[: len(GREETING)] != GREETING:
            raise OSError("this is no rtl_tcp server")
        connection.sendall(self._tuning.commands())
        log.info("%s: tuned to %.3f MHz", self.url, self._tuning.frequency_hz / 1e6)
        while not self._stopping.is_set():
            data = receive()
            if not data:
                raise OSError("the server has ended the connection")
            self.is_up = True
            self._put(data)

    def _put(self, data: bytes | None) -> None:
        try:
            if self._is_missing:
                self._portions.put_nowait(None)
                self._is_missing = False
            self._portions.put_nowait(data)
        except queue.Full:
            self._is_missing = True
            self.n_overruns += data is not None


def _exactly(connection: socket.socket, n_bytes: int) -> bytes:
    data = b""
    while len(data) < n_bytes:
        more = connection.recv(n_bytes - len(data))
        if not more:
            raise OSError("the server has ended the connection")
        data += more
    return data


def _whole_pairs(connection: socket.socket) -> Callable[[], bytes]:
    odd = b""

    def receive() -> bytes:
        nonlocal odd
        data = b""
        while len(data) < 2:
            more = connection.recv(_PORTION)
            if not more:
                return b""
            data = odd + data + more
            odd = b""
        whole = len(data) // 2 * 2
        odd = data[whole:]
        return data[:whole]

    return receive
