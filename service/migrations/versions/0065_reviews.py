"""a second look at a draft before it is published"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = {
        "area": "somebody else reads what is published here or below, first",
        "team": "somebody else reads what it publishes, first",
    }
    for table, comment in words.items():
        op.add_column(
            table,
            sa.Column("needs_review", sa.Boolean(), server_default=sa.false(), nullable=False, comment=comment),
        )
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False, comment="account"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint("(state = 'refused') <= (reason <> '')", name=op.f("ck_review_reason")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_review_area_id_area")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_review_activity_id_activity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_activity_id", "review", ["activity_id"])
    op.create_index(
        "uq_review_standing",
        "review",
        ["activity_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('asked', 'approved')"),
    )


def downgrade() -> None:
    op.drop_table("review")
    for table in ("team", "area"):
        op.drop_column(table, "needs_review")
