"""what belongs to an activity goes with its copies"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (("activity_template", "belongings"), ("copied_activity", "laid")):
        op.add_column(
            table,
            sa.Column(column, postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"),
        )
        op.alter_column(table, column, server_default=None)
    op.add_column("unfinished_activity", sa.Column("like_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_unfinished_activity_like_id_activity"),
        "unfinished_activity",
        "activity",
        ["like_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_column("unfinished_activity", "like_id")
    op.drop_column("copied_activity", "laid")
    op.drop_column("activity_template", "belongings")
