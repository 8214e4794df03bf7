"""roles may ask for tags; children are counted where pupils are enrolled"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "activity_role",
        sa.Column(
            "tags",
            postgresql.ARRAY(sa.String(length=40)),
            server_default="{}",
            nullable=False,
            comment="one of them is asked for; none: no matter",
        ),
    )
    op.drop_constraint("ck_company_rule_ratio", "company_rule")
    op.alter_column("company_rule", "children", comment="in each shift, while none are enrolled")


def downgrade() -> None:
    op.alter_column("company_rule", "children", comment="expected in each shift")
    op.create_check_constraint(op.f("ck_company_rule_ratio"), "company_rule", "per_adult = 0 OR children > 0")
    op.drop_column("activity_role", "tags")
