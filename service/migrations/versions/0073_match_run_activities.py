"""a match run plans one or several activities"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    activity_ids = postgresql.ARRAY(sa.BigInteger())
    op.add_column(
        "match_run", sa.Column("activity_ids", activity_ids, nullable=True, comment="what it plans together, by id")
    )
    op.execute("UPDATE match_run SET activity_ids = ARRAY[activity_id]")
    op.alter_column("match_run", "activity_ids", nullable=False)
    op.alter_column("match_run", "area_id", comment="of its activities, or the community that holds them all")
    op.create_check_constraint(op.f("ck_match_run_activities"), "match_run", "cardinality(activity_ids) > 0")
    op.create_index("ix_match_run_activity_ids", "match_run", ["activity_ids"], postgresql_using="gin")
    op.drop_index("ix_match_run_solving", table_name="match_run")
    op.drop_index("uq_match_run_activity_id", table_name="match_run")
    op.drop_column("match_run", "activity_id")


def downgrade() -> None:
    """A run of several activities becomes one of the first of them."""
    op.add_column("match_run", sa.Column("activity_id", sa.BigInteger(), nullable=True))
    op.execute("UPDATE match_run SET activity_id = activity_ids[1]")
    # One that waits of each activity, as before: the first, for the time of all.
    op.execute(
        "UPDATE match_run AS run SET from_at = together.from_at, until_at = together.until_at FROM (SELECT activity_id,"
        " min(id) AS first, min(from_at) AS from_at, max(until_at) AS until_at FROM match_run WHERE state = 'requested'"
        " GROUP BY activity_id) AS together WHERE run.id = together.first"
    )
    op.execute(
        "UPDATE match_run AS run SET state = 'discarded' WHERE state = 'requested' AND EXISTS (SELECT FROM match_run"
        " AS other WHERE other.state = 'requested' AND other.activity_id = run.activity_id AND other.id < run.id)"
    )
    op.alter_column("match_run", "activity_id", nullable=False)
    op.create_foreign_key(op.f("fk_match_run_activity_id_activity"), "match_run", "activity", ["activity_id"], ["id"])
    op.drop_index("ix_match_run_activity_ids", table_name="match_run")
    op.drop_constraint(op.f("ck_match_run_activities"), "match_run")
    op.alter_column("match_run", "area_id", comment=None)
    op.drop_column("match_run", "activity_ids")
    op.create_index("ix_match_run_solving", "match_run", ["activity_id"], postgresql_where=sa.text("state = 'solving'"))
    op.create_index(
        "uq_match_run_activity_id",
        "match_run",
        ["activity_id"],
        unique=True,
        postgresql_where=sa.text("state = 'requested'"),
    )
