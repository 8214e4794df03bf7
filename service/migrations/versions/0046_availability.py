"""when people can come at all"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_of_week",
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False, comment="ISO: 1 is Monday"),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("availability", sa.String(length=20), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_time_of_week_weekday")),
        sa.CheckConstraint("availability IN ('if_needed', 'cannot')", name=op.f("ck_time_of_week_availability")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_time_of_week_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("volunteer_id", "weekday", "part", name=op.f("pk_time_of_week")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=True, comment="account; null: she herself"),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_absence_dates")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_absence_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_volunteer_id"), "absence", ["volunteer_id"])
    op.create_table(
        "limits",
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("most_a_week", sa.SmallInteger(), nullable=True, comment="shifts"),
        sa.Column("most_a_day", sa.SmallInteger(), nullable=True, comment="shifts"),
        sa.Column("most_at_a_stretch", sa.SmallInteger(), nullable=True, comment="hours without a pause"),
        sa.CheckConstraint(
            "most_a_week > 0 AND most_a_day > 0 AND most_at_a_stretch > 0", name=op.f("ck_limits_positive")
        ),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_limits_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("volunteer_id", name=op.f("pk_limits")),
    )
    op.create_table(
        "avoidance",
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_avoidance_activity_id_activity")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_avoidance_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("volunteer_id", "activity_id", name=op.f("pk_avoidance")),
    )


def downgrade() -> None:
    for table in ("avoidance", "limits", "absence", "time_of_week"):
        op.drop_table(table)
