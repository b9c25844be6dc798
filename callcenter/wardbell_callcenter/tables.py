"""The call centre's tables, and how its database is opened."""

import sqlite3

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 2000  # shorter than the broker's patience with a client that does not answer

metadata = MetaData()

# One row: whose events these are, and how many there have been. Raising `seq` puts all writers in one line.
authority = Table(
    "authority",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("epoch", String(8), nullable=False),
    Column("seq", BigInteger, nullable=False),
)

# That a step has happened. The primary key is the promise: each (call_id, step, loop) once, whoever sends it.
steps = Table(
    "steps",
    metadata,
    Column("call_id", String(64), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("loop", Integer, primary_key=True, autoincrement=False),
    Column("ward", String(64), nullable=False),
    Column("step_name", String(64), nullable=False),
    Column("due_at_ms", BigInteger, nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
    Column("taken_from", String(64), nullable=False),  # who sent it first
    Column("is_closed", Boolean, nullable=False, default=False, index=True),  # the call is cleared
)

contacts = Table(
    "contacts",
    metadata,
    Column("contact_id", String(64), primary_key=True),
    Column("call_id", String(64), nullable=False),
    Column("step", Integer, nullable=False),
    Column("loop", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("opened_at_ms", BigInteger, nullable=False),
    Column("offered_to", LargeBinary, nullable=False),  # JSON list of operators
    Column("accepted_by", String(64), nullable=False, default=""),
    Column("accepted_at_ms", BigInteger),
    Column("withdrawn_at_ms", BigInteger),
    Column("withdrawn_reason", String(200), nullable=False, default=""),
    Column("call", LargeBinary, nullable=False),  # JSON of the call as last known
    UniqueConstraint("call_id", "loop"),
    ForeignKeyConstraint(["call_id", "step", "loop"], ["steps.call_id", "steps.step", "steps.loop"]),
)

operators = Table(
    "operators",
    metadata,
    Column("operator", String(64), primary_key=True),
    Column("seat", String(64), nullable=False),
    Column("signed_in_at_ms", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("row_id", Integer, primary_key=True, autoincrement=True),
    Column("topic", String(200), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("retain", Boolean, nullable=False),
    sqlite_autoincrement=True,  # the pump goes upwards: an id must never come again
)

replies = Table(
    "replies",
    metadata,
    Column("command_id", String(64), primary_key=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("reply", LargeBinary, nullable=False),
)


def open_engine(url: str) -> Engine:
    """An engine on that database, its tables made where they are missing."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    metadata.create_all(engine)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # Python's own driver begins late and behind SQLAlchemy's back; `_begin_sqlite` begins instead.
    connection.isolation_level = None
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader can be refused in the middle; one that begins as a writer waits its turn.
    is_reader = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if is_reader else "BEGIN IMMEDIATE")
