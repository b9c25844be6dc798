"""The API served on a port, in a thread beside the engine."""

import logging
import socket
import threading

import uvicorn

from wardbell_callcenter.api.app import application
from wardbell_callcenter.api.gate import USUAL, Rates
from wardbell_callcenter.api.intake import Intake

log = logging.getLogger("wardbell.api")

STOP_S = 3  # for requests and streams that still go on


class ApiServer:
    """Serves from `start` until `stop`."""

    def __init__(self, listening: socket.socket, intake: Intake, rates: Rates = USUAL) -> None:
        config = uvicorn.Config(
            application(intake, rates),
            log_config=None,
            access_log=False,
            server_header=False,
            ws_per_message_deflate=False,  # some 300 kB of memory for each listener, on a house's own network
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
