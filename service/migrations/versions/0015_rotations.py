"""rotations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rotation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("block_hours", sa.SmallInteger(), nullable=False),
        sa.Column("cycle", sa.SmallInteger(), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("no_nights_from", sa.SmallInteger(), nullable=False),
        sa.Column("nights_a_week", sa.SmallInteger(), nullable=False),
        sa.Column("dealt_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (close_reason IS NULL)", name=op.f("ck_rotation_closed")),
        sa.CheckConstraint("cycle BETWEEN 1 AND 4", name=op.f("ck_rotation_cycle")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_rotation_activity_id_activity")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_rotation_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_rotation_activity_id")),
    )
    op.create_index("ix_rotation_area_id_id", "rotation", ["area_id", "id"], unique=False)
    op.create_table(
        "rotation_deal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("rotation_id", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "moves_offers", sa.Boolean(), nullable=False, comment="who has not answered may be passed over again"
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dealt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_proven", sa.Boolean(), nullable=False),
        sa.Column("gaps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unmet", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "taken_back", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="offers it would take back"
        ),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_rotation_deal_window")),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotation.id"], name=op.f("fk_rotation_deal_rotation_id_rotation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_deal")),
    )
    op.create_index("ix_rotation_deal_rotation_id_id", "rotation_deal", ["rotation_id", "id"], unique=False)
    op.create_index(
        "uq_rotation_deal_requested",
        "rotation_deal",
        ["rotation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_table(
        "rotation_party",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rotation_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("weeks", sa.String(length=4), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocks", sa.Integer(), nullable=False, comment="credited when it joined"),
        sa.Column("nights", sa.Integer(), nullable=False),
        sa.Column("weekends", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotation.id"], name=op.f("fk_rotation_party_rotation_id_rotation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_party")),
    )
    op.create_index(op.f("ix_rotation_party_rotation_id"), "rotation_party", ["rotation_id"], unique=False)
    op.create_table(
        "rotation_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rotation_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_id"], ["rotation_party.id"], name=op.f("fk_rotation_member_party_id_rotation_party")
        ),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotation.id"], name=op.f("fk_rotation_member_rotation_id_rotation")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_rotation_member_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_member")),
    )
    op.create_index(op.f("ix_rotation_member_party_id"), "rotation_member", ["party_id"], unique=False)
    op.create_index("ix_rotation_member_volunteer_id", "rotation_member", ["volunteer_id"], unique=False)
    op.create_index(
        "uq_rotation_member_current",
        "rotation_member",
        ["rotation_id", "volunteer_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "hand_over_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(volunteer_id IS NULL) <> (account_id IS NULL)", name=op.f("ck_hand_over_note_author")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_hand_over_note_shift_id_shift")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_hand_over_note_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over_note")),
    )
    op.create_index("ix_hand_over_note_shift_id_id", "hand_over_note", ["shift_id", "id"], unique=False)
    op.create_table(
        "rotation_absence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_rotation_absence_dates")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["rotation_member.id"], name=op.f("fk_rotation_absence_member_id_rotation_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_absence")),
    )
    op.create_index(op.f("ix_rotation_absence_member_id"), "rotation_absence", ["member_id"], unique=False)
    op.create_table(
        "rotation_wish",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False, comment="1 is Monday"),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("weeks", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["rotation_member.id"], name=op.f("fk_rotation_wish_member_id_rotation_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_wish")),
        sa.UniqueConstraint("member_id", "weekday", "starts", name=op.f("uq_rotation_wish_member_id_weekday_starts")),
    )
    op.create_table(
        "rotation_turn",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_role_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("is_wish", sa.Boolean(), nullable=False),
        sa.Column("had", sa.Integer(), nullable=False),
        sa.Column("passed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_rotation_turn_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["rotation_deal.id"], name=op.f("fk_rotation_turn_deal_id_rotation_deal")),
        sa.ForeignKeyConstraint(
            ["shift_role_id"], ["shift_role.id"], name=op.f("fk_rotation_turn_shift_role_id_shift_role")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_rotation_turn_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_turn")),
        sa.UniqueConstraint(
            "deal_id", "shift_role_id", "volunteer_id", name=op.f("uq_rotation_turn_deal_id_shift_role_id_volunteer_id")
        ),
    )
    op.create_index(
        "ix_rotation_turn_assignment_id",
        "rotation_turn",
        ["assignment_id"],
        unique=False,
        postgresql_where=sa.text("assignment_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_rotation_turn_assignment_id",
        table_name="rotation_turn",
        postgresql_where=sa.text("assignment_id IS NOT NULL"),
    )
    op.drop_table("rotation_turn")
    op.drop_table("rotation_wish")
    op.drop_index(op.f("ix_rotation_absence_member_id"), table_name="rotation_absence")
    op.drop_table("rotation_absence")
    op.drop_index("ix_hand_over_note_shift_id_id", table_name="hand_over_note")
    op.drop_table("hand_over_note")
    op.drop_index(
        "uq_rotation_member_current", table_name="rotation_member", postgresql_where=sa.text("left_at IS NULL")
    )
    op.drop_index("ix_rotation_member_volunteer_id", table_name="rotation_member")
    op.drop_index(op.f("ix_rotation_member_party_id"), table_name="rotation_member")
    op.drop_table("rotation_member")
    op.drop_index(op.f("ix_rotation_party_rotation_id"), table_name="rotation_party")
    op.drop_table("rotation_party")
    op.drop_index(
        "uq_rotation_deal_requested", table_name="rotation_deal", postgresql_where=sa.text("state = 'requested'")
    )
    op.drop_index("ix_rotation_deal_rotation_id_id", table_name="rotation_deal")
    op.drop_table("rotation_deal")
    op.drop_index("ix_rotation_area_id_id", table_name="rotation")
    op.drop_table("rotation")
