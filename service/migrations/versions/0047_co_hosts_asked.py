"""a co-host is asked before it is one"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("co_host", sa.Column("state", sa.String(length=20), nullable=False, server_default="accepted"))
    op.alter_column("co_host", "state", server_default=None)
    op.alter_column("co_host", "joined_at", new_column_name="asked_at", nullable=True)
    op.add_column("co_host", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE co_host SET answered_at = asked_at")
    op.add_column("co_host", sa.Column("answered_by", sa.BigInteger(), nullable=True, comment="account"))
    op.add_column("co_host", sa.Column("reason", sa.String(length=200), nullable=False, server_default=""))
    op.alter_column("co_host", "reason", server_default=None)
    op.create_check_constraint(op.f("ck_co_host_asked"), "co_host", "(state = 'to_ask') = (asked_at IS NULL)")
    op.create_check_constraint(
        op.f("ck_co_host_answered"), "co_host", "(state IN ('accepted', 'declined')) = (answered_at IS NOT NULL)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM co_host WHERE state <> 'accepted'")
    op.drop_constraint(op.f("ck_co_host_answered"), "co_host", type_="check")
    op.drop_constraint(op.f("ck_co_host_asked"), "co_host", type_="check")
    for column in ("reason", "answered_by", "answered_at", "state"):
        op.drop_column("co_host", column)
    op.alter_column("co_host", "asked_at", new_column_name="joined_at", nullable=False)
