"""when a message was seen"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "notification",
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when she opened her messages and it was among them",
        ),
    )


def downgrade() -> None:
    op.drop_column("notification", "seen_at")
