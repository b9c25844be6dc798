"""The call centre's tables as this version knows them; `migrations` makes them so."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
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

contacts = Table(
    "contacts",
    metadata,
    Column("contact_id", String(64), primary_key=True),
    Column("call_id", String(64), nullable=False),
    Column("step", Integer, nullable=False),
    Column("loop", BigInteger, nullable=False),
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
)
