"""the refusals of a plan lie in rows of their own, some hundred in each"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

#: Every refusal: of solutions that tell them one by one, and of those with columns, each set of reasons once.
REFUSALS = """
    CREATE TEMPORARY TABLE refused ON COMMIT DROP AS
    SELECT run.id AS match_run_id, CAST(told.value ->> 'signup_id' AS bigint) AS signup_id, told.value AS refusal
    FROM match_run AS run, jsonb_array_elements(run.solution -> 'unplaced') AS told (value)
    WHERE jsonb_typeof(run.solution -> 'unplaced') = 'array'
    UNION ALL
    SELECT told.match_run_id, CAST(told.signup_id AS bigint), jsonb_build_object('person_id', told.person_id,
           'opening_id', told.opening_id, 'signup_id', told.signup_id, 'blockers', said.blockers)
    FROM (
        SELECT run.id AS match_run_id, columns.*
        FROM match_run AS run, ROWS FROM (
            jsonb_array_elements(run.solution #> '{unplaced,person_id}'),
            jsonb_array_elements(run.solution #> '{unplaced,opening_id}'),
            jsonb_array_elements(run.solution #> '{unplaced,signup_id}'),
            jsonb_array_elements(run.solution #> '{unplaced,reasons}')
        ) AS columns (person_id, opening_id, signup_id, reason)
        WHERE jsonb_typeof(run.solution -> 'unplaced') = 'object'
    ) AS told
    JOIN (
        SELECT run.id AS match_run_id, each.blockers, each.number - 1 AS reason
        FROM match_run AS run,
             jsonb_array_elements(run.solution -> 'reasons') WITH ORDINALITY AS each (blockers, number)
    ) AS said ON said.match_run_id = told.match_run_id AND said.reason = CAST(told.reason AS bigint)
"""
#: As many in a row as service/matching/refusals.py writes.
MOVE = """
    INSERT INTO match_refusals (match_run_id, first_signup_id, refusals)
    SELECT match_run_id, min(signup_id), jsonb_agg(refusal ORDER BY signup_id)
    FROM (
        SELECT *, (row_number() OVER (PARTITION BY match_run_id ORDER BY signup_id) - 1) / 200 AS number FROM refused
    ) AS numbered
    GROUP BY match_run_id, number
"""
MOVE_BACK = """
    UPDATE match_run AS run SET solution = run.solution || jsonb_build_object('unplaced', kept.unplaced)
    FROM (
        SELECT match_run_id, jsonb_agg(told.value ORDER BY CAST(told.value ->> 'person_id' AS bigint),
                                       CAST(told.value ->> 'opening_id' AS bigint)) AS unplaced
        FROM match_refusals, jsonb_array_elements(refusals) AS told (value)
        GROUP BY match_run_id
    ) AS kept
    WHERE run.id = kept.match_run_id
"""


def upgrade() -> None:
    op.create_table(
        "match_refusals",
        sa.Column("match_run_id", sa.BigInteger(), nullable=False),
        sa.Column("first_signup_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "refusals",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="solution.Unplaced, by sign-up",
        ),
        sa.ForeignKeyConstraint(
            ["match_run_id"], ["match_run.id"], name=op.f("fk_match_refusals_match_run_id_match_run")
        ),
        sa.PrimaryKeyConstraint("match_run_id", "first_signup_id", name=op.f("pk_match_refusals")),
    )
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute(REFUSALS)
    op.execute(MOVE)
    op.execute(
        "UPDATE match_run SET solution = jsonb_set(solution - 'reasons', '{unplaced}', '[]') WHERE solution IS NOT NULL"
    )
    op.alter_column("match_run", "solution", comment="but for its refusals")


def downgrade() -> None:
    op.alter_column("match_run", "solution", comment=None)
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute(MOVE_BACK)
    op.drop_table("match_refusals")
