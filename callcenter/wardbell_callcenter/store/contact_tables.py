"""Contacts, and what is done about them: timers, offers, deliveries, incidents, mutes.

Times in `_steady_ms` are the engine's own (clock.py) and decide what is due; the others are UNIX ms, for people.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from wardbell_callcenter.store.tables import metadata

contacts = Table(
    "contacts",
    metadata,
    Column("contact_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),  # bed_call, family_call, message, web_request, technical, incident
    Column("dedup_key", String(200), nullable=False),  # place and kind
    Column(
        "open_key", String(200), unique=True
    ),  # the same while it is open, NULL once it is closed: one open contact each
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ward", String(64), nullable=False),  # empty: of no ward
    Column("station_id", String(64), nullable=False, default=""),
    Column("room", String(256), nullable=False, default=""),
    Column("bed", String(256), nullable=False, default=""),
    Column("call_kind", String(16), nullable=False, default=""),  # of a bed call: emergency, bathroom, …
    Column("subject", String(256), nullable=False, default=""),  # in words, where it is no bed call
    Column("resident_id", String(64), nullable=False, default=""),
    Column("priority", Integer, nullable=False),  # larger is more urgent
    Column("repeats", Integer, nullable=False, default=0),
    Column("step", Integer, nullable=False),  # the newest that was fired; -1 before the first
    Column("loop", BigInteger, nullable=False),  # grows with each repeat of the last step and each return to the queue
    Column("round_steady_ms", BigInteger, nullable=False),  # when this pass through the steps was planned to begin
    Column("round_loop", BigInteger, nullable=False, default=0),  # the loop with which that pass began
    Column(
        "step_planned_steady_ms", BigInteger, nullable=False
    ),  # when the newest step was planned, not when it was fired
    Column("policy", LargeBinary, nullable=False),  # JSON: the policy as it was when the contact opened
    Column("call_id", String(64), nullable=False, default="", index=True),
    Column("call", LargeBinary),  # JSON of the ward's call as last known; NULL where it is none
    Column("fields", LargeBinary, nullable=False),  # JSON object: the form that moves with it
    Column("incident_id", String(64), nullable=False, default="", index=True),
    Column("pressed_at_ms", BigInteger, nullable=False),
    Column("opened_at_ms", BigInteger, nullable=False, index=True),
    Column("opened_steady_ms", BigInteger, index=True),  # the same by the engine's own clock; NULL: an older version's
    Column("offered_at_ms", BigInteger),  # first
    Column("received_at_ms", BigInteger),  # first device that had it
    Column("accepted_at_ms", BigInteger),
    Column("accepted_steady_ms", BigInteger),
    Column("accepted_by", String(64), nullable=False, default=""),
    Column("on_site_at_ms", BigInteger),
    Column("on_site_by", String(64), nullable=False, default=""),
    Column("closed_at_ms", BigInteger, index=True),
    Column("closed_by", String(64), nullable=False, default=""),
    Column("closed_reason", String(256), nullable=False, default=""),  # cleared where; handed over to whom
    Column("wrap_up_code", String(64), nullable=False, default=""),
    Column("returns", Integer, nullable=False, default=0),  # how often it came back unvisited
    Column("highest_step", Integer, nullable=False, default=-1),
    Index("ix_contacts_dedup_key", "dedup_key", "opened_at_ms"),  # the last ones of a bed, of all that it ever had
    Index("ix_contacts_ward", "ward", "opened_at_ms"),  # the last minutes of a ward, of all its years
    Index("ix_contacts_state", "state", "opened_at_ms"),  # the newest of each state
    Index("ix_contacts_ward_state", "ward", "state", "opened_at_ms"),  # and of a ward
    Index("ix_contacts_accepted_by", "accepted_by", "state"),  # what somebody has, of all that he ever had
)

# Of contacts: those that are not closed. SQLite finds them by the index; for IS NOT NULL it reads all that there ever were.
IS_OPEN = contacts.c.open_key > ""

# What will happen by itself. One row for each kind and subject: a contact, an offer, an agent.
timers = Table(
    "timers",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("due_steady_ms", BigInteger, nullable=False, index=True),
    Column("planned_steady_ms", BigInteger, nullable=False),  # what `due` is counted from
    Column("step", Integer, nullable=False, default=-1),
    Column("loop", BigInteger, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),  # the version of the subject that set it
)

# Each (contact, step, loop, target, medium) once: whoever is to be asked, by which way, and what he said.
offers = Table(
    "offers",
    metadata,
    Column("offer_id", String(64), primary_key=True),
    Column("contact_id", String(64), ForeignKey("contacts.contact_id"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("loop", BigInteger, nullable=False),
    Column("target", String(128), nullable=False),  # an agent, or an address where no agent answers for it
    Column("medium", String(16), nullable=False),  # seat, mail, webhook
    Column("state", String(16), nullable=False),  # offered, accepted, refused, missed, withdrawn, failed
    Column("made_at_ms", BigInteger, nullable=False),
    Column("rings_until_ms", BigInteger),  # NULL: until the next step
    Column("rings_until_steady_ms", BigInteger),  # the same on the engine's own clock
    Column("sent_at_ms", BigInteger),  # the port handed it over
    Column("received_at_ms", BigInteger),  # the device said that it has it
    Column("answered_at_ms", BigInteger),
    Column("reason", String(256), nullable=False, default=""),
    UniqueConstraint("contact_id", "step", "loop", "target", "medium"),
    Index("ix_offers_state_target", "state", "target"),  # what rings, of all that ever did: for one, or for anybody
)

# What a port has still to hand over, at least once; receivers know `delivery_id`.
deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", String(64), primary_key=True),
    Column("offer_id", String(64), nullable=False, default=""),  # empty: a notice to a webhook or a ward
    Column("what", String(16), nullable=False),  # offer, withdraw, event, ward
    Column("medium", String(16), nullable=False),  # seat, mail, webhook, ward
    Column("address", String(512), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("priority", Integer, nullable=False, default=0),  # of the contact: the larger goes first
    Column("made_at_ms", BigInteger, nullable=False),
    Column("due_steady_ms", BigInteger, nullable=False),
    Column("lease_until_steady_ms", BigInteger, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("is_done", Boolean, nullable=False, default=False),
    Column("outcome", String(256), nullable=False, default=""),  # delivered, given up: why, not needed any more
    Index("ix_deliveries_due", "is_done", "medium", "due_steady_ms"),
    Index("ix_deliveries_offer", "offer_id", "what"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),  # corridor, faulty_button
    Column("scope", String(128), nullable=False),  # the corridor, or the station
    Column("open_scope", String(160), unique=True),  # kind and scope while open, NULL afterwards
    Column("ward", String(64), nullable=False),
    Column("contact_id", String(64), nullable=False, default=""),  # that stands for all of them
    Column("opened_at_ms", BigInteger, nullable=False),
    Column("closed_at_ms", BigInteger),
)

# Rules of the house that have called: until one has not held for a while, whatever became of its contact, it calls no more.
alarms = Table(
    "alarms",
    metadata,
    Column("dedup_key", String(200), primary_key=True),  # of its contact: the rule's name and ward
    Column("held_steady_ms", BigInteger, nullable=False),  # when it was last seen to hold
)

mutes = Table(
    "mutes",
    metadata,
    Column("station_id", String(64), primary_key=True),
    Column("ward", String(64), primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
    Column("until_steady_ms", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("reason", String(256), nullable=False),
)
