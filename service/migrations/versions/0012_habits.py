"""how each person wants to hear of each topic"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "habit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(volunteer_id, account_id) = 1", name=op.f("ck_habit_owner")),
        sa.CheckConstraint("(channel IS NULL) = is_off", name=op.f("ck_habit_choice")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_habit_volunteer_id_volunteer")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_habit_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_habit")),
        sa.UniqueConstraint("volunteer_id", "topic", name=op.f("uq_habit_volunteer_id_topic")),
        sa.UniqueConstraint("account_id", "topic", name=op.f("uq_habit_account_id_topic")),
    )


def downgrade() -> None:
    op.drop_table("habit")
