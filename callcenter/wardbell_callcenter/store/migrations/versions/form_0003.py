"""Contacts with steps of their own, and what they need: people, offers, timers, deliveries, the house."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# What an open contact gets, which had none: everybody of its ward, then everybody, again and again. The engine's time begins
# with this form, at 0: who waits is asked at once, who accepted has three minutes to get there.
POLICY = b'{"steps":[{"after_s":0,"to":["ward"],"ring_s":0},{"after_s":30,"to":["everybody"],"ring_s":0}]}'
ACCEPT_LIMIT_MS = 180_000


def upgrade() -> None:
    """Replace contacts and operators by the new tables; what was in the old ones goes on in these."""
    old_contacts = _rows("SELECT * FROM contacts ORDER BY opened_at_ms, contact_id")
    old_operators = _rows("SELECT * FROM operators")
    op.drop_table("contacts")
    op.drop_table("operators")
    _events()
    _steady()
    _contacts()
    _timers()
    _offers()
    _deliveries()
    _incidents()
    _mutes()
    _houses()
    _agents()
    _agent_times()
    _roster_changes()
    _residents()
    _tokens()
    _audit()
    goes_on = _carry_contacts(old_contacts)
    _carry_operators(old_operators, {old["accepted_by"] for old in goes_on if old["status"] == "accepted"})


def _rows(sql: str) -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(sa.text(sql)).mappings()]


def _insert(table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.bulk_insert(sa.table(table, *(sa.column(name) for name in rows[0])), rows)


def _carry_contacts(old_contacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns those that are open."""
    open_by_key: dict[str, str] = {}
    calls = {old["contact_id"]: json.loads(bytes(old["call"])) for old in old_contacts}
    keys = {name: f"{call['ward']}/{call['station_id']}/{call['kind']}"[:200] for name, call in calls.items()}
    for old in old_contacts:
        if old["status"] != "withdrawn":
            open_by_key[keys[old["contact_id"]]] = old["contact_id"]  # of several the newest goes on
    still_open = set(open_by_key.values())
    _insert(
        "contacts",
        [_contact(old, calls[old["contact_id"]], keys[old["contact_id"]], still_open) for old in old_contacts],
    )
    goes_on = [old for old in old_contacts if old["contact_id"] in still_open]
    _insert("timers", [_timer(old) for old in goes_on])
    return goes_on


def _contact(old: dict[str, Any], call: dict[str, Any], key: str, still_open: set[str]) -> dict[str, Any]:
    is_open = old["contact_id"] in still_open
    is_accepted = old["status"] == "accepted"
    closed_as = "handed_over" if old["withdrawn_reason"] == "superseded" else "cleared_at_bed"
    state = ("accepted" if is_accepted else "new") if is_open else closed_as
    offered = json.loads(bytes(old["offered_to"]))
    return {
        "contact_id": old["contact_id"],
        "kind": "bed_call",
        "dedup_key": key,
        "open_key": key if is_open else None,
        "state": state,
        "version": old["version"],
        "ward": call["ward"],
        "station_id": call["station_id"],
        "room": call["room"],
        "bed": call["bed"],
        "call_kind": call["kind"],
        "subject": "",
        "resident_id": "",
        "priority": call["priority"],
        "repeats": 0,
        "step": -1,
        "loop": old["loop"],
        "round_loop": old["loop"],
        "round_steady_ms": 0,
        "step_planned_steady_ms": 0,
        "policy": POLICY,
        "call_id": old["call_id"],
        "call": bytes(old["call"]),
        "fields": b"{}",
        "incident_id": "",
        "pressed_at_ms": call["placed_at_ms"],
        "opened_at_ms": old["opened_at_ms"],
        "offered_at_ms": old["opened_at_ms"] if offered else None,
        "received_at_ms": None,
        "accepted_at_ms": old["accepted_at_ms"],
        "accepted_by": old["accepted_by"],
        "on_site_at_ms": None,
        "on_site_by": "",
        "closed_at_ms": None if is_open else (old["withdrawn_at_ms"] or old["opened_at_ms"]),
        "closed_by": "",
        "closed_reason": "" if is_open else (old["withdrawn_reason"] or "superseded"),
        "wrap_up_code": "",
        "returns": 0,
        "highest_step": -1,
    }


