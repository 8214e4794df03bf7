"""warnings of high temperature, and what is outdoors"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "activity",
        sa.Column(
            "is_outdoors",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="under the open sky: minds warnings of high temperature",
        ),
    )
    op.create_table(
        "heat_warning",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=False, comment="account"),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_heat_warning_dates")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_heat_warning_withdrawn")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_heat_warning_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heat_warning")),
    )
    op.create_index(
        "ix_heat_warning_area_id",
        "heat_warning",
        ["area_id", "until_on"],
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    """What was told of warnings goes with them: nobody knows such facts without their rows."""
    op.execute(
        "DELETE FROM outbox_reaction WHERE event_id IN (SELECT id FROM outbox_event WHERE kind = 'HeatWarningChanged')"
    )
    op.execute("DELETE FROM outbox_event WHERE kind = 'HeatWarningChanged'")
    op.drop_table("heat_warning")
    op.drop_column("activity", "is_outdoors")
