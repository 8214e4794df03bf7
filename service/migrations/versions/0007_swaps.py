"""swaps: a place somebody else is to take"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activity", sa.Column("swaps_need_approval", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("activity", "swaps_need_approval", server_default=None)
    op.create_table(
        "swap",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("in_return_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taker_id", sa.BigInteger(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True, comment="account that approved or refused it"),
        sa.CheckConstraint("(state IN ('open', 'agreed')) = (closed_at IS NULL)", name=op.f("ck_swap_closed")),
        sa.CheckConstraint("(state IN ('agreed', 'done')) <= (taker_id IS NOT NULL)", name=op.f("ck_swap_taker")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_swap_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["in_return_id"], ["assignment.id"], name=op.f("fk_swap_in_return_id_assignment")),
        sa.ForeignKeyConstraint(["taker_id"], ["volunteer.id"], name=op.f("fk_swap_taker_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
    )
    op.create_index(
        "uq_swap_pending",
        "swap",
        ["assignment_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'agreed')"),
    )
    op.create_index(
        "ix_swap_in_return_id",
        "swap",
        ["in_return_id"],
        unique=False,
        postgresql_where=sa.text("in_return_id IS NOT NULL"),
    )
    op.create_index("ix_swap_area_id_id", "swap", ["area_id", "id"], unique=False)
    op.create_table(
        "swap_asking",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("swap_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True, comment="account that typed the answer for her"),
        sa.CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name=op.f("ck_swap_asking_answered")),
        sa.ForeignKeyConstraint(["swap_id"], ["swap.id"], name=op.f("fk_swap_asking_swap_id_swap")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_swap_asking_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_asking")),
        sa.UniqueConstraint("swap_id", "volunteer_id", name=op.f("uq_swap_asking_swap_id_volunteer_id")),
    )
    op.create_index("ix_swap_asking_volunteer_id_id", "swap_asking", ["volunteer_id", "id"], unique=False)


def downgrade() -> None:
    for table in ("swap_asking", "swap"):
        op.drop_table(table)
    op.drop_column("activity", "swaps_need_approval")
