"""inspections are scored; what must be published is written down"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_sheet",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False, comment="points below which a place is looked after"),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_score_sheet_activity_id_activity")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_score_sheet")),
    )
    op.create_table(
        "score",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.SmallInteger(), nullable=False),
        sa.Column("out_of", sa.SmallInteger(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("finding_id", sa.BigInteger(), nullable=True),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("0 <= total AND total <= out_of", name=op.f("ck_score_total")),
        *(
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{table}.id"], name=op.f(f"fk_score_{name}_id_{table}"))
            for name, table in (
                ("area", "area"),
                ("activity", "activity"),
                ("shift", "shift"),
                ("stop", "route_stop"),
                ("finding", "finding"),
                ("volunteer", "volunteer"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("shift_id", "stop_id", name=op.f("uq_score_shift_id_stop_id")),
    )
    op.create_index(op.f("ix_score_activity_id"), "score", ["activity_id"])
    op.create_table(
        "disclosure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("every_months", sa.SmallInteger(), nullable=True),
        sa.Column("where", sa.String(length=200), nullable=False, comment="where it was published"),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=True, comment="account"),
        sa.Column("account_id", sa.BigInteger(), nullable=True, comment="who asked for it"),
        sa.CheckConstraint("every_months > 0", name=op.f("ck_disclosure_every_months")),
        sa.CheckConstraint("(done_on IS NULL) = (done_at IS NULL)", name=op.f("ck_disclosure_done")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_disclosure_area_id_area")),
        sa.ForeignKeyConstraint(["owner_id"], ["volunteer.id"], name=op.f("fk_disclosure_owner_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
    )
    op.create_index(op.f("ix_disclosure_area_id_due_on"), "disclosure", ["area_id", "due_on"])


def downgrade() -> None:
    for table in ("disclosure", "score", "score_sheet"):
        op.drop_table(table)