def _timer(old: dict[str, Any]) -> dict[str, Any]:
    is_accepted = old["status"] == "accepted"
    return {
        "kind": "accept_limit" if is_accepted else "step",
        "subject": old["contact_id"],
        "due_steady_ms": ACCEPT_LIMIT_MS if is_accepted else 0,
        "planned_steady_ms": 0,
        "step": -1 if is_accepted else 0,
        "loop": 0 if is_accepted else old["loop"],
        "fence": 0,
    }


def _carry_operators(old_operators: list[dict[str, Any]], busy: set[str]) -> None:
    agents = [(old, "busy" if old["operator"] in busy else "ready") for old in old_operators]
    _insert(
        "agents",
        [
            {
                "agent": old["operator"],
                "state": state,
                "reason": "",
                "since_ms": old["signed_in_at_ms"],
                "since_steady_ms": 0,
                "pending": "",
                "pending_reason": "",
                "pending_for_s": 0,
                "seat": old["seat"],
                "signed_in_at_ms": old["signed_in_at_ms"],
                "missed": 0,
                "free_since_steady_ms": 0,
                "contacts_taken": 0,
                "counted_from_ms": old["signed_in_at_ms"],
                "version": 1,
            }
            for old, state in agents
        ],
    )
    times = [
        {"agent": old["operator"], "from_ms": old["signed_in_at_ms"], "state": state, "reason": "", "until_ms": None}
        for old, state in agents
    ]
    _insert("agent_times", times)


def _events() -> None:
    with op.batch_alter_table("events") as events:
        events.alter_column("kind", existing_type=sa.String(16), type_=sa.String(24), existing_nullable=False)
        events.add_column(sa.Column("contact_id", sa.String(64), nullable=False, server_default=""))
        events.add_column(sa.Column("agent", sa.String(64), nullable=False, server_default=""))
    for name in ("contact_id", "agent"):
        op.create_index(f"ix_events_{name}", "events", [name])


