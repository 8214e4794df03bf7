"""who instructs an organisation, with a successor"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guide",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on > from_on", name=op.f("ck_guide_term")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_guide_partner_id_partner")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_guide_volunteer_id_volunteer")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_guide_activity_id_activity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide")),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(partner_id, partner_id, '[]')"), "&&"),
            (sa.literal_column("daterange(from_on, until_on)"), "&&"),
            using="gist",
            name="ex_guide_one_at_a_time",
        ),
    )
    op.create_index(op.f("ix_guide_volunteer_id"), "guide", ["volunteer_id"])
    op.create_index(op.f("ix_guide_activity_id"), "guide", ["activity_id"])


def downgrade() -> None:
    op.drop_table("guide")
