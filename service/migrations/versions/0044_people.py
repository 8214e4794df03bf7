"""who left, and what she gave back then; telephones found by their last digits"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service import secrets

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "volunteer",
        sa.Column("phone_tail", sa.LargeBinary(), nullable=True, comment="digest of the last four digits"),
    )
    op.create_index("ix_volunteer_area_id_phone_tail", "volunteer", ["area_id", "phone_tail"])
    _note_tails()
    op.create_table(
        "departure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signup_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("assignment_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("watch_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_departure_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
    )
    op.create_index("ix_departure_volunteer_id", "departure", ["volunteer_id"])


def _note_tails() -> None:
    """What `volunteers.queries.tail_digest` makes, of the numbers known so far."""
    people = sa.table(
        "volunteer",
        sa.column("id", sa.BigInteger()),
        sa.column("phone_sealed", sa.LargeBinary()),
        sa.column("phone_tail", sa.LargeBinary()),
    )
    connection = op.get_bind()
    known = connection.execute(sa.select(people.c.id, people.c.phone_sealed).where(people.c.phone_sealed.is_not(None)))
    tails = [
        {"number": row.id, "tail": secrets.digest(secrets.unseal(row.phone_sealed)[-4:], purpose="phone_tail")}
        for row in known
    ]
    if tails:
        change = sa.update(people).where(people.c.id == sa.bindparam("number"))
        connection.execute(change.values(phone_tail=sa.bindparam("tail")), tails)


def downgrade() -> None:
    op.drop_table("departure")
    op.drop_index("ix_volunteer_area_id_phone_tail", "volunteer")
    op.drop_column("volunteer", "phone_tail")