def _steady() -> None:
    op.create_table(
        "steady",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("steady_ms", sa.BigInteger, nullable=False),
        sa.Column("wall_ms", sa.BigInteger, nullable=False),
        sa.Column("boot_id", sa.String(64), nullable=False),
        sa.Column("boot_ms", sa.BigInteger, nullable=False),
    )


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("contact_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("dedup_key", sa.String(200), nullable=False),
        sa.Column("open_key", sa.String(200), unique=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ward", sa.String(64), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("room", sa.String(256), nullable=False),
        sa.Column("bed", sa.String(256), nullable=False),
        sa.Column("call_kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("resident_id", sa.String(64), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("loop", sa.BigInteger, nullable=False),
        sa.Column("round_steady_ms", sa.BigInteger, nullable=False),
        sa.Column("round_loop", sa.BigInteger, nullable=False),
        sa.Column("step_planned_steady_ms", sa.BigInteger, nullable=False),
        sa.Column("policy", sa.LargeBinary, nullable=False),
        sa.Column("call_id", sa.String(64), nullable=False, index=True),
        sa.Column("call", sa.LargeBinary),
        sa.Column("fields", sa.LargeBinary, nullable=False),
        sa.Column("incident_id", sa.String(64), nullable=False, index=True),
        sa.Column("pressed_at_ms", sa.BigInteger, nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("offered_at_ms", sa.BigInteger),
        sa.Column("received_at_ms", sa.BigInteger),
        sa.Column("accepted_at_ms", sa.BigInteger),
        sa.Column("accepted_by", sa.String(64), nullable=False),
        sa.Column("on_site_at_ms", sa.BigInteger),
        sa.Column("on_site_by", sa.String(64), nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger, index=True),
        sa.Column("closed_by", sa.String(64), nullable=False),
        sa.Column("closed_reason", sa.String(256), nullable=False),
        sa.Column("wrap_up_code", sa.String(64), nullable=False),
        sa.Column("returns", sa.Integer, nullable=False),
        sa.Column("highest_step", sa.Integer, nullable=False),
    )
    op.create_index("ix_contacts_dedup_key", "contacts", ["dedup_key", "opened_at_ms"])
    op.create_index("ix_contacts_ward", "contacts", ["ward", "opened_at_ms"])
    op.create_index("ix_contacts_accepted_by", "contacts", ["accepted_by", "state"])


def _timers() -> None:
    op.create_table(
        "timers",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("due_steady_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("planned_steady_ms", sa.BigInteger, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("loop", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
    )


def _offers() -> None:
    op.create_table(
        "offers",
        sa.Column("offer_id", sa.String(64), primary_key=True),
        sa.Column("contact_id", sa.String(64), sa.ForeignKey("contacts.contact_id"), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("loop", sa.BigInteger, nullable=False),
        sa.Column("target", sa.String(128), nullable=False),
        sa.Column("medium", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False),
        sa.Column("rings_until_ms", sa.BigInteger),
        sa.Column("rings_until_steady_ms", sa.BigInteger),
        sa.Column("sent_at_ms", sa.BigInteger),
        sa.Column("received_at_ms", sa.BigInteger),
        sa.Column("answered_at_ms", sa.BigInteger),
        sa.Column("reason", sa.String(256), nullable=False),
        sa.UniqueConstraint("contact_id", "step", "loop", "target", "medium"),
    )
    op.create_index("ix_offers_target_state", "offers", ["target", "state"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.String(64), primary_key=True),
        sa.Column("offer_id", sa.String(64), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("medium", sa.String(16), nullable=False),
        sa.Column("address", sa.String(512), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False),
        sa.Column("due_steady_ms", sa.BigInteger, nullable=False),
        sa.Column("lease_until_steady_ms", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("is_done", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.String(256), nullable=False),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["is_done", "medium", "due_steady_ms"])
    op.create_index("ix_deliveries_offer", "deliveries", ["offer_id", "what"])


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(128), nullable=False),
        sa.Column("open_scope", sa.String(160), unique=True),
        sa.Column("ward", sa.String(64), nullable=False),
        sa.Column("contact_id", sa.String(64), nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger, nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger),
    )


def _mutes() -> None:
    op.create_table(
        "mutes",
        sa.Column("station_id", sa.String(64), primary_key=True),
        sa.Column("ward", sa.String(64), primary_key=True),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.Column("until_steady_ms", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(256), nullable=False),
    )


def _houses() -> None:
    op.create_table(
        "houses",
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("agent", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("reason", sa.String(128), nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("since_steady_ms", sa.BigInteger, nullable=False),
        sa.Column("pending", sa.String(16), nullable=False),
        sa.Column("pending_reason", sa.String(128), nullable=False),
        sa.Column("pending_for_s", sa.Integer, nullable=False),
        sa.Column("seat", sa.String(64), nullable=False),
        sa.Column("signed_in_at_ms", sa.BigInteger, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("free_since_steady_ms", sa.BigInteger, nullable=False),
        sa.Column("contacts_taken", sa.Integer, nullable=False),
        sa.Column("counted_from_ms", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _agent_times() -> None:
    op.create_table(
        "agent_times",
        sa.Column("agent", sa.String(64), primary_key=True),
        sa.Column("from_ms", sa.BigInteger, primary_key=True),
        sa.Column("state", sa.String(16), primary_key=True),
        sa.Column("reason", sa.String(128), nullable=False),
        sa.Column("until_ms", sa.BigInteger, index=True),
    )


def _roster_changes() -> None:
    op.create_table(
        "roster_changes",
        sa.Column("change_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("roster", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("instead", sa.String(64), nullable=False),
        sa.Column("from_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(256), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False),
        sa.Column("is_removed", sa.Boolean, nullable=False),
    )
    op.create_index("ix_roster_changes_time", "roster_changes", ["from_ms", "until_ms"])


def _residents() -> None:
    op.create_table(
        "residents",
        sa.Column("resident_id", sa.String(64), primary_key=True),
        sa.Column("ward", sa.String(64), nullable=False),
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("bed", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("care_level", sa.Integer, nullable=False),
        sa.Column("key_carer", sa.String(64), nullable=False),
        sa.Column("card", sa.LargeBinary, nullable=False),
        sa.Column("is_gone", sa.Boolean, nullable=False),
    )
    op.create_index("ix_residents_place", "residents", ["ward", "room", "bed"])


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger),
        sa.Column("is_revoked", sa.Boolean, nullable=False),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("entry", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("of", sa.String(128), nullable=False),
        sa.Column("reason", sa.String(256), nullable=False),
        sa.Column("detail", sa.LargeBinary, nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
    )
