"""pupils, who may fetch them, and the sheet of each day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pupil",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_how", sa.String(length=10), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True, comment="account that wrote the consent down"),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(left_at IS NULL) = (name_sealed IS NOT NULL)", name=op.f("ck_pupil_name")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_pupil_area_id_area")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_pupil_activity_id_activity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pupil")),
    )
    op.create_index("ix_pupil_activity_id", "pupil", ["activity_id"])
    op.create_table(
        "pupil_guardian",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("pupil_id", sa.BigInteger(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kinship", sa.String(length=20), nullable=False),
        sa.Column("gave_consent", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_pupil_guardian_pupil_id_pupil")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pupil_guardian")),
        sa.UniqueConstraint("pupil_id", "id", name=op.f("uq_pupil_guardian_pupil_id_id")),
    )
    op.create_table(
        "pupil_day",
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("pupil_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.Column("handed_to", sa.BigInteger(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.CheckConstraint("(handed_to IS NULL) = (handed_at IS NULL)", name=op.f("ck_pupil_day_handed_at")),
        sa.CheckConstraint("handed_to IS NULL OR state = 'came'", name=op.f("ck_pupil_day_handed_to")),
        sa.ForeignKeyConstraint(
            ["pupil_id", "handed_to"],
            ["pupil_guardian.pupil_id", "pupil_guardian.id"],
            name=op.f("fk_pupil_day_pupil_id_pupil_guardian"),
        ),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_pupil_day_pupil_id_pupil")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_pupil_day_shift_id_shift")),
        sa.PrimaryKeyConstraint("shift_id", "pupil_id", name=op.f("pk_pupil_day")),
    )


def downgrade() -> None:
    for table in ("pupil_day", "pupil_guardian", "pupil"):
        op.drop_table(table)
