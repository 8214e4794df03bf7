"""when somebody answers a landline"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "area",
        sa.Column("landline_hours", sa.String(length=40), nullable=True, comment="when somebody is there to answer"),
    )


def downgrade() -> None:
    op.drop_column("area", "landline_hours")
