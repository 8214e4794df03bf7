"""courses, who learns in them, who was there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "activity",
        sa.Column(
            "is_loud",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="is heard all around: never in quiet hours",
        ),
    )
    op.create_table(
        "course",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=False),
        sa.Column("days_needed", sa.SmallInteger(), nullable=True),
        sa.Column("gives", sa.String(length=40), nullable=False),
        sa.Column("valid_months", sa.SmallInteger(), nullable=True),
        sa.Column("taught_by", sa.String(length=80), nullable=False, comment="a school, a fire brigade: from outside"),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_course_capacity")),
        sa.CheckConstraint("days_needed > 0", name=op.f("ck_course_days_needed")),
        sa.CheckConstraint("valid_months > 0", name=op.f("ck_course_valid_months")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_course_activity_id_activity")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_course")),
    )
    op.create_table(
        "enrolment",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed_by", sa.BigInteger(), nullable=True, comment="account that enrolled her"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.ForeignKeyConstraint(["activity_id"], ["course.activity_id"], name=op.f("fk_enrolment_activity_id_course")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_enrolment_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("activity_id", "volunteer_id", name=op.f("pk_enrolment")),
    )
    op.create_index("ix_enrolment_volunteer_id", "enrolment", ["volunteer_id"])
    op.create_table(
        "course_attendance",
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_course_attendance_shift_id_shift")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_course_attendance_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("shift_id", "volunteer_id", name=op.f("pk_course_attendance")),
    )


def downgrade() -> None:
    op.drop_table("course_attendance")
    op.drop_table("enrolment")
    op.drop_table("course")
    op.drop_column("activity", "is_loud")
