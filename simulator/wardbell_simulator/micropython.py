"""A device's app in a MicroPython process of its own."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import wardbell_firmware
import wardbell_protocol
import wardbell_simulator
from wardbell_protocol.errors import ConfigError
from wardbell_simulator.errors import DeviceError

ANSWER_WITHIN_S = 20.0  # wall time; a step takes a few ms, so this is a device that hangs

_READ_BYTES = 1 << 16


def find_micropython() -> Path:
    """The interpreter: $WARDBELL_MICROPYTHON, else the environment beside ours, else the one on the PATH.

    Raises ConfigError where there is none.
    """
    named = os.environ.get("WARDBELL_MICROPYTHON")
    beside = Path(sys.prefix).parent / ".venv-micropython" / "bin" / "micropython"
    on_path = shutil.which("micropython")
    found = Path(named) if named else beside if beside.exists() else Path(on_path) if on_path else beside
    if not os.access(found, os.X_OK):
        raise ConfigError(
            str(found), "WARDBELL_MICROPYTHON", "no MicroPython there; run `make setup`, or name one, or use --cpython"
        )
    return found


def _import_roots() -> str:
    packages = (wardbell_protocol, wardbell_firmware, wardbell_simulator)
    return os.pathsep.join([".frozen", *(str(Path(package.__path__[0]).parent) for package in packages)])


class MicroPythonProcess:
    """One process; a message in, an answer out. It ends when its stdin does, so none outlives us."""

    def __init__(self, device: str, main: str, interpreter: Path | None = None) -> None:
        self._device = device
        self._process = subprocess.Popen(
            [str(interpreter or find_micropython()), "-c", f"import wardbell_simulator.board_side.{main}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "MICROPYPATH": _import_roots()},
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in = self._process.stdin.fileno()
        self._out = self._process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        """Wake the device and take its answer. Raises DeviceError with what it printed instead."""
        try:
            self._write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        except BrokenPipeError:
            raise self._failure(b"") from None
        line = self._read_line()
        try:
            answer = json.loads(line)
        except ValueError:
            raise self._failure(line) from None
        if not isinstance(answer, dict) or "out" not in answer:
            raise self._failure(line)
        return answer

    def close(self) -> None:
        """End the process, as if its power were cut."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._in, data) :]

    def _read_line(self) -> bytes:
        line = b""
        until_s = time.monotonic() + ANSWER_WITHIN_S
        while not line.endswith(b"\n"):
            if not self._poll.poll(max(0.0, until_s - time.monotonic()) * 1000):
                raise self._failure(line + b"\n(no answer within %d s)" % int(ANSWER_WITHIN_S))
            piece = os.read(self._out, _READ_BYTES)
            if not piece:
                raise self._failure(line)
            line += piece
        return line

    def _failure(self, said: bytes) -> DeviceError:
        """Everything it has printed, the process ended."""
        while self._poll.poll(200):
            piece = os.read(self._out, _READ_BYTES)
            if not piece:
                break
            said += piece
        self.close()
        text = said.decode(errors="replace").strip() or f"ended with status {self._process.returncode}"
        return DeviceError(self._device, text)
