"""a series that took over from another counts every other week as that one did"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("series", sa.Column("counts_from", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("series", "counts_from")
