"""who has not answered an offer is asked again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assignment",
        sa.Column(
            "asked_again",
            sa.SmallInteger(),
            nullable=False,
            server_default="0",
            comment="1: at half of the time to answer; 2: to be called",
        ),
    )


def downgrade() -> None:
    op.drop_column("assignment", "asked_again")
