"""places of stand-bys beside the places of a role"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activity_role", sa.Column("stand_bys", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("shift_role", sa.Column("stand_bys", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("shift_role", sa.Column("standing_by", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_check_constraint("standing_by", "shift_role", "0 <= standing_by AND standing_by <= stand_bys")
    op.add_column("assignment", sa.Column("is_stand_by", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_check_constraint(
        "stand_by", "assignment", "NOT is_stand_by OR state NOT IN ('checked_in', 'completed', 'no_show')"
    )


def downgrade() -> None:
    op.drop_column("assignment", "is_stand_by")
    op.drop_column("shift_role", "standing_by")
    op.drop_column("shift_role", "stand_bys")
    op.drop_column("activity_role", "stand_bys")
