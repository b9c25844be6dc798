"""All the host's parts on this machine, each in a process of its own, on loopback: what demo, story and system tests run on.

Nothing here is a stand-in: the processes are the `wardbell` commands that a house runs, the broker is a real one.
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from wardbell_simulator.errors import WardError
from wardbell_simulator.plan import WardPlan
from wardbell_simulator.sim_command import write_registry

PARTS = ("broker", "gateway", "callcenter", "escalator")
START_S = 60.0  # nothing is measured by it, as by SOON_S of the story
BELOW_CONNECTIONS = range(10_000, 20_000)  # Linux takes the ports of connections from 32768 on
STOP_S = 5.0


def environment() -> dict[str, str]:
    """For the parts of a house that is made up: nothing of it may get into the database of a real one."""
    return {name: value for name, value in os.environ.items() if name != "WARDBELL_DB"}


class House:
    """Broker, gateway, call centre and escalator of one ward. They end with it, also when its terminal is closed.

    Args:
        home: the state folder; the registry is written there where none is yet.
        plan: the ward that the registry describes.
        broker_url: an MQTT broker that runs already; without one the embedded broker is started.
    """

    def __init__(self, home: Path, plan: WardPlan, broker_url: str = "") -> None:
        self.home = home
        self.plan = plan
        self.serial = home / "receiver.tty"
        self._port = 0 if broker_url else _free_port()
        self.broker_url = broker_url or f"mqtt://127.0.0.1:{self._port}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._handlers: dict[int, Any] = {}

    @property
    def parts(self) -> tuple[str, ...]:
        """What it runs, in the order of starting."""
        return PARTS if self._port else PARTS[1:]

    def __enter__(self) -> Self:
        # A gateway that outlives its ward would listen to whatever gets its serial line's number next.
        self._handlers = {number: signal.signal(number, _leave) for number in (signal.SIGHUP, signal.SIGTERM)}
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def start(self) -> None:
        """Start every part; the broker first, so that nobody waits out a retry."""
        self.home.mkdir(parents=True, exist_ok=True)
        write_registry(self.plan, self.home / "registry.json")
        for part in self.parts:
            self.start_part(part)

    def start_part(self, part: str) -> None:
        """Start one part that is not running."""
        log = self.home / f"{part}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                self._command(part),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                env=environment(),
            )
        self._processes[part] = process
        if part == "broker":
            self._await_broker(process, log)

    def kill(self, part: str) -> None:
        """End a part as a power cut would: SIGKILL, no farewell."""
        process = self._processes.pop(part)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def check(self) -> None:
        """Raise WardError, with the tail of its log, for a part that ended by itself."""
        for part, process in self._processes.items():
            code = process.poll()
            if code is not None:
                raise WardError(f"{part} ended with status {code}:\n{self.log_tail(part)}")

    def log_tail(self, part: str) -> str:
        """The last lines that a part wrote."""
        log = self.home / f"{part}.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-12:]) if log.exists() else ""

    def stop(self) -> None:
        """Ask every part to end, the broker last; make those that do not."""
        for part in reversed([part for part in PARTS if part in self._processes]):
            process = self._processes.pop(part)
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _command(self, part: str) -> list[str]:
        program = str(Path(sys.executable).with_name("wardbell"))
        where = ["--broker", self.broker_url]
        home = ["--home", str(self.home)]
        if part == "broker":
            return [program, "broker", "--port", str(self._port)]
        if part == "gateway":
            return [program, "gateway", *where, *home, "--serial", str(self.serial)]
        if part == "callcenter":
            return [program, "callcenter", *where, *home]
        return [program, "escalate", *where, *home, "--ward", self.plan.ward]

    def _await_broker(self, process: subprocess.Popen[bytes], log: Path) -> None:
        end = time.monotonic() + START_S
        while time.monotonic() < end and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.02)
        raise WardError(f"the broker did not start:\n{log.read_text(errors='replace')}")


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _free_port() -> int:
    """One that no connection takes before the broker has started."""
    while True:
        port = secrets.choice(BELOW_CONNECTIONS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
