"""The receiver's serial line: a real pty that pyserial opens, or two buffers that a test reads.

Both can be pulled, plugged and disturbed. What a line that is pulled or full cannot take is lost, as on the real one.
"""

import contextlib
import os
import tty
from pathlib import Path
from typing import Protocol

from wardbell_protocol.errors import ConfigError

_READ_BYTES = 4096


class SerialLine(Protocol):
    """The line as the receiver's side uses it."""

    is_plugged: bool

    def send(self, data: bytes) -> None:
        """Bytes from the receiver to the host."""

    def take(self) -> bytes:
        """Bytes from the host to the receiver since the last take."""

    def fileno(self) -> int | None:
        """What to wait on for bytes from the host; None where there is nothing to wait on."""

    def pull(self) -> None:
        """Unplug the cable."""

    def plug(self) -> None:
        """Plug it in again."""

    def close(self) -> None:
        """Be done with it."""


class BufferLine:
    """Both directions in memory, for a ward without a gateway."""

    def __init__(self) -> None:
        self.is_plugged = True
        self.to_host = bytearray()
        self._to_receiver = bytearray()

    def send(self, data: bytes) -> None:
        """Bytes from the receiver to the host."""
        if self.is_plugged:
            self.to_host += data

    def take(self) -> bytes:
        """Bytes from the host to the receiver since the last take."""
        data = bytes(self._to_receiver)
        self._to_receiver.clear()
        return data

    def host_reads(self) -> bytes:
        """All that has reached the host since it last read."""
        data = bytes(self.to_host)
        self.to_host.clear()
        return data

    def host_writes(self, data: bytes) -> None:
        """Bytes from the host."""
        if self.is_plugged:
            self._to_receiver += data

    def fileno(self) -> int | None:
        """There is nothing to wait on."""
        return None

    def pull(self) -> None:
        """Unplug the cable; what was under way is lost."""
        self.is_plugged = False
        self._to_receiver.clear()

    def plug(self) -> None:
        """Plug it in again."""
        self.is_plugged = True

    def close(self) -> None:
        """Be done with it."""
        self.pull()


class PtyLine:
    """A pseudo-terminal under a path that stays the same over pulling and plugging, as udev's by-id names do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_plugged = False
        self._master = -1
        self._slave = -1
        self.plug()

    def send(self, data: bytes) -> None:
        """Bytes from the receiver to the host; a full pty takes no more."""
        if self.is_plugged:
            with contextlib.suppress(BlockingIOError):
                os.write(self._master, data)

    def take(self) -> bytes:
        """Bytes from the host to the receiver since the last take."""
        data = b""
        with contextlib.suppress(BlockingIOError):
            while self.is_plugged:
                data += os.read(self._master, _READ_BYTES)
        return data

    def fileno(self) -> int | None:
        """The master's descriptor while it is plugged."""
        return self._master if self.is_plugged else None

    def pull(self) -> None:
        """Close both ends: who has the port open gets an error, and the path is gone."""
        if not self.is_plugged:
            return
        self.is_plugged = False
        if self.path.is_symlink() and str(self.path.readlink()) == os.ttyname(self._slave):
            self.path.unlink()
        os.close(self._master)
        os.close(self._slave)

    def plug(self) -> None:
        """A new pty under the same path.

        Raises ConfigError where something that is no link stands there: a port's name, not a file to lose.
        """
        if self.is_plugged:
            return
        if self.path.exists() and not self.path.is_symlink():
            raise ConfigError(str(self.path), "serial", "is a file; name a path that is free")
        # We keep the slave open ourselves: a master whose slave nobody has open reads as an error, not as silence.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))
        self.is_plugged = True

    def close(self) -> None:
        """Be done with it."""
        self.pull()
