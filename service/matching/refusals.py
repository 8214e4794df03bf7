"""The refusals of a stored plan, in rows of some hundred: written and read one after another, and one person's alone.

Of 100,000 people they are a million and a half, and most of what is stored of a plan (docs/decisions/0044).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import BigInteger, Select, any_, cast, column, func, insert, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from service.matching.models import Refusals
from service.matching.solution import Unplaced

#: So many lie in one row: few enough to be read for one person, enough to be compressed together.
IN_A_ROW = 200
#: So many rows are written or read in one turn.
ROWS = 50


def write(session: Session, match_run_id: int, unplaced: Collection[Unplaced]) -> None:
    """Keep the refusals of a run that has none yet."""
    ordered = sorted(unplaced, key=_signup)
    firsts = range(0, len(ordered), IN_A_ROW)
    for at in range(0, len(firsts), ROWS):
        rows = [_row(match_run_id, ordered[first : first + IN_A_ROW]) for first in firsts[at : at + ROWS]]
        session.execute(insert(Refusals), rows)


def read(session: Session, match_run_id: int) -> Iterator[Unplaced]:
    """All refusals of a run, by sign-up."""
    return map(Unplaced.from_json, _stored(session, match_run_id))


def who(session: Session, match_run_id: int) -> Iterator[tuple[int, int]]:
    """(person, sign-up) of each, by sign-up."""
    return ((one["person_id"], one["signup_id"]) for one in _stored(session, match_run_id))


def count(session: Session, match_run_id: int) -> int:
    """How many sign-ups a run refused."""
    total = func.sum(func.jsonb_array_length(Refusals.refusals))
    return session.scalar(select(total).where(Refusals.match_run_id == match_run_id)) or 0


def of_openings(session: Session, match_run_id: int, opening_ids: Collection[int]) -> list[Unplaced]:
    """The refusals of a run for these openings, by person and opening. The database goes through all of them."""
    of_row = func.jsonb_array_elements(Refusals.refusals).table_valued(column("value", JSONB)).render_derived()
    refused = of_row.c.value
    found = session.scalars(
        select(refused)
        .select_from(Refusals)
        .join(of_row, true())
        .where(Refusals.match_run_id == match_run_id)
        .where(cast(refused["opening_id"], BigInteger) == any_(literal(sorted(opening_ids), ARRAY(BigInteger))))
    )
    return sorted(map(Unplaced.from_json, found), key=lambda one: (one.person_id, one.opening_id))


def of_signup(session: Session, run: Select[int], signup_id: int) -> Unplaced | None:
    """Why the run that this selects did not place a sign-up; None when it says nothing of it. Reads one row."""
    found = session.scalar(
        select(Refusals.refusals)
        .where(Refusals.match_run_id == run.scalar_subquery(), Refusals.first_signup_id <= signup_id)
        .order_by(Refusals.first_signup_id.desc())
        .limit(1)
    )
    return next((Unplaced.from_json(one) for one in found or () if one["signup_id"] == signup_id), None)


def _row(match_run_id: int, unplaced: list[Unplaced]) -> dict[str, Any]:
    return {
        "match_run_id": match_run_id,
        "first_signup_id": _signup(unplaced[0]),
        "refusals": [one.to_json() for one in unplaced],
    }


def _signup(unplaced: Unplaced) -> int:
    """Whoever is refused has asked, and nobody asks for a place in a community but by a sign-up."""
    assert unplaced.signup_id is not None  # noqa: S101 (problems in files have some without, and are not stored)
    return unplaced.signup_id


def _stored(session: Session, match_run_id: int) -> Iterator[dict[str, Any]]:
    rows = session.scalars(
        select(Refusals.refusals)
        .where(Refusals.match_run_id == match_run_id)
        .order_by(Refusals.first_signup_id)
        .execution_options(yield_per=ROWS)
    )
    return (one for row in rows for one in row)
