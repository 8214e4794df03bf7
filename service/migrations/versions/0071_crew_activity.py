"""activities that are held together"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crew_activity",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("crew_id", sa.BigInteger(), nullable=False, comment="the lowest id of the crew's activities"),
        sa.CheckConstraint("crew_id <= activity_id", name=op.f("ck_crew_activity_lowest")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_crew_activity_activity_id_activity")),
        sa.ForeignKeyConstraint(["crew_id"], ["activity.id"], name=op.f("fk_crew_activity_crew_id_activity")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_crew_activity")),
    )
    op.create_index(op.f("ix_crew_activity_crew_id"), "crew_activity", ["crew_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_crew_activity_crew_id"), table_name="crew_activity")
    op.drop_table("crew_activity")
