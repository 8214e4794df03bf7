"""what is found on duty, and where it is carried"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carrying",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_carrying_activity_id_activity")),
        sa.ForeignKeyConstraint(["to_id"], ["activity.id"], name=op.f("fk_carrying_to_id_activity")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_carrying")),
    )
    op.create_index("ix_carrying_to_id", "carrying", ["to_id"])
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True, comment="the coordinator who wrote it"),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=500), nullable=False, server_default=""),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_in_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome = '')", name=op.f("ck_finding_settled")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_finding_area_id_area")),
        sa.ForeignKeyConstraint(["place_id"], ["area.id"], name=op.f("fk_finding_place_id_area")),
        sa.ForeignKeyConstraint(["settled_in_id"], ["shift.id"], name=op.f("fk_finding_settled_in_id_shift")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_finding_shift_id_shift")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_finding_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index("ix_finding_shift_id", "finding", ["shift_id"])
    op.create_index(
        "ix_finding_area_id_open", "finding", ["area_id", "id"], postgresql_where=sa.text("settled_at IS NULL")
    )


def downgrade() -> None:
    op.drop_table("finding")
    op.drop_table("carrying")
