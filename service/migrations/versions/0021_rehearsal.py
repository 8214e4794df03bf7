"""the coming days played beforehand"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rehearsal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=True),
        sa.Column("match_run_id", sa.BigInteger(), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assumption", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("played_until", sa.DateTime(timezone=True), nullable=True, comment="how far the play has come"),
        sa.Column("played_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "result",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="see service/rehearsal/outcome.py",
        ),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_rehearsal_order")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_rehearsal_activity_id_activity")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_rehearsal_area_id_area")),
        sa.ForeignKeyConstraint(["match_run_id"], ["match_run.id"], name=op.f("fk_rehearsal_match_run_id_match_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
    )
    op.create_index("ix_rehearsal_area_id_id", "rehearsal", ["area_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("rehearsal")
