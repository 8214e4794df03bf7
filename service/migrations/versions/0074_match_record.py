"""how a plan was made, and whether somebody would not wait for the rest"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "match_run",
        sa.Column(
            "enough_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when somebody would not wait for the rest",
        ),
    )
    op.add_column(
        "match_run",
        sa.Column(
            "record",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="how it was made: watch.Record",
        ),
    )


def downgrade() -> None:
    op.drop_column("match_run", "record")
    op.drop_column("match_run", "enough_at")
