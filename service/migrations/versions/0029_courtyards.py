"""what courtyards are, and who answers for them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "courtyard",
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("is_managed", sa.Boolean(), nullable=True),
        sa.Column("manager", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("built_in", sa.SmallInteger(), nullable=True, comment="year"),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_courtyard_area_id_area")),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_courtyard")),
    )
    op.create_table(
        "charge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("is_substitute", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("entrusted_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.Column("entrusted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on > from_on", name=op.f("ck_charge_term")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_charge_area_id_area")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_charge_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(area_id, area_id, '[]')"), "&&"),
            (sa.literal_column("int4range(is_substitute::int, is_substitute::int, '[]')"), "&&"),
            (sa.literal_column("daterange(from_on, until_on)"), "&&"),
            using="gist",
            name="ex_charge_one_at_a_time",
        ),
    )
    op.create_index("ix_charge_volunteer_id", "charge", ["volunteer_id"])


def downgrade() -> None:
    op.drop_table("charge")
    op.drop_table("courtyard")
