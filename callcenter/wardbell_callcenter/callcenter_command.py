"""`wardbell callcenter`: the call centre, which takes each step once and finds the operator who accepts."""

import argparse
import fcntl
import logging
import signal
import sys
from pathlib import Path
from typing import IO

from wardbell_bus import paths
from wardbell_callcenter.ledger import StoreError
from wardbell_callcenter.service import Service
from wardbell_callcenter.store import Store
from wardbell_protocol.errors import ConfigError

EXAMPLES = """examples:
  wardbell callcenter
  wardbell callcenter --broker mqtt://ward-broker:1883 --db sqlite:////var/lib/wardbell/callcenter.db
"""

EX_TEMPFAIL = 75  # a supervisor may try again: the other call centre will end some day
EX_CONFIG = 78


def main(argv: list[str]) -> int:
    """Run the call centre until it is ended."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        lock = _take(options.home)
        if lock is None:
            sys.stderr.write(
                f"wardbell callcenter: {options.home}: another one runs here; end it, or give another --home\n"
            )
            return EX_TEMPFAIL
        with lock:
            _serve(Service(options.broker, Store(options.db or f"sqlite:///{options.home / 'callcenter.db'}")))
    except (ConfigError, StoreError) as error:
        sys.stderr.write(f"wardbell callcenter: {_advice(error, options.db)}\n")
        return EX_CONFIG
    return 0


def _serve(service: Service) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    service.run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell callcenter",
        description="The call centre: stores each escalation step once, offers contacts to operators, one accepts.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    paths.add_options(parser)
    parser.add_argument("--db", metavar="URL", help="SQLAlchemy URL of the database; default callcenter.db in --home")
    return parser


def _take(home: Path) -> IO[str] | None:
    """Hold the folder while we run: two of us would throw each other off the broker. None where another one has it."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / ".callcenter.lock").open("w")
    except OSError as error:
        raise ConfigError(str(home), "--home", f"{error.strerror}; give a folder that can be written") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _advice(error: Exception, db: str | None) -> str:
    if isinstance(error, StoreError):
        return (
            f"{db or 'callcenter.db'}: --db: cannot be opened ({error}); give a URL like sqlite:////path/callcenter.db"
        )
    return str(error)
