"""which activities are handed over from shift to shift, so that reminders can say so"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "activity",
        sa.Column(
            "hands_over",
            sa.Boolean(),
            nullable=False,
            server_default="false",
            comment="who leaves a shift writes a note for who comes next",
        ),
    )
    op.execute("UPDATE activity SET hands_over = true WHERE id IN (SELECT activity_id FROM rotation)")


def downgrade() -> None:
    op.drop_column("activity", "hands_over")
