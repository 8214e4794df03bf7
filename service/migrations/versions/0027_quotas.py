"""so many in so many days"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quota",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("needed", sa.SmallInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("needed > 0 AND until_on >= from_on", name=op.f("ck_quota_sense")),
        sa.CheckConstraint("anchor_on BETWEEN from_on AND until_on", name=op.f("ck_quota_anchor")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_quota_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
    )
    op.create_index("ix_quota_area_id", "quota", ["area_id"])
    op.create_table(
        "quota_activity",
        sa.Column("quota_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_quota_activity_activity_id_activity")),
        sa.ForeignKeyConstraint(["quota_id"], ["quota.id"], name=op.f("fk_quota_activity_quota_id_quota")),
        sa.PrimaryKeyConstraint("quota_id", "activity_id", name=op.f("pk_quota_activity")),
    )


def downgrade() -> None:
    op.drop_table("quota_activity")
    op.drop_table("quota")
