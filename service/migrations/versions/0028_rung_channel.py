"""each rung of a ladder names the channel over which its people are asked"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

#: Each rung anew, in its place; `{each}` makes a rung of the rung `r`.
_RUNGS = """UPDATE {table} SET rungs = (
    SELECT coalesce(jsonb_agg({each} ORDER BY place), '[]')
    FROM jsonb_array_elements(rungs) WITH ORDINALITY AS t(r, place)
)"""
_CHANNEL = """(r - 'by_phone') || jsonb_build_object(
    'channel', CASE WHEN (r->>'by_phone')::boolean THEN 'call_list' END)"""
_BY_PHONE = """(r - 'channel') || jsonb_build_object(
    'by_phone', coalesce(r->>'channel', '') = 'call_list')"""


def upgrade() -> None:
    op.add_column("invitation", sa.Column("channel", sa.String(length=20), nullable=True))
    op.execute("UPDATE invitation SET channel = 'call_list' WHERE by_phone")
    op.drop_column("invitation", "by_phone")
    for table in ("ladder", "backfill"):
        op.execute(_RUNGS.format(table=table, each=_CHANNEL))


def downgrade() -> None:
    op.add_column("invitation", sa.Column("by_phone", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE invitation SET by_phone = true WHERE channel = 'call_list'")
    op.alter_column("invitation", "by_phone", server_default=None)
    op.drop_column("invitation", "channel")
    for table in ("ladder", "backfill"):
        op.execute(_RUNGS.format(table=table, each=_BY_PHONE))
