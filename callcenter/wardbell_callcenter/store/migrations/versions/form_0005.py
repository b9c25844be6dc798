"""Which alarm rules have called; contacts' times by the engine's own clock, which the rules go by; their lists by state."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Of contacts from before nobody knows those times; the version before goes on without them."""
    op.add_column("contacts", sa.Column("opened_steady_ms", sa.BigInteger))
    op.add_column("contacts", sa.Column("accepted_steady_ms", sa.BigInteger))
    op.create_index("ix_contacts_opened_steady_ms", "contacts", ["opened_steady_ms"])
    op.drop_index("ix_contacts_state", "contacts")
    op.create_index("ix_contacts_state", "contacts", ["state", "opened_at_ms"])
    op.create_index("ix_contacts_ward_state", "contacts", ["ward", "state", "opened_at_ms"])
    op.create_table(
        "alarms",
        sa.Column("dedup_key", sa.String(200), primary_key=True),
        sa.Column("held_steady_ms", sa.BigInteger, nullable=False),
    )
    # What has called before is open still: else nothing would end it when its rule holds no more.
    op.execute(
        "INSERT INTO alarms (dedup_key, held_steady_ms) "
        "SELECT dedup_key, COALESCE((SELECT steady_ms FROM steady), 0) FROM contacts "
        "WHERE open_key > '' AND kind = 'technical' AND dedup_key LIKE '%/-/technical/alarm/%'"
    )
