"""`--db` and `--home` of the commands that work on the call centre's database beside its engine."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path

from wardbell_bus import paths
from wardbell_callcenter.store.database import shown
from wardbell_callcenter.store.errors import StoreError, StoreUnreachableError
from wardbell_callcenter.store.store import Store
from wardbell_protocol.errors import ConfigError

EX_TEMPFAIL = 75  # try again: the server will come back, whoever is writing will end
EX_CONFIG = 78
LONGEST_NAME = 64


def add_database(parser: argparse.ArgumentParser) -> None:
    """The options that say where the database is; `wardbell callcenter` takes the same."""
    parser.add_argument(
        "--db",
        metavar="URL",
        default=os.environ.get("WARDBELL_DB"),
        help="database, SQLite or PostgreSQL; default $WARDBELL_DB, else callcenter.db in --home (SQLite)",
    )
    parser.add_argument(
        "--home",
        metavar="DIR",
        type=Path,
        default=paths.home(),
        help="state folder; default $WARDBELL_HOME, else %(default)s",
    )


def add_by(parser: argparse.ArgumentParser) -> None:
    """The option that says who changes something, for the audit."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in a container
        name = f"uid-{os.getuid()}"
    parser.add_argument(
        "--by", metavar="NAME", default=name[:LONGEST_NAME], type=_name, help="who says so; default %(default)s"
    )


def _name(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_NAME or not text.isprintable():
        raise argparse.ArgumentTypeError(f"give a name of 1 to {LONGEST_NAME} characters")
    return text


def with_store(command: str, options: argparse.Namespace, work: Callable[[Store], int], *, makes: bool = False) -> int:
    """Do that work with the database open; when it cannot be opened or does not take it, say so and return a status.

    Args:
        command: how it is called, `wardbell house`.
        work: returns a status. A ConfigError of its own ends the command with 78.
        makes: whether a database is made where there is none; whoever only reads has the wrong folder.
    """
    file = options.home / "callcenter.db"
    url = options.db or f"sqlite:///{file}"
    try:
        if not options.db and makes:
            options.home.mkdir(parents=True, exist_ok=True)
        elif not options.db and not file.exists():
            return failed(
                command, f"{file}: --home: no call centre has worked here; give its folder, or --db", EX_CONFIG
            )
        store = Store(url)
    except StoreUnreachableError as error:
        return failed(
            command, f"{shown(url)}: --db: no way in now ({error}); see to the server, or give another", EX_TEMPFAIL
        )
    except (StoreError, OSError) as error:
        example = "sqlite:////path/callcenter.db or postgresql://user@host/database"
        return failed(command, f"{shown(url)}: --db: cannot be opened ({error}); give a URL like {example}", EX_CONFIG)
    except ConfigError as error:
        return failed(command, str(error), EX_CONFIG)
    try:
        return work(store)
    except ConfigError as error:
        return failed(command, str(error), EX_CONFIG)
    except StoreError as error:
        return failed(
            command, f"{shown(url)}: --db: it did not take it ({error}); nothing has changed, try again", EX_TEMPFAIL
        )
    finally:
        store.close()


def failed(command: str, why: str, status: int) -> int:
    """Say why, and return the status."""
    sys.stderr.write(f"{command}: {why}\n")
    return status
