"""unfinished activity"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unfinished_activity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="typed values by step"),
        sa.Column("activity_id", sa.BigInteger(), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_unfinished_activity_activity_id_activity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unfinished_activity")),
    )
    op.create_index("ix_unfinished_activity_account_id", "unfinished_activity", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_table("unfinished_activity")
