"""who did not come holds no place any more"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

HOLDING = "state IN ('offered', 'confirmed', 'checked_in', 'completed')"
HOLDING_BEFORE = "state IN ('offered', 'confirmed', 'checked_in', 'completed', 'no_show')"


def upgrade() -> None:
    _hold(HOLDING)
    op.execute("""
        UPDATE shift_role r SET taken = taken - missed.n
        FROM (SELECT shift_role_id, count(*) AS n FROM assignment WHERE state = 'no_show' GROUP BY 1) AS missed
        WHERE missed.shift_role_id = r.id""")


def downgrade() -> None:
    op.execute("""
        UPDATE shift_role r SET taken = taken + missed.n
        FROM (SELECT shift_role_id, count(*) AS n FROM assignment WHERE state = 'no_show' GROUP BY 1) AS missed
        WHERE missed.shift_role_id = r.id""")
    _hold(HOLDING_BEFORE)


def _hold(states: str) -> None:
    op.drop_constraint("ex_assignment_one_place_at_a_time", "assignment")
    op.drop_index("uq_assignment_shift_id_volunteer_id", table_name="assignment")
    op.create_exclude_constraint(
        "ex_assignment_one_place_at_a_time",
        "assignment",
        (sa.literal_column("int8range(volunteer_id, volunteer_id, '[]')"), "&&"),
        (sa.column("occupies", postgresql.TSTZRANGE()), "&&"),
        where=sa.text(states),
        using="gist",
    )
    op.create_index(
        "uq_assignment_shift_id_volunteer_id",
        "assignment",
        ["shift_id", "volunteer_id"],
        unique=True,
        postgresql_where=sa.text(states),
    )
