"""Somebody else's program that is asked whom to ask: a real HTTP server on loopback, told how to behave."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from servers import DEADLINE_S


class HookProgram:
    """`requests`: path, headers and body of each it got."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b"{}"
        self.release = threading.Event()  # it answers no sooner
        self.release.set()
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        program = self

        class Desk(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                program.requests.append(
                    (self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                )
                program.release.wait(DEADLINE_S)
                self.send_response(program.status)
                self.send_header("content-length", str(len(program.body)))
                self.end_headers()
                self.wfile.write(program.body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: object) -> None:
                pass  # whoever asked has gone

        self._server = Server(("127.0.0.1", 0), Desk)
        self.url = f"http://127.0.0.1:{self._server.server_port}/route"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Nobody listens there any more."""
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def hook_program() -> Iterator[HookProgram]:
    """One that runs."""
    program = HookProgram()
    try:
        yield program
    finally:
        program.stop()
