"""who is calling just now"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "call", sa.Column("held_by", sa.BigInteger(), nullable=True, comment="account that is calling just now")
    )
    op.add_column("call", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("call", "held_until")
    op.drop_column("call", "held_by")
