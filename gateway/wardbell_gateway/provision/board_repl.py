"""A board's MicroPython over its USB port: the only place that speaks mpremote.

What goes wrong is said so that the person with the cable in hand knows what to do next.
"""

import contextlib
import io
import json
import struct
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport
from serial.tools import list_ports

from wardbell_gateway.serial_port import BAUD, explain
from wardbell_protocol.errors import WardbellError

MAKERS = {0x2E8A: "Raspberry Pi", 0x303A: "Espressif"}  # USB vendor ids of our boards
ANSWER_WITHIN_S = 60.0  # far longer than any step takes; a board that is pulled out is noticed at once
ENTER_WITHIN_S = 2.0
TRY_EVERY_S = 0.3


class BoardError(WardbellError):
    """The board cannot be worked with as it stands; the text has the remedy."""


class BoardLostError(BoardError):
    """It was there and is gone."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the board is gone; plug it in and give the same command again")


class BoardRefusedError(BoardError):
    """What it was told raised an error there; `traceback` is the board's."""

    def __init__(self, traceback: str) -> None:
        lines = traceback.strip().splitlines()
        super().__init__(f"the board says: {lines[-1] if lines else chr(63)}; start it anew and try again")
        self.traceback = traceback


def find_port() -> str:
    """The one board that is plugged in.

    Raises:
        BoardError: there is none, or more than one.
    """
    found = sorted(port.device for port in list_ports.comports() if port.vid in MAKERS)
    if len(found) == 1:
        return str(found[0])
    if not found:
        raise BoardError("no board is plugged in; plug it in with a USB cable that carries data, or name --port")
    raise BoardError(f"{len(found)} boards are plugged in; name one with --port: " + ", ".join(found))


class BoardRepl:
    """The raw REPL of the board behind a port, from `connect` on."""

    def __init__(self, path: str, transport: SerialTransport) -> None:
        self.path = path
        self._transport = transport

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(BoardError):  # a refused one may be in service: it must not stay at the REPL
            self.leave()
        self.close()

    @classmethod
    def connect(cls, path: str, wait_s: float, say: Callable[[str], None]) -> "BoardRepl":
        """Open the port and stop what runs there.

        Args:
            wait_s: how long to go on trying: whoever cannot be stopped while it runs can in its first two seconds.
            say: told once what to do meanwhile.

        Raises:
            BoardError: no such port, no permission, another program has it, or nobody answers as MicroPython does.
        """
        until_s = time.monotonic() + wait_s
        said = ""
        while True:
            failure = _check_port(path)
            if not failure:
                transport = _entered(path)
                if transport is not None:
                    return cls(path, transport)
                failure = (
                    f"{path}: no MicroPython answers there; unplug the board and plug it in again, it listens in its first"
                    " 2 seconds. If it never had MicroPython: flash it first (firmware/README.md)"
                )
            if time.monotonic() >= until_s:
                raise BoardError(failure)
            if failure != said:
                say(f"{failure}. Trying for {wait_s:g} s …")
                said = failure
            time.sleep(TRY_EVERY_S)

    def run(self, code: str) -> str:
        """Run statements; what they printed.

        Raises:
            BoardRefusedError: they raised.
            BoardLostError: no answer came back.
        """
        with self._lost():
            said, complaint = self._transport.exec_raw(code, timeout=ANSWER_WITHIN_S)
        if complaint:
            raise BoardRefusedError(complaint.decode())
        return str(said.decode())

    def ask(self, expression: str) -> Any:  # noqa: ANN401 - whatever JSON it is
        """The value of an expression there, as JSON carries it. Raises as `run`."""
        return json.loads(self.run(f"import json\nprint(json.dumps({expression}))"))

    def read_file(self, name: str) -> bytes | None:
        """A file's content, None where there is none."""
        with self._lost():
            try:
                return bytes(self._transport.fs_readfile(name))
            except FileNotFoundError:
                return None

    def replace_file(self, name: str, content: bytes | None) -> None:
        """Replace a file whole: written beside it, read back, and only then renamed. None takes it away.

        Raises:
            BoardError: what came back is not what was written.
        """
        if content is None:
            with contextlib.suppress(BoardRefusedError):
                self.run(f"import os\nos.remove({name!r})")
            return
        beside = f"{name}.new"
        with self._lost():
            self._transport.fs_writefile(beside, content)
        if self.read_file(beside) != content:
            raise BoardError(
                f"{self.path}: {name} does not read back as it was written; its flash may be full or worn out"
            )
        self.run(f"import os\nos.rename({beside!r}, {name!r})")

    def soft_reset(self) -> None:
        """Begin anew with an empty heap, still at the REPL."""
        with self._lost():
            self._transport.enter_raw_repl(soft_reset=True)

    def leave(self) -> None:
        """Let the board start as it does when it gets power."""
        with self._lost():
            self._transport.exit_raw_repl()
            self._transport.serial.write(b"\x04")

    def close(self) -> None:
        """Give the port back."""
        with contextlib.suppress(OSError, serial.SerialException):
            self._transport.close()

    @contextlib.contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # mpremote prints what it did not understand
                yield
        except TransportExecError as error:
            raise BoardRefusedError(error.error_output) from error
        except FileNotFoundError:
            raise
        except (OSError, serial.SerialException, TransportError, struct.error, IndexError) as error:
            raise BoardLostError(self.path) from error


def _check_port(path: str) -> str:
    """What is wrong with a port, "" if nothing. mpremote does not say."""
    try:
        serial.Serial(path, BAUD, timeout=0, exclusive=True).close()
    except (OSError, serial.SerialException, ValueError) as error:
        return explain(path, error)
    return ""


def _entered(path: str) -> SerialTransport | None:
    transport = None
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            transport = SerialTransport(path, BAUD, timeout=ENTER_WITHIN_S)
            transport.enter_raw_repl(soft_reset=False, timeout_overall=ENTER_WITHIN_S)
            transport.serial.timeout = ANSWER_WITHIN_S
            return transport
    except (OSError, serial.SerialException, TransportError):
        if transport is not None:
            with contextlib.suppress(OSError, serial.SerialException):
                transport.close()
        return None
