"""who serves with whom"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "company_rule",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("children", sa.SmallInteger(), server_default="0", nullable=False, comment="expected in each shift"),
        sa.Column(
            "per_adult",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="children for one adult at most; 0: no ratio",
        ),
        sa.Column("pairs_newcomers", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "held_together",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="all roles reach their minimum, or nobody is placed",
        ),
        sa.Column(
            "most_faces",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="different people one place sees at most; 0: no limit",
        ),
        sa.CheckConstraint("children >= 0 AND per_adult >= 0 AND most_faces >= 0", name=op.f("ck_company_rule_counts")),
        sa.CheckConstraint("per_adult = 0 OR children > 0", name=op.f("ck_company_rule_ratio")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_company_rule_activity_id_activity")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_company_rule")),
    )
    op.create_table(
        "bond",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=False, comment="account"),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_bond_order")),
        sa.ForeignKeyConstraint(["other_id"], ["volunteer.id"], name=op.f("fk_bond_other_id_volunteer")),
        sa.ForeignKeyConstraint(["person_id"], ["volunteer.id"], name=op.f("fk_bond_person_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bond")),
        sa.UniqueConstraint("person_id", "other_id", name=op.f("uq_bond_person_id_other_id")),
    )
    op.create_index("ix_bond_other_id", "bond", ["other_id"])


def downgrade() -> None:
    op.drop_table("bond")
    op.drop_table("company_rule")
