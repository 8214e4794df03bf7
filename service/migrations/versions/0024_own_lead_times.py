"""when somebody wants to be reminded, whatever the activity says"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "volunteer",
        sa.Column(
            "lead_times",
            postgresql.ARRAY(sa.String(length=20)),
            nullable=True,
            comment="when she wants to be reminded; null: as each activity says",
        ),
    )


def downgrade() -> None:
    op.drop_column("volunteer", "lead_times")
