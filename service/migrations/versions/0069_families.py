"""a family signs up together: so many places by one sign-up"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "activity_role",
        sa.Column(
            "most_together",
            sa.SmallInteger(),
            server_default="1",
            nullable=False,
            comment="so many places one sign-up may take: a family's",
        ),
    )
    op.create_check_constraint(
        op.f("ck_activity_role_most_together"), "activity_role", "most_together BETWEEN 1 AND 12"
    )
    for name, comment in (("with_adults", "beside herself"), ("with_children", "under eighteen")):
        column = sa.Column(name, sa.SmallInteger(), server_default="0", nullable=False, comment=comment)
        op.add_column("signup", column)
    op.add_column("signup", sa.Column("guardian_consent_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_signup_family"), "signup", "with_adults >= 0 AND with_children >= 0")
    op.create_check_constraint(
        op.f("ck_signup_guardian_consent"), "signup", "with_children = 0 OR guardian_consent_at IS NOT NULL"
    )
    op.add_column(
        "assignment",
        sa.Column(
            "places",
            sa.SmallInteger(),
            server_default="1",
            nullable=False,
            comment="hers and those of the family she brings",
        ),
    )
    op.create_check_constraint(
        op.f("ck_assignment_places"), "assignment", "places > 0 AND (places = 1 OR NOT is_stand_by)"
    )


def downgrade() -> None:
    """A family counts as the one who signed it up, as before; the others' places are free again."""
    op.execute(
        "UPDATE shift_role AS role SET taken = taken - family.others FROM (SELECT shift_role_id, sum(places - 1) AS"
        " others FROM assignment WHERE state IN ('offered', 'confirmed', 'checked_in', 'completed') OR place_held_until"
        " IS NOT NULL GROUP BY shift_role_id) AS family WHERE family.shift_role_id = role.id"
    )
    op.drop_column("assignment", "places")
    op.drop_constraint(op.f("ck_signup_guardian_consent"), "signup", type_="check")
    op.drop_constraint(op.f("ck_signup_family"), "signup", type_="check")
    for name in ("with_adults", "with_children", "guardian_consent_at"):
        op.drop_column("signup", name)
    op.drop_constraint(op.f("ck_activity_role_most_together"), "activity_role", type_="check")
    op.drop_column("activity_role", "most_together")
