"""people are seen one by one: how, who sits where, and who has an appointment"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consultation",
        sa.Column("activity_role_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_minutes", sa.SmallInteger(), nullable=False),
        sa.Column(
            "rooms",
            postgresql.ARRAY(sa.String(length=20)),
            nullable=False,
            comment="by their names; a room's number is its place",
        ),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 180", name=op.f("ck_consultation_slot_minutes")),
        sa.CheckConstraint("cardinality(rooms) > 0", name=op.f("ck_consultation_rooms")),
        sa.ForeignKeyConstraint(
            ["activity_role_id"], ["activity_role.id"], name=op.f("fk_consultation_activity_role_id_activity_role")
        ),
        sa.PrimaryKeyConstraint("activity_role_id", name=op.f("pk_consultation")),
    )
    op.create_table(
        "sitting",
        sa.Column("shift_role_id", sa.BigInteger(), nullable=False),
        sa.Column("room", sa.SmallInteger(), nullable=False, comment="from 0, as in consultation.rooms"),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["shift_role_id"], ["shift_role.id"], name=op.f("fk_sitting_shift_role_id_shift_role")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_sitting_assignment_id_assignment")),
        sa.PrimaryKeyConstraint("shift_role_id", "room", name=op.f("pk_sitting")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_sitting_assignment_id")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_role_id", sa.BigInteger(), nullable=False),
        sa.Column("room", sa.SmallInteger(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_digest", sa.LargeBinary(), nullable=True),
        sa.Column("has_mobile", sa.Boolean(), nullable=False, comment="text messages reach her"),
        sa.Column("asked_how", sa.String(length=20), nullable=True, comment="null: she typed it herself"),
        sa.Column("typed_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts what she is to be told"),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(forgotten_at IS NULL) = (name_sealed IS NOT NULL)", name=op.f("ck_appointment_forgotten")),
        sa.CheckConstraint(
            "forgotten_at IS NULL OR (phone_sealed IS NULL AND phone_digest IS NULL)", name=op.f("ck_appointment_phone")
        ),
        sa.CheckConstraint("(typed_by IS NULL) = (asked_how IS NULL)", name=op.f("ck_appointment_asked_how")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_appointment_area_id_area")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_appointment_shift_id_shift")),
        sa.ForeignKeyConstraint(
            ["shift_role_id"], ["shift_role.id"], name=op.f("fk_appointment_shift_role_id_shift_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(
        "uq_appointment_slot",
        "appointment",
        ["shift_role_id", "room", "slot"],
        unique=True,
        postgresql_where="state IN ('booked', 'offered')",
    )
    op.create_index("ix_appointment_shift_id", "appointment", ["shift_id"], postgresql_where="forgotten_at IS NULL")


def downgrade() -> None:
    for table in ("appointment", "sitting", "consultation"):
        op.drop_table(table)
