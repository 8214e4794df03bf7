"""what vendors tell of text messages"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("receipt_id", sa.String(length=80), nullable=False),
        sa.Column("has_arrived", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_receipt_receipt_id")),
    )
    op.add_column("delivery", sa.Column("receipt_id", sa.String(length=80), nullable=True))
    op.add_column("delivery", sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_delivery_receipt_id", "delivery", ["receipt_id"], postgresql_where=sa.text("receipt_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_receipt_id", table_name="delivery")
    op.drop_column("delivery", "arrived_at")
    op.drop_column("delivery", "receipt_id")
    op.drop_table("receipt")
