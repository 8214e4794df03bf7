"""two entries that were one person, and those that are not"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_merge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("gone_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_person_merge_two")),
        sa.ForeignKeyConstraint(["gone_id"], ["volunteer.id"], name=op.f("fk_person_merge_gone_id_volunteer")),
        sa.ForeignKeyConstraint(["kept_id"], ["volunteer.id"], name=op.f("fk_person_merge_kept_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    op.create_index("ix_person_merge_kept_id", "person_merge", ["kept_id"])
    op.create_index(
        "ix_person_merge_undo_until",
        "person_merge",
        ["undo_until"],
        postgresql_where=sa.text("undone_at IS NULL AND forgotten_at IS NULL"),
    )
    op.create_index(
        "uq_person_merge_gone_id",
        "person_merge",
        ["gone_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "person_apart",
        sa.Column("low_id", sa.BigInteger(), nullable=False),
        sa.Column("high_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_person_apart_in_order")),
        sa.ForeignKeyConstraint(["high_id"], ["volunteer.id"], name=op.f("fk_person_apart_high_id_volunteer")),
        sa.ForeignKeyConstraint(["low_id"], ["volunteer.id"], name=op.f("fk_person_apart_low_id_volunteer")),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_person_apart")),
    )


def downgrade() -> None:
    op.drop_table("person_apart")
    op.drop_table("person_merge")
