"""risk notices to be confirmed before a place is taken"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "activity", sa.Column("must_confirm_risk", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "activity",
        sa.Column(
            "risk_version",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="number of the risk notice last to be confirmed",
        ),
    )
    op.create_table(
        "risk_text",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_risk_text_activity_id_activity")),
        sa.PrimaryKeyConstraint("activity_id", "version", name=op.f("pk_risk_text")),
    )
    op.create_table(
        "risk_confirmation",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.String(length=10), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.ForeignKeyConstraint(
            ["activity_id", "version"],
            ["risk_text.activity_id", "risk_text.version"],
            name=op.f("fk_risk_confirmation_activity_id_risk_text"),
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_risk_confirmation_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("activity_id", "version", "volunteer_id", name=op.f("pk_risk_confirmation")),
    )


def downgrade() -> None:
    op.drop_table("risk_confirmation")
    op.drop_table("risk_text")
    op.drop_column("activity", "risk_version")
    op.drop_column("activity", "must_confirm_risk")
