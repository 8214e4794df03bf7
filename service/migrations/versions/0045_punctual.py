"""what is free of charge; who is to be there in time, and was not"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "activity",
        sa.Column(
            "is_free",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="costs whoever it is for nothing; said on its page and poster",
        ),
    )
    op.add_column(
        "activity",
        sa.Column(
            "late_after",
            sa.SmallInteger(),
            nullable=True,
            comment="minutes after the start until who is not marked as there is missed; null: nobody asks",
        ),
    )
    op.add_column(
        "assignment",
        sa.Column(
            "missed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when she was found missing by the clock: once",
        ),
    )


def downgrade() -> None:
    op.drop_column("assignment", "missed_at")
    op.drop_column("activity", "late_after")
    op.drop_column("activity", "is_free")
