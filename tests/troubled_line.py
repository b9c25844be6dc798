"""A line to a real server with somebody's hands on it: for what happens between two parts, whatever they speak."""

import contextlib
import selectors
import socket
import threading
from typing import Literal

from servers import free_port

Mood = Literal["well", "shut", "silent", "breaks", "loses_answer"]
POLL_S = 0.02


class TroubledLine:
    """Listens on `port` of loopback and passes on to `to_port`, as its mood has it; a new mood cuts what is connected.

    `shut`: nobody listens. `silent`: connections are taken, and nothing goes either way. `breaks`: what holds `marker` goes
    half, then the line is cut. `loses_answer`: it goes whole, and the line is cut when it is answered.
    """

    def __init__(self, to_port: int) -> None:
        self.port = free_port()
        self.marker = b"\0"
        self._to_port = to_port
        self._mood: Mood = "well"
        self._listener: socket.socket | None = None
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._is_closed = False
        self._open()

    def become(self, mood: Mood, marker: bytes = b"\0") -> None:
        """Have that mood from now on."""
        with self._lock:
            self._shut()
            self._mood, self.marker = mood, marker
            if mood != "shut":
                self._open()

    def hush(self) -> None:
        """Fall silent without cutting anything."""
        self._mood = "silent"

    def close(self) -> None:
        """Cut everything."""
        with self._lock:
            self._is_closed = True
            self._shut()

    def _open(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _shut(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        pairs, self._pairs = self._pairs, []
        for one in (end for pair in pairs for end in pair):
            _cut(one)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to_port))
            except OSError:
                near.close()
                continue
            with self._lock:
                if self._listener is not listener:
                    near.close()
                    far.close()
                    return
                self._pairs.append((near, far))
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with near, far, selectors.DefaultSelector() as ready, contextlib.suppress(OSError, ValueError):
            ready.register(near, selectors.EVENT_READ)
            ready.register(far, selectors.EVENT_READ)
            said = b""
            while True:
                for key, _ in ready.select(POLL_S):
                    is_said = key.fileobj is near
                    chunk = (near if is_said else far).recv(65536)
                    if not chunk:
                        return
                    said = (said + chunk)[-65536:] if is_said else said
                    if self._mood == "silent":
                        continue
                    is_it = self.marker in said
                    if self._mood == "breaks" and is_said and is_it:
                        far.sendall(chunk[: len(chunk) // 2])
                        return
                    if self._mood == "loses_answer" and not is_said and is_it:
                        return
                    (far if is_said else near).sendall(chunk)


def _cut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
