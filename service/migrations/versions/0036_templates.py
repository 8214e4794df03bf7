"""activities kept as templates"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("roles", postgresql.JSONB(), nullable=False),
        sa.Column("hours", postgresql.JSONB(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_activity_template_area_id_area")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_activity_template_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_template")),
    )
    op.create_index("ix_activity_template_team_id", "activity_template", ["team_id"])
    op.create_index(
        "uq_activity_template_name",
        "activity_template",
        ["area_id", "name"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("activity_template")
