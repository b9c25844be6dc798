"""Several engines on one database: which of them leads."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the lease, which nobody has yet."""
    lease = op.create_table(
        "lease",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("beat", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(lease, [{"one": 1, "holder": "", "fence": 0, "beat": 0}])
