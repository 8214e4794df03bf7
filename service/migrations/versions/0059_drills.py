"""an activity may be a drill"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "activity",
        sa.Column(
            "is_drill",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="practice: its hours stand apart from those of service",
        ),
    )


def downgrade() -> None:
    op.drop_column("activity", "is_drill")
