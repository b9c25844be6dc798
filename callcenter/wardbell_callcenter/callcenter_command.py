"""`wardbell callcenter`: the call centre, which takes each step once and finds the operator who accepts."""

import argparse
import fcntl
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from wardbell_bus import paths
from wardbell_callcenter.api.listening import PortBusyError, listen
from wardbell_callcenter.store.database import shown
from wardbell_callcenter.store.errors import StoreError, StoreUnreachableError
from wardbell_callcenter.store.store import Store
from wardbell_callcenter.succession import Succession
from wardbell_protocol.errors import ConfigError

EXAMPLES = """examples:
  wardbell callcenter
  wardbell callcenter --broker mqtt://ward-broker:1883 --db sqlite:////var/lib/wardbell/callcenter.db
  wardbell callcenter --db postgresql://wardbell@db-host/callcenter
  wardbell callcenter --api 127.0.0.1:8750     with the HTTP API; `wardbell house token` makes tokens for it

On PostgreSQL several may run on one database, each on a machine of its own: one leads, the others stand by. The password
stands in libpq's file (~/.pgpass, PGPASSFILE) rather than in the URL, which everybody on the machine can read.
"""

EX_TEMPFAIL = 75  # a supervisor may try again: the other call centre will end some day, the server come back
EX_CONFIG = 78


def main(argv: list[str]) -> int:
    """Run the call centre until it is ended."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    url = options.db or f"sqlite:///{options.home / 'callcenter.db'}"
    try:
        lock = _take(options.home)
        if lock is None:
            return _failed(f"{options.home}: another one runs here; end it, or give another --home", EX_TEMPFAIL)
        with lock:
            store = Store(url)
            with _api(options.api, url, Succession(options.broker, store, _name(lock))) as succession:
                _serve(succession)
    except PortBusyError as error:
        return _failed(str(error), EX_TEMPFAIL)
    except StoreUnreachableError as error:
        return _failed(f"{shown(url)}: --db: no way in now ({error}); see to the server, or give another", EX_TEMPFAIL)
    except StoreError as error:
        example = "sqlite:////path/callcenter.db or postgresql://user@host/database"
        return _failed(f"{shown(url)}: --db: cannot be opened ({error}); give a URL like {example}", EX_CONFIG)
    except ConfigError as error:
        return _failed(str(error), EX_CONFIG)
    return 0


def _failed(why: str, status: int) -> int:
    sys.stderr.write(f"wardbell callcenter: {why}\n")
    return status


def _serve(succession: Succession) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: succession.stop())
    succession.run()


@contextmanager
def _api(address: str, url: str, succession: Succession) -> Iterator[Succession]:
    """With the API beside it, where one is wanted; its connections to the database are none that the engine waits for."""
    if not address:
        yield succession
        return
    from wardbell_callcenter.api.intake import Intake  # takes a while to load
    from wardbell_callcenter.api.server import ApiServer

    with listen(address) as listening, closing(Store(url)) as store:
        server = ApiServer(listening, Intake(store, lambda: succession.leader))
        server.start()
        try:
            yield succession
        finally:
            server.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell callcenter",
        description="The call centre: stores each escalation step once, offers contacts to operators, one accepts.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    paths.add_options(parser)
    parser.add_argument(
        "--db",
        metavar="URL",
        default=os.environ.get("WARDBELL_DB"),
        help="database, SQLite or PostgreSQL; default $WARDBELL_DB, else callcenter.db in --home (SQLite)",
    )
    parser.add_argument(
        "--api",
        metavar="HOST:PORT",
        default="",
        help="serve the HTTP API there; none by default. TLS is for a reverse proxy, see callcenter/README.md",
    )
    return parser


def _take(home: Path) -> IO[str] | None:
    """Hold the folder while we run: two of us would throw each other off the broker. None where another one has it."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / ".callcenter.lock").open("a+")
    except OSError as error:
        raise ConfigError(str(home), "--home", f"{error.strerror}; give a folder that can be written") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _name(lock: IO[str]) -> str:
    """What this folder's engine calls itself in the lease, for good: whoever holds the folder is its only one."""
    lock.seek(0)
    known = lock.read().strip()
    if known:
        return known
    made = f"{paths.host_name()}-{os.urandom(8).hex()}"
    lock.write(made)
    lock.flush()
    return made
