"""until when findings must be settled"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("carrying", sa.Column("within_days", sa.SmallInteger(), nullable=True))
    op.add_column("finding", sa.Column("due_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("finding", "due_on")
    op.drop_column("carrying", "within_days")
