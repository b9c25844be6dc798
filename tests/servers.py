"""Real servers for the tests: brokers on loopback, on free ports, ended by their process id."""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_BELOW_CONNECTIONS = range(20_000, 32_000)  # Linux takes the ports of connections from 32768 on
_AT_ONCE = 200  # of them a process of tests has for itself
DEADLINE_S = 60.0  # ends what hangs; nothing is measured by it, and a busy machine takes its time


def _ports_of_our_own() -> Iterator[int]:
    """Ports that no other process of tests takes while this one lives: one that was found free may be bound much later.

    The mark is a socket's name that is in no folder: the kernel takes it back, however the process ends.
    """
    for first in itertools.cycle(_BELOW_CONNECTIONS[::_AT_ONCE]):
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0wardbell-tests-ports-{first}")
        except OSError:
            mark.close()
            continue
        with mark:
            yield from itertools.cycle(range(first, first + _AT_ONCE))


_PORTS = _ports_of_our_own()


def free_port() -> int:
    """A TCP port on loopback that nobody has now, and that nobody else is given before it is used."""
    while True:
        port = next(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(condition: Callable[[], object], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Come back as soon as the condition holds; fail, saying what was awaited, when it never does."""
    end = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {deadline_s:.0f} s in vain for {what}")
        time.sleep(0.01)


async def until(condition: Callable[[], object], what: Callable[[], object]) -> None:
    """The same for a test that shares its loop with what it waits for; `what` is told when it never does."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {DEADLINE_S:.0f} s in vain: {what()}")
        await asyncio.sleep(0.01)


def is_listening(port: int) -> bool:
    """Whether somebody takes TCP connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class BrokerProcess:
    """A broker in a process of its own, to be killed and started again on the same port.

    `more`: mosquitto's alone, lines behind those that all have.
    """

    def __init__(self, engine: str, folder: Path, more: str = "") -> None:
        self.engine = engine
        self._more = more
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        log = (self._folder / f"{self.engine}.log").open("ab")
        with log:
            self._process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._takes_connections, f"the {self.engine} broker")

    def _takes_connections(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / f"{self.engine}.log").read_text()[-2000:]
        return is_listening(self.port)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Kill it and start it on the same port."""
        self.kill()
        self.start()

    def _command(self) -> list[str]:
        if self.engine == "iotcore":
            code = "import sys; from wardbell_simulator.broker import main; sys.exit(main(sys.argv[1:]))"
            return [sys.executable, "-c", code, "--port", str(self.port)]
        config = self._folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {self._folder}/\nautosave_on_changes true\nautosave_interval 1\n"
            f"user {'root' if os.geteuid() == 0 else os.environ.get('USER', 'nobody')}\n{self._more}"
        )
        assert MOSQUITTO is not None
        return [MOSQUITTO, "-c", str(config)]
