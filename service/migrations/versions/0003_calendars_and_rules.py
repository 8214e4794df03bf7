"""calendars, and series by rule"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: The weekday numbers of before as a rule of now.
_AS_RULE = """
UPDATE series SET rule = CASE WHEN cardinality(weekdays) = 7 THEN 'FREQ=DAILY' ELSE 'FREQ=WEEKLY;BYDAY=' || (
    SELECT string_agg((ARRAY['MO','TU','WE','TH','FR','SA','SU'])[day], ',' ORDER BY day) FROM unnest(weekdays) AS day
) END
"""


def upgrade() -> None:
    op.create_table(
        "holiday_notice",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_holiday_notice")),
    )
    op.create_table(
        "holiday_notice_day",
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("is_work", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["year"], ["holiday_notice.year"], name=op.f("fk_holiday_notice_day_year_holiday_notice")
        ),
        sa.PrimaryKeyConstraint("on_date", name=op.f("pk_holiday_notice_day")),
    )
    op.create_index("ix_holiday_notice_day_year", "holiday_notice_day", ["year"], unique=False)
    op.create_table(
        "school_term",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_school_term_dates")),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(area_id, area_id, '[]')"), "&&"),
            (sa.literal_column("daterange(from_on, until_on, '[]')"), "&&"),
            name="ex_school_term_one_at_a_time",
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_school_term_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_term")),
    )
    op.add_column("series", sa.Column("rule", sa.String(length=120), nullable=True))
    op.add_column("series", sa.Column("dawn_offset", sa.SmallInteger(), nullable=True, comment="minutes after sunrise"))
    op.add_column(
        "series",
        sa.Column("laid_out_until", sa.Date(), nullable=True, comment="up to this date every shift exists"),
    )
    op.execute(_AS_RULE)
    op.alter_column("series", "rule", nullable=False)
    op.alter_column("series", "until_on", nullable=True)
    op.drop_column("series", "weekdays")
    op.add_column("occurrence", sa.Column("is_off", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("occurrence", "is_off", server_default=None)
    op.add_column("occurrence", sa.Column("is_unsettled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("occurrence", "is_unsettled", server_default=None)
    op.create_index(
        "ix_occurrence_unsettled", "occurrence", ["activity_id"], unique=False, postgresql_where=sa.text("is_unsettled")
    )


def downgrade() -> None:
    raise NotImplementedError("rules that are not weekly cannot be said in weekdays")
