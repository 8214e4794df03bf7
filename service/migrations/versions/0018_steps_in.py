"""who does not want to be asked to step in is not asked"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "volunteer",
        sa.Column(
            "steps_in",
            sa.Boolean(),
            nullable=False,
            server_default=sa.true(),
            comment="may be asked to step in, or to take somebody's place",
        ),
    )


def downgrade() -> None:
    op.drop_column("volunteer", "steps_in")
