"""How the call centre's database is opened: SQLite in a file, or PostgreSQL by URL."""

import sqlite3
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

PATIENCE_MS = (
    2000  # for others to let go of what we want; shorter than the broker's patience with a client that does not answer
)
# PostgreSQL ends a statement, or a transaction that goes on with none, after this: a frozen engine must not hold the others up.
STATEMENT_MS = 5000
# libpq's: how long a server that does not answer is waited for.
WAITS = {"connect_timeout": 2, "tcp_user_timeout": 4000, "keepalives_idle": 5, "keepalives_interval": 2}
PREPARE_POSTGRESQL = """SELECT
    set_config('lock_timeout', %s, false),
    set_config('statement_timeout', %s, false),
    set_config('idle_in_transaction_session_timeout', %s, false),
    CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END"""


def parse(url: str) -> URL:
    """The URL of a database that we can use; `postgresql://…` is taken by psycopg.

    Raises:
        ArgumentError: it is none.
    """
    address = make_url(url)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ArgumentError(f"{address.drivername} is neither sqlite nor postgresql")
    return address


def shown(url: str) -> str:
    """The URL as it may be shown: without its password."""
    try:
        return parse(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url.rpartition("@")[2]


def open_engine(url: str) -> Engine:
    """An engine on that database; nothing is connected yet.

    On either database a transaction that writes begins as a writer, and one that only reads (execution option
    `reads_only`, see `reader_of`) sees one moment.
    """
    address = parse(url)
    if address.drivername == "sqlite":
        engine = create_engine(address, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    waits = {name: value for name, value in WAITS.items() if name not in address.query}
    engine = create_engine(address, hide_parameters=True, pool_pre_ping=True, connect_args=waits)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def reader_of(engine: Engine) -> Engine:
    """The same engine for transactions that only read."""
    options: dict[str, Any] = {"reads_only": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return engine.execution_options(**options)


def may_pass(error: SQLAlchemyError) -> bool:
    """Whether it may go by itself: a server that does not let us in, a file that somebody else is writing."""
    if not isinstance(error, OperationalError):
        return False
    cause = error.orig
    return not isinstance(cause, sqlite3.Error) or cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _prepare_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # Python's own driver begins late and behind SQLAlchemy's back; `_begin_sqlite` begins instead.
    connection.isolation_level = None
    for pragma in (f"busy_timeout={PATIENCE_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader can be refused in the middle; one that begins as a writer waits its turn.
    is_reader = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if is_reader else "BEGIN IMMEDIATE")


def _prepare_postgresql(connection: psycopg.Connection[Any], _record: ConnectionPoolEntry) -> None:
    # A server that was told not to wait for its disk is told otherwise; one that waits for more than that is left alone.
    times = [f"{ms}ms" for ms in (PATIENCE_MS, STATEMENT_MS, STATEMENT_MS)]
    connection.execute(PREPARE_POSTGRESQL, times)
    connection.commit()
