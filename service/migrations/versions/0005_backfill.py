"""searches for people to step in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backfill",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_role_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("rungs", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'climbing') = (next_at IS NOT NULL)", name=op.f("ck_backfill_next")),
        sa.CheckConstraint("(state = 'climbing') = (closed_at IS NULL)", name=op.f("ck_backfill_closed")),
        sa.ForeignKeyConstraint(
            ["shift_role_id"], ["shift_role.id"], name=op.f("fk_backfill_shift_role_id_shift_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill")),
    )
    op.create_index(
        "uq_backfill_climbing",
        "backfill",
        ["shift_role_id"],
        unique=True,
        postgresql_where=sa.text("state = 'climbing'"),
    )
    op.create_index(
        "ix_backfill_next_at", "backfill", ["next_at"], unique=False, postgresql_where=sa.text("state = 'climbing'")
    )
    op.create_index("ix_backfill_shift_role_id", "backfill", ["shift_role_id"], unique=False)
    op.create_index("ix_backfill_area_id_id", "backfill", ["area_id", "id"], unique=False)
    op.create_table(
        "backfill_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("backfill_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("rung", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("climbed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome = 'climbed') = (until_at IS NOT NULL)", name=op.f("ck_backfill_step_until")),
        sa.ForeignKeyConstraint(["backfill_id"], ["backfill.id"], name=op.f("fk_backfill_step_backfill_id_backfill")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill_step")),
        sa.UniqueConstraint("backfill_id", "position", name=op.f("uq_backfill_step_backfill_id_position")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("backfill_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.String(length=20), nullable=False),
        sa.Column("wakes", sa.Boolean(), nullable=False),
        sa.Column("by_phone", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True, comment="account that typed the answer for her"),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name=op.f("ck_invitation_answered")),
        sa.CheckConstraint("(state = 'accepted') = (assignment_id IS NOT NULL)", name=op.f("ck_invitation_place")),
        sa.ForeignKeyConstraint(["backfill_id"], ["backfill.id"], name=op.f("fk_invitation_backfill_id_backfill")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_invitation_volunteer_id_volunteer")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_invitation_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("backfill_id", "volunteer_id", name=op.f("uq_invitation_backfill_id_volunteer_id")),
    )
    op.create_index("ix_invitation_volunteer_id_id", "invitation", ["volunteer_id", "id"], unique=False)


def downgrade() -> None:
    for table in ("invitation", "backfill_step", "backfill"):
        op.drop_table(table)
