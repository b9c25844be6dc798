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
AGAIN_S = 1.0


class ApiServer:
    """Serves from `start` until `stop`."""

    def __init__(self, listening: socket.socket, intake: Intake, rates: Rates = USUAL) -> None:
        self._listening = listening
        self._intake = intake
        self._rates = rates
        self._stopping = threading.Event()
        self._server = self._made()
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
        self._stopping.set()
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()

    def _made(self) -> uvicorn.Server:
        config = uvicorn.Config(
            application(self._intake, self._rates),
            log_config=None,
            access_log=False,
            server_header=False,
            ws_per_message_deflate=False,  # some 300 kB of memory for each listener, on a house's own network
            timeout_graceful_shutdown=STOP_S,
            lifespan="on",
        )
        return uvicorn.Server(config)

    def _serve(self) -> None:
        """Whatever ends it, who accepts over the API must not find a port that takes his request and never answers."""
        self._run()
        while not self._stopping.wait(AGAIN_S):
            log.error("the API has ended by itself; it begins again")
            self._server = self._made()
            if not self._stopping.is_set():
                self._run()

    def _run(self) -> None:
        try:
            with self._listening.dup() as served:  # a server closes what it was given
                self._server.run(sockets=[served])
        except (
            Exception,
            SystemExit,
        ):  # uvicorn's way to say that it cannot begin, which a thread would keep to itself
            log.exception("the API failed")
