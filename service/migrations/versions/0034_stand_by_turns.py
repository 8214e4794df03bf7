"""who stands by in turns"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rotation_turn", sa.Column("is_stand_by", sa.Boolean(), nullable=False, server_default="false"))


def downgrade() -> None:
    op.drop_column("rotation_turn", "is_stand_by")
