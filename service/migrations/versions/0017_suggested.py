"""whoever says no may suggest who could come"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assignment",
        sa.Column(
            "suggested_id",
            sa.BigInteger(),
            nullable=True,
            comment="who could come instead, in the words of her who said no",
        ),
    )
    op.add_column("assignment", sa.Column("suggested_name", sa.String(length=60), nullable=False, server_default=""))
    op.create_foreign_key("fk_assignment_suggested_id_volunteer", "assignment", "volunteer", ["suggested_id"], ["id"])
    op.create_check_constraint("suggested", "assignment", "suggested_id IS NULL OR state = 'declined'")


def downgrade() -> None:
    op.drop_column("assignment", "suggested_name")
    op.drop_column("assignment", "suggested_id")
