"""whom to call if something happens; how large somebody reads"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "emergency_contact",
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_emergency_contact_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("volunteer_id", name=op.f("pk_emergency_contact")),
    )
    op.add_column(
        "volunteer",
        sa.Column("text_size", sa.String(length=10), nullable=True, comment="where she logs in; null: not chosen"),
    )


def downgrade() -> None:
    op.drop_column("volunteer", "text_size")
    op.drop_table("emergency_contact")
