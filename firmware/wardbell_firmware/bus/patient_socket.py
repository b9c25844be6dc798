"""A connection that is waited for only so long: umqtt waits for ever for the rest of a message, and a desk must not."""

import errno
import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket


class PatientSocket:
    """A connected socket, plain or TLS, as umqtt uses one; whole reads and writes take `patience_ms` at most.

    Raises OSError where they take longer or the other end has gone.
    """

    def __init__(self, connected: "socket.socket", patience_ms: int) -> None:
        connected.setblocking(False)
        self._socket = connected
        self._patience_ms = patience_ms
        self._is_waiting = True
        self._poll = select.poll()
        self._poll.register(connected, select.POLLIN)

    def setblocking(self, is_waiting: bool) -> None:
        """Whether the next read waits; else it returns None where nothing has come."""
        self._is_waiting = is_waiting

    def read(self, n: int) -> "bytes | None":
        """`n` bytes; an empty read where the other end has gone and nobody waits."""
        data: bytes | None = self._socket.read(n)  # type: ignore[attr-defined]
        if not self._is_waiting or (data is not None and len(data) == n):
            return data
        read = b""
        while True:
            if data == b"":
                raise OSError(errno.ECONNRESET)
            read += data or b""
            if len(read) == n:
                return read
            self._wait(select.POLLIN)
            data = self._socket.read(n - len(read))  # type: ignore[attr-defined]

    def write(self, data: bytes, n: "int | None" = None) -> None:
        """All of `data`, or its first `n` bytes."""
        left = memoryview(data)[: len(data) if n is None else n]
        while left:
            n_written = self._socket.write(left)  # type: ignore[attr-defined]
            left = left[n_written or 0 :]
            if left:
                self._wait(select.POLLOUT)

    def close(self) -> None:
        """Done."""
        self._socket.close()

    def _wait(self, for_what: int) -> None:
        self._poll.modify(self._socket, for_what)
        if not self._poll.poll(self._patience_ms):
            raise OSError(errno.ETIMEDOUT)
