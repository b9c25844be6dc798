"""The API served on a port, in a thread beside the engine."""

import logging
import socket
import threading
from errno import EADDRINUSE

import uvicorn

from wardbell_callcenter.api.app import application
from wardbell_callcenter.api.gate import USUAL, Rates
from wardbell_callcenter.api.intake import Intake
from wardbell_protocol.errors import ConfigError, WardbellError

log = logging.getLogger("wardbell.api")

STOP_S = 3  # for requests and streams that still go on


class PortBusyError(WardbellError):
    """Somebody else listens there; he may go away some day."""


def listen(address: str) -> socket.socket:
    """A socket on `HOST:PORT`, which nobody is served on yet. IPv6 hosts stand in brackets.

    Raises:
        ConfigError: it is no address of this machine's.
        PortBusyError: somebody else listens there.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 <= int(port) < 65_536:
        raise ConfigError(address, "--api", "give it as HOST:PORT, such as 127.0.0.1:8750 or [::1]:8750")
    host = host.strip("[]")
    # Named as TCP: asyncio sets TCP_NODELAY only then, without which each answer takes the 40 ms of a delayed acknowledgement.
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, int(port)))
        made.listen(128)
    except OSError as error:
        made.close()
        if error.errno == EADDRINUSE:
            raise PortBusyError(
                f"{address}: --api: somebody else listens there; end it, or give another port"
            ) from error
        raise ConfigError(address, "--api", f"{error.strerror or error}; give an address of this machine's") from error
    return made


class ApiServer:
    """Serves from `start` until `stop`."""

    def __init__(self, listening: socket.socket, intake: Intake, rates: Rates = USUAL) -> None:
        config = uvicorn.Config(
            application(intake, rates),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
            lifespan="on",
        )
        self._listening = listening
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="api", daemon=True)

    @property
    def port(self) -> int:
        """Of the address that it listens on."""
        port: int = self._listening.getsockname()[1]
        return port

    def start(self) -> None:
        """Begin to answer; whoever connects before that waits."""
        self._thread.start()
        log.info("the API listens on %s port %d", *self._listening.getsockname()[:2])

    def stop(self) -> None:
        """End it, and come back when it has ended."""
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        self._server.run(sockets=[self._listening])
