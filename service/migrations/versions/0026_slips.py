"""messages that are handed over on paper"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slip",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("notification_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "link",
            sa.String(length=300),
            nullable=False,
            comment="printed as a code; empty where there is none",
        ),
        sa.Column("needed_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed_by", sa.BigInteger(), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(printed_at IS NULL) = (printed_by IS NULL)", name=op.f("ck_slip_printed")),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name=op.f("fk_slip_notification_id_notification")
        ),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_slip_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip")),
        sa.UniqueConstraint("notification_id", name=op.f("uq_slip_notification_id")),
    )
    op.create_index(
        "ix_slip_area_id_waiting", "slip", ["area_id", "id"], postgresql_where=sa.text("printed_at IS NULL")
    )


def downgrade() -> None:
    op.drop_table("slip")
