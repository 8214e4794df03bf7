"""who waits for a course moves up in the order of asking, without ties"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("number", sa.Integer(), nullable=True))
    op.execute(
        """UPDATE enrolment SET number = counted.number FROM (
             SELECT activity_id, volunteer_id,
                    row_number() OVER (PARTITION BY activity_id ORDER BY asked_at, volunteer_id) AS number
             FROM enrolment) AS counted
           WHERE enrolment.activity_id = counted.activity_id AND enrolment.volunteer_id = counted.volunteer_id"""
    )
    op.alter_column("enrolment", "number", nullable=False)
    op.create_unique_constraint(op.f("uq_enrolment_activity_id_number"), "enrolment", ["activity_id", "number"])


def downgrade() -> None:
    op.drop_column("enrolment", "number")
