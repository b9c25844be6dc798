"""The house: its document, its people and their times, rosters, residents, tokens, and who did what to them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table

from wardbell_callcenter.store.tables import metadata

# Every form that the house's document had (house.py); the newest counts.
houses = Table(
    "houses",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("document", LargeBinary, nullable=False),
)

agents = Table(
    "agents",
    metadata,
    Column("agent", String(64), primary_key=True),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", String(128), nullable=False, default=""),
    Column("since_ms", BigInteger, nullable=False),
    Column("since_steady_ms", BigInteger, nullable=False),
    Column(
        "pending", String(16), nullable=False, default=""
    ),  # not_ready, signed_out: once the current contact is over
    Column("pending_reason", String(128), nullable=False, default=""),
    Column("pending_for_s", Integer, nullable=False, default=0),  # how long that will last; 0: until he says otherwise
    Column("seat", String(64), nullable=False, default=""),
    Column("signed_in_at_ms", BigInteger, nullable=False, default=0),
    Column("missed", Integer, nullable=False, default=0),  # offers in a row that he did not answer
    Column("free_since_steady_ms", BigInteger, nullable=False, default=0),  # for the longest idle
    Column("contacts_taken", Integer, nullable=False, default=0),  # since he signed in, for the fewest contacts
    Column("counted_from_ms", BigInteger, nullable=False, default=0),  # where agent_times has got to with him
    Column("version", Integer, nullable=False, default=1),
)

# Where an agent's time went while he was signed in: one row for each stay in a state. Each begins where the one before it ended
# and is as long as the steady clock says; a wall clock that is set meanwhile counts from the next sign-in.
agent_times = Table(
    "agent_times",
    metadata,
    Column("agent", String(64), primary_key=True),
    Column("from_ms", BigInteger, primary_key=True),
    Column("state", String(16), primary_key=True),
    Column("reason", String(128), nullable=False, default=""),
    Column("until_ms", BigInteger, index=True),  # NULL: still
)

roster_changes = Table(
    "roster_changes",
    metadata,
    Column("change_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),  # override, leave, swap
    Column("roster", String(64), nullable=False, default=""),  # empty: all of them
    Column("agent", String(64), nullable=False, default=""),
    Column("instead", String(64), nullable=False, default=""),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("reason", String(256), nullable=False, default=""),
    Column("made_by", String(64), nullable=False),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("is_removed", Boolean, nullable=False, default=False),
    Index("ix_roster_changes_time", "from_ms", "until_ms"),
)

residents = Table(
    "residents",
    metadata,
    Column("resident_id", String(64), primary_key=True),
    Column("ward", String(64), nullable=False),
    Column("room", String(64), nullable=False),
    Column("bed", String(64), nullable=False, default=""),
    Column("name", String(128), nullable=False),
    Column("care_level", Integer, nullable=False, default=0),
    Column("key_carer", String(64), nullable=False, default=""),
    Column("card", LargeBinary, nullable=False),  # JSON: risks first, then the rest
    Column("is_gone", Boolean, nullable=False, default=False),
    Index("ix_residents_place", "ward", "room", "bed"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the token, which is nowhere kept
    Column("agent", String(64), nullable=False),
    Column("label", String(64), nullable=False, default=""),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger),
    Column("is_revoked", Boolean, nullable=False, default=False),
)

# Numbered from 1 without a gap, each row sealed with the one before it: what is changed or removed later shows.
audit = Table(
    "audit",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("by", String(64), nullable=False),
    Column("what", String(32), nullable=False),
    Column("of", String(128), nullable=False, default=""),
    Column("reason", String(256), nullable=False, default=""),
    Column("detail", LargeBinary, nullable=False),  # JSON object
    Column("seal", String(64), nullable=False),  # SHA-256 of the seal before it and all of the row
)
