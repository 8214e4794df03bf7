"""what was promised to courtyards"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'dropped') <= (reason <> '')", name=op.f("ck_promise_reason")),
        sa.CheckConstraint(
            "(settled_on IS NOT NULL) = (state IN ('done', 'dropped'))", name=op.f("ck_promise_settled")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_promise_area_id_area")),
        sa.ForeignKeyConstraint(["owner_id"], ["volunteer.id"], name=op.f("fk_promise_owner_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    op.create_index("ix_promise_area_id_due_on", "promise", ["area_id", "due_on"])


def downgrade() -> None:
    op.drop_table("promise")
