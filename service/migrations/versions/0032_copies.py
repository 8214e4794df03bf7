"""a team's month or week copied as drafts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("span", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_on <> to_on", name=op.f("ck_copy_elsewhere")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_copy_area_id_area")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_copy_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy")),
    )
    op.create_index("ix_copy_team_id", "copy", ["team_id"])
    op.create_table(
        "copied_activity",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("copy_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_copied_activity_activity_id_activity"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name=op.f("fk_copied_activity_copy_id_copy")),
        sa.ForeignKeyConstraint(["source_id"], ["activity.id"], name=op.f("fk_copied_activity_source_id_activity")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_copied_activity")),
    )
    op.create_index("ix_copied_activity_copy_id", "copied_activity", ["copy_id"])


def downgrade() -> None:
    op.drop_table("copied_activity")
    op.drop_table("copy")
