"""routes of ordered stops, and who has been there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "route",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("at_once", sa.SmallInteger(), nullable=True),
        sa.Column("within_days", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("at_once > 0 AND within_days > 0", name=op.f("ck_route_positive")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_route_activity_id_activity")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_route_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_route_activity_id")),
    )
    op.create_table(
        "route_stop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("route_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("checks", postgresql.ARRAY(sa.String(length=80)), nullable=False),
        sa.Column("on_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["area.id"], name=op.f("fk_route_stop_place_id_area")),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name=op.f("fk_route_stop_route_id_route")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_stop")),
    )
    op.create_index(
        "uq_route_stop_standing",
        "route_stop",
        ["route_id", "place_id", "name"],
        unique=True,
        postgresql_where=sa.text("off_at IS NULL"),
    )
    op.create_table(
        "stop_visit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("wrong", postgresql.ARRAY(sa.String(length=80)), nullable=False),
        sa.Column("finding_id", sa.BigInteger(), nullable=True),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_stop_visit_finding_id_finding")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_stop_visit_shift_id_shift")),
        sa.ForeignKeyConstraint(["stop_id"], ["route_stop.id"], name=op.f("fk_stop_visit_stop_id_route_stop")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_stop_visit_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_visit")),
        sa.UniqueConstraint("shift_id", "stop_id", name=op.f("uq_stop_visit_shift_id_stop_id")),
    )
    op.create_index("ix_stop_visit_stop_id", "stop_visit", ["stop_id"])


def downgrade() -> None:
    op.drop_table("stop_visit")
    op.drop_table("route_stop")
    op.drop_table("route")
