"""What an answered command said, so that another one that bears its id is refused; what rings is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Answers from before have nothing there, and are given again to whatever bears their id, for their day."""
    op.add_column("replies", sa.Column("said", sa.String(64), nullable=False, server_default=""))
    op.drop_index("ix_offers_target_state", "offers")
    op.create_index("ix_offers_state_target", "offers", ["state", "target"])
