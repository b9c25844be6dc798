"""A session with an SMTP server that has an end, and that asks no name server who we are."""

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from types import TracebackType

from wardbell_callcenter.house import Mail


class Cutter:
    """Cuts a line at its deadline, however busily the other side keeps talking: time-outs of sockets begin anew with each byte.

    Args:
        timeout_s: from the `with` on.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timer = threading.Timer(timeout_s, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self.has_cut = False

    def __enter__(self) -> "Cutter":
        self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._line is not None:
                self._line.close()

    def watch(self, line: socket.socket) -> None:
        """Take that line for it, also once it is wrapped in TLS."""
        with self._lock:
            self._line = line.dup()
        if self.has_cut:
            self._cut()

    def _cut(self) -> None:
        self.has_cut = True
        with self._lock, suppress(OSError):  # it is gone already
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)


class SmtpLine(smtplib.SMTP):
    """A server that has greeted us, over TLS where the house wants that from the first byte on.

    Raises:
        OSError: there is none, or it does not want us; smtplib's own errors are OSErrors.
    """

    def __init__(self, mail: Mail, timeout_s: float, trusted: ssl.SSLContext, cutter: Cutter) -> None:
        self._cutter = cutter
        self._wrap = trusted if mail.security == "tls" else None
        super().__init__(mail.host, mail.port, local_hostname="localhost", timeout=timeout_s)
        self.local_hostname = self._own_name()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Where smtplib makes its connection; its own SMTP_SSL does the same."""
        line = socket.create_connection((host, port), timeout)
        self._cutter.watch(line)
        return line if self._wrap is None else self._wrap.wrap_socket(line, server_hostname=host)

    def _own_name(self) -> str:
        """An address literal (RFC 5321 §4.1.3): smtplib would ask a name server, and an isolated house has none."""
        assert self.sock is not None
        own = self.sock.getsockname()[0]
        return f"[IPv6:{own}]" if ":" in own else f"[{own}]"
