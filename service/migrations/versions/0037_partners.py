"""partner organisations and co-hosts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_partner_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
    )
    op.create_index(
        "uq_partner_area_id_name",
        "partner",
        ["area_id", "name"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "partner_member",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_member_partner_id_partner")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_partner_member_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("partner_id", "volunteer_id", name=op.f("pk_partner_member")),
    )
    op.create_index("ix_partner_member_volunteer_id", "partner_member", ["volunteer_id"])
    op.create_table(
        "co_host",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(team_id IS NULL) <> (partner_id IS NULL)", name=op.f("ck_co_host_one")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_co_host_activity_id_activity")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_co_host_team_id_team")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_co_host_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_co_host")),
        sa.UniqueConstraint("activity_id", "team_id", name=op.f("uq_co_host_activity_id_team_id")),
        sa.UniqueConstraint("activity_id", "partner_id", name=op.f("uq_co_host_activity_id_partner_id")),
    )
    op.create_index("ix_co_host_team_id", "co_host", ["team_id"])
    op.create_index("ix_co_host_partner_id", "co_host", ["partner_id"])
    op.create_table(
        "co_host_role",
        sa.Column("co_host_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_role_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["co_host_id"], ["co_host.id"], name=op.f("fk_co_host_role_co_host_id_co_host"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["activity_role_id"],
            ["activity_role.id"],
            name=op.f("fk_co_host_role_activity_role_id_activity_role"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("co_host_id", "activity_role_id", name=op.f("pk_co_host_role")),
    )


def downgrade() -> None:
    for table in ("co_host_role", "co_host", "partner_member", "partner"):
        op.drop_table(table)
