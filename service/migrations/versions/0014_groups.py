"""groups with a bot, and messages to them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_group",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hears", postgresql.ARRAY(sa.String(length=40)), nullable=False, comment="kinds of messages"),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_chat_group_area_id_area")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_chat_group_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_group")),
    )
    op.create_index(
        "ix_chat_group_area_id",
        "chat_group",
        ["area_id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.add_column("notification", sa.Column("group_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_notification_group_id_chat_group"), "notification", "chat_group", ["group_id"], ["id"]
    )
    op.drop_constraint(op.f("ck_notification_recipient"), "notification")
    op.create_check_constraint(
        op.f("ck_notification_recipient"),
        "notification",
        "num_nonnulls(volunteer_id, account_id, phone_sealed, group_id) = 1",
    )


def downgrade() -> None:
    op.execute("DELETE FROM delivery USING notification AS n WHERE n.id = notification_id AND n.group_id IS NOT NULL")
    op.execute("DELETE FROM notification WHERE group_id IS NOT NULL")
    op.drop_constraint(op.f("ck_notification_recipient"), "notification")
    op.drop_column("notification", "group_id")
    op.create_check_constraint(
        op.f("ck_notification_recipient"),
        "notification",
        "num_nonnulls(volunteer_id, account_id, phone_sealed) = 1",
    )
    op.drop_table("chat_group")
