"""The tables that the engine itself stands on, as this version knows them; `migrations` makes them so.

The others, on the same `metadata`: contact_tables, house_tables.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

# One row: which of the engines that share this database leads. Every writer holds it until it commits, so that all stand in
# one line and none that has lost the lead gets in.
lease = Table(
    "lease",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("holder", String(64), nullable=False),  # empty: nobody
    Column("fence", BigInteger, nullable=False),  # grows with each change of the lead
    Column("beat", BigInteger, nullable=False),  # grows while the holder lives
)

# One row: whose events these are, and how many there have been.
authority = Table(
    "authority",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("epoch", String(8), nullable=False),
    Column("seq", BigInteger, nullable=False),
)

# One row: the engine's own time (clock.py), which no setting of the wall clock moves.
steady = Table(
    "steady",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("steady_ms", BigInteger, nullable=False),
    Column("wall_ms", BigInteger, nullable=False),  # both read at the same moment
    Column("boot_id", String(64), nullable=False),  # of the machine that wrote it
    Column("boot_ms", BigInteger, nullable=False),  # and how long it was up then
)

# That a step has happened. The primary key is the promise: each (call_id, step, loop) once, whoever sends it.
steps = Table(
    "steps",
    metadata,
    Column("call_id", String(64), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("loop", BigInteger, primary_key=True, autoincrement=False),
    Column("ward", String(64), nullable=False),
    Column("step_name", String(64), nullable=False),
    Column("due_at_ms", BigInteger, nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
    Column("taken_from", String(64), nullable=False),  # who sent it first
    Column("is_closed", Boolean, nullable=False, default=False, index=True),  # the call is cleared
)

events = Table(
    "events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("contact_id", String(64), nullable=False, default="", index=True),  # whose time line it belongs to
    Column("agent", String(64), nullable=False, default="", index=True),
    Column("payload", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    # SQLite counts only what is called INTEGER, which has 64 bits there.
    Column("row_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
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
    # A digest of what the command said; empty: an older version answered it.
    Column("said", String(64), nullable=False, server_default=""),
)
