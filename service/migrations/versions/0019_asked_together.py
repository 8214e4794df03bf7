"""offers of one plan to one person are asked about in one message"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assignment",
        sa.Column(
            "asked_with_id",
            sa.BigInteger(),
            nullable=True,
            comment="the first of the offers one message asks about",
        ),
    )
    op.create_foreign_key(
        "fk_assignment_asked_with_id_assignment", "assignment", "assignment", ["asked_with_id"], ["id"]
    )
    op.create_index("ix_assignment_asked_with_id", "assignment", ["asked_with_id"])


def downgrade() -> None:
    op.drop_index("ix_assignment_asked_with_id", "assignment")
    op.drop_column("assignment", "asked_with_id")
