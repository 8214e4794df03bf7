"""a brand for each community"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brand",
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False, comment="#rrggbb"),
        sa.Column("mark", sa.LargeBinary(), nullable=True, comment="PNG, written anew by us"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_brand_area_id_area")),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_brand")),
    )


def downgrade() -> None:
    op.drop_table("brand")
