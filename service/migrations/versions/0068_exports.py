"""personal data is taken out with a second person's yes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("scope_ids", ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_alone", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=200), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decided_by <> account_id", name=op.f("ck_export_second_person")),
        sa.CheckConstraint("(state = 'allowed') = (open_until IS NOT NULL)", name=op.f("ck_export_open_until")),
        sa.CheckConstraint("state <> 'allowed' OR is_alone OR decided_by IS NOT NULL", name=op.f("ck_export_decided")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_export_area_id_area")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_export_account_id_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_export_decided_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index("ix_export_account_id_id", "export", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_export_asked", "export", ["asked_at"], unique=False, postgresql_where=sa.text("state = 'asked'")
    )


def downgrade() -> None:
    op.drop_table("export")
