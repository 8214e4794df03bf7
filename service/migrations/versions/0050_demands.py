"""what people ask for, and which line covers it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "line_cover",
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("audiences", postgresql.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.String(length=20)), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_line_cover_programme_id_programme")),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_line_cover")),
    )
    op.create_table(
        "demand",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'given') = (programme_id IS NOT NULL)", name=op.f("ck_demand_given")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_demand_decided")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_demand_area_id_area")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_demand_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand")),
    )
    op.create_index("ix_demand_area_id_open", "demand", ["area_id", "id"], postgresql_where="state = 'open'")
    op.create_index(op.f("ix_demand_programme_id"), "demand", ["programme_id"])


def downgrade() -> None:
    op.drop_table("demand")
    op.drop_table("line_cover")
