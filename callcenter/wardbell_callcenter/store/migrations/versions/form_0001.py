"""The tables as they were when forms began to be counted."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "authority",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.String(8), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    _steps()
    _contacts()
    op.create_table(
        "operators",
        sa.Column("operator", sa.String(64), primary_key=True),
        sa.Column("seat", sa.String(64), nullable=False),
        sa.Column("signed_in_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("topic", sa.String(200), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("retain", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "replies",
        sa.Column("command_id", sa.String(64), primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("reply", sa.LargeBinary, nullable=False),
    )


def _steps() -> None:
    op.create_table(
        "steps",
        sa.Column("call_id", sa.String(64), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("loop", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("ward", sa.String(64), nullable=False),
        sa.Column("step_name", sa.String(64), nullable=False),
        sa.Column("due_at_ms", sa.BigInteger, nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger, nullable=False),
        sa.Column("taken_from", sa.String(64), nullable=False),
        sa.Column("is_closed", sa.Boolean, nullable=False, index=True),
    )


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("contact_id", sa.String(64), primary_key=True),
        sa.Column("call_id", sa.String(64), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("loop", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False, index=True),
        sa.Column("opened_at_ms", sa.BigInteger, nullable=False),
        sa.Column("offered_to", sa.LargeBinary, nullable=False),
        sa.Column("accepted_by", sa.String(64), nullable=False),
        sa.Column("accepted_at_ms", sa.BigInteger),
        sa.Column("withdrawn_at_ms", sa.BigInteger),
        sa.Column("withdrawn_reason", sa.String(200), nullable=False),
        sa.Column("call", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("call_id", "loop"),
        sa.ForeignKeyConstraint(["call_id", "step", "loop"], ["steps.call_id", "steps.step", "steps.loop"]),
    )
