"""unannounced checks: their people hear of them late"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "activity",
        sa.Column(
            "reveal_before",
            sa.Integer(),
            nullable=True,
            comment="minutes before the start until when only coordinators know of a shift; null: everybody may",
        ),
    )


def downgrade() -> None:
    op.drop_column("activity", "reveal_before")
