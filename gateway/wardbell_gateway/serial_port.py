"""A serial port that survives its cable: the only place that speaks pyserial."""

import contextlib
import errno
import logging
import time

import serial

from wardbell_protocol.errors import WardbellError

log = logging.getLogger("wardbell.gateway.serial")

BAUD = 115_200  # USB receivers ignore it
READ_TIMEOUT_S = 0.1
WRITE_TIMEOUT_S = 0.5
RETRY_FIRST_S = 0.5
RETRY_LONGEST_S = 5.0


class PortLostError(WardbellError):
    """The port was open and is gone."""


class SerialPort:
    """Opens when it can, again and again; one program at a time has it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._port: serial.Serial | None = None
        self._retry_s = RETRY_FIRST_S
        self._retry_at_s = 0.0
        self._said = ""

    @property
    def is_open(self) -> bool:
        """Whether there is a port to write to."""
        return self._port is not None

    def read(self) -> bytes:
        """What has arrived; waits 0.1 s for the first byte, or for the port.

        Raises:
            PortLostError: the port was open until now.
        """
        if self._port is None and not self._open():
            time.sleep(READ_TIMEOUT_S)
            return b""
        assert self._port is not None
        try:
            first: bytes = self._port.read(1)
            return first + self._port.read(self._port.in_waiting) if first else b""
        except (OSError, serial.SerialException) as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        """Send; while the port is closed the bytes are dropped, the link sends them again.

        Raises:
            PortLostError: as for `read`.
        """
        if self._port is None or not data:
            return
        try:
            self._port.write(data)
        except (OSError, serial.SerialException) as error:
            raise self._lost(error) from error

    def close(self) -> None:
        """Give the port back."""
        port, self._port = self._port, None
        if port is not None:
            with contextlib.suppress(OSError, serial.SerialException):  # a pulled one cannot be closed in order
                port.close()

    def _open(self) -> bool:
        if time.monotonic() < self._retry_at_s:
            return False
        try:
            self._port = serial.Serial(
                self.path, BAUD, timeout=READ_TIMEOUT_S, write_timeout=WRITE_TIMEOUT_S, exclusive=True
            )
        except (OSError, serial.SerialException, ValueError) as error:
            self._say(explain(self.path, error))
            self._later()
            return False
        log.info("%s: open", self.path)
        self._said = ""
        self._retry_s = RETRY_FIRST_S
        return True

    def _lost(self, error: Exception) -> PortLostError:
        self._say(f"{self.path}: gone ({error}); is the cable in?")
        self.close()
        self._later()
        return PortLostError(str(error))

    def _later(self) -> None:
        self._retry_at_s = time.monotonic() + self._retry_s
        self._retry_s = min(RETRY_LONGEST_S, 2 * self._retry_s)

    def _say(self, text: str) -> None:
        if text != self._said:  # once, not at each try
            log.warning("%s", text)
        self._said = text


def explain(path: str, error: Exception) -> str:
    """Why a port cannot be opened, and what to do about it."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return f"{path}: no such port; plug it in, or give its path under /dev/serial/by-id"
    if number == errno.EACCES:
        return f"{path}: permission denied; add this user to the group dialout"
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in str(error):
        return f"{path}: another program has it; end that one (`fuser {path}` names it)"
    if number in (errno.ENOTTY, errno.EISDIR, errno.EINVAL) or "Could not configure" in str(error):
        return f"{path}: is no serial port; give its path under /dev/serial/by-id"
    return f"{path}: {error}"
