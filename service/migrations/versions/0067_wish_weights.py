"""a community may choose what wishes are worth"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wish_weights",
        sa.Column("area_id", sa.BigInteger(), nullable=False, comment="a community"),
        sa.Column("dearest", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("least", sa.SmallInteger(), nullable=False),
        sa.Column("chosen_by", sa.BigInteger(), nullable=False, comment="account"),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("0 < least AND least <= dearest AND step >= 0", name=op.f("ck_wish_weights_order")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_wish_weights_area_id_area")),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_wish_weights")),
    )


def downgrade() -> None:
    op.drop_table("wish_weights")
