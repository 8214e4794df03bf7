"""how far a matching is while it is solved"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("match_run", sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "match_run",
        sa.Column("stage", sa.String(length=20), nullable=True, comment="what is being done while it is solved"),
    )
    op.add_column(
        "match_run", sa.Column("parts_done", sa.Integer(), nullable=True, comment="of `parts`, in this stage")
    )
    op.add_column("match_run", sa.Column("parts", sa.Integer(), nullable=True))
    op.create_index("ix_match_run_solving", "match_run", ["activity_id"], postgresql_where=sa.text("state = 'solving'"))


def downgrade() -> None:
    op.drop_index("ix_match_run_solving", table_name="match_run")
    for name in ("parts", "parts_done", "stage", "begun_at"):
        op.drop_column("match_run", name)
