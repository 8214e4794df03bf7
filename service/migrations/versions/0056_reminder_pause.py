"""reminders of an activity may be paused"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_pause",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_reminder_pause_activity_id_activity")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_reminder_pause")),
    )


def downgrade() -> None:
    op.drop_table("reminder_pause")
