"""`wardbell up`: all host parts of this machine, supervised: what dies is started again."""

import argparse
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from wardbell_bus.client import DEFAULT_URL, Broker
from wardbell_bus.paths import add_options
from wardbell_console.supervision import Plan, configuration, parts
from wardbell_protocol.errors import ConfigError

EMBEDDED = "embedded"
CHOOSABLE = ("gateway", "callcenter", "escalate")
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 with the name's random ending

_EXAMPLES = """\
examples:
  wardbell up --serial /dev/ttyACM0                    a ward's gateway, call centre and escalator; the broker runs already
  wardbell up --broker embedded --sim                  everything on this machine, with a virtual ward
  wardbell up --without callcenter --broker mqtt://10.0.0.5   the call centre is elsewhere

Then, in another terminal:
  wardbell console
  supervisorctl -c ~/.local/share/wardbell/supervisord.conf status     (the file is in the state folder)

Parts log to the state folder, one file each. ctrl+c, or closing the terminal, ends them all.
"""


def main(argv: list[str]) -> int:
    """Write the supervisor's configuration and run it until it is ended: 0.

    Raises:
        ConfigError: the state folder cannot be used, or the registry is missing.
    """
    options = _parser().parse_args(argv)
    home = options.home.expanduser().resolve()
    _check(home, options)
    broker_url = f"mqtt://127.0.0.1:{options.port}" if options.broker == EMBEDDED else options.broker
    Broker.of(broker_url)  # a bad URL would only show in the logs of every part
    plan = Plan(
        program=str(Path(sys.executable).with_name("wardbell")),
        home=home,
        broker_url=broker_url,
        embedded_port=options.port if options.broker == EMBEDDED else None,
        serial=tuple(options.serial),
        without=frozenset(options.without),
        with_sim=options.sim,
        leash=_leash(),
        api=options.api,
    )
    with _taken(home):
        file = _write(home, configuration(plan))
        running = ", ".join(part.name for part in parts(plan))
        print(f"wardbell up: {running}; broker {broker_url}; logs in {home}", flush=True)
        print(f"in another terminal: wardbell console --broker {shlex.quote(broker_url)}", flush=True)
        return _supervise(file, home)


def _supervise(file: Path, home: Path) -> int:
    """Run the supervisor until it ends or we are told to; one that is killed is started again.

    In a session of its own: a terminal that is closed would have it write to nowhere, die of that, and leave the parts
    running without it.
    """
    supervisord = [sys.executable, "-m", "supervisor.supervisord"]
    command = [*_leash(), *supervisord, "--nodaemon", "--silent", "--configuration", str(file)]
    stopping = threading.Event()
    status = -1
    while status < 0 and not stopping.is_set():
        with (home / "supervisord.err").open("wb") as errors:
            supervisor = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=errors, start_new_session=True)
        _end_with_us(supervisor, stopping)
        status = supervisor.wait()
    if status > 0:
        print(
            f"wardbell up: the supervisor ended with {status}: see supervisord.log and .err in {home}", file=sys.stderr
        )
    return status


def _end_with_us(supervisor: subprocess.Popen[bytes], stopping: threading.Event) -> None:
    def end(*_: object) -> None:
        stopping.set()
        supervisor.terminate()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def _leash() -> tuple[str, ...]:
    """Has the kernel end a child whose parent was killed: left alone it would hold the journal, unsupervised."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "TERM") if setpriv is not None else ()


def _taken(home: Path) -> IO[str]:
    """Hold the state folder against another `wardbell up`."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / ".up.lock").open("w")
    except OSError as error:
        raise ConfigError("--home", str(home), f"{error.strerror}; give a folder that can be written") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise ConfigError("--home", str(home), "another `wardbell up` runs on it; end that one first") from error
    return lock


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell up",
        description=f"Run all host parts of this machine under a supervisor. --broker {EMBEDDED} adds a broker.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(parser)
    port = Broker.of(DEFAULT_URL).port
    parser.add_argument("--port", type=int, default=port, help="of the embedded broker; default %(default)s")
    parser.add_argument("--serial", metavar="PORT", action="append", default=[], help="a receiver; may be repeated")
    parser.add_argument("--without", choices=CHOOSABLE, action="append", default=[], help="a part that runs elsewhere")
    parser.add_argument("--api", metavar="HOST:PORT", default="", help="have the call centre serve its HTTP API there")
    parser.add_argument("--sim", action="store_true", help="a virtual ward in place of a receiver")
    return parser


def _check(home: Path, options: argparse.Namespace) -> None:
    if "%" in str(home) or " ;" in str(home):
        raise ConfigError("--home", str(home), "choose a folder without % and ; in its path, for the supervisor's sake")
    if len(os.fsencode(home / "supervisor.sock")) > LONGEST_SOCKET_PATH:
        raise ConfigError("--home", str(home), "choose a folder with a shorter path, for the supervisor's socket")
    registry = home / "registry.json"
    if not options.sim and "gateway" not in options.without and not registry.exists():
        raise ConfigError(str(registry), "missing", "make it with `wardbell enrol`, or add --sim for a virtual ward")


def _write(home: Path, text: str) -> Path:
    file = home / "supervisord.conf"
    file.touch(0o600)
    file.chmod(0o600)  # the broker's password is in it
    file.write_text(text, encoding="utf-8")
    return file
