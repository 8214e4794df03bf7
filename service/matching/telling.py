"""Why she has no place, told to her: nobody else is named, and nothing is said of people who are kept apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.language import _
from service.matching.blockers import Blocker, Hindrance
from service.matching.explain import LABELS, Known, reasons
from service.matching.models import MatchRun
from service.matching.solution import Unplaced
from service.signups.models import SignUp
from service.terms import MatchRunState

#: Reasons whose sentence names somebody: of these the short form is told, or nothing.
OF_OTHERS = frozenset({Hindrance.RELIEF, Hindrance.TOGETHER})
UNTOLD = frozenset({Hindrance.APART})


def told_to_her(session: Session, signup: SignUp) -> list[str]:
    """What stood in the way of this sign-up in the latest published plan of its shift, each a sentence without its full
    stop; empty where no plan says anything, or nothing that may be told."""
    refused = why_unplaced(session, signup)
    if refused is None:
        return []
    known = _known(session, {blocker.shift_id for blocker in refused.blockers} - {None})
    return [_told(known, refused, blocker) for blocker in refused.blockers if blocker.code not in UNTOLD]


def why_unplaced(session: Session, signup: SignUp) -> Unplaced | None:
    """Why the latest published plan did not place this sign-up; None when none says so.

    The database looks for her line: the solution may be as large as a town.
    """
    shift = session.get_one(Shift, signup.shift_id)
    latest = (
        select(MatchRun.solution.label("solution"), MatchRun.solution["unplaced"].label("unplaced"))
        .where(MatchRun.activity_ids.contains([shift.activity_id]), MatchRun.state == MatchRunState.PUBLISHED)
        .where(MatchRun.from_at <= shift.starts_at, MatchRun.until_at > shift.starts_at)
        .order_by(MatchRun.id.desc())
        .limit(1)
        .subquery()
    )
    lines = func.jsonb_array_elements(latest.c.unplaced["signup_id"])
    line = lines.table_valued(column("signup_id", JSONB), with_ordinality="number").render_derived()

    def hers(name: str) -> ColumnElement[Any]:
        return latest.c.unplaced[name].op("->", return_type=JSONB())(cast(line.c.number - 1, Integer))

    blockers = latest.c.solution["reasons"].op("->", return_type=JSONB())(cast(hers("reasons"), Integer))
    found = session.execute(
        select(hers("person_id"), hers("opening_id"), blockers)
        .select_from(latest.join(line, true()))
        .where(line.c.signup_id == func.to_jsonb(signup.id))
    ).one_or_none()
    if found is None:
        return None
    person_id, opening_id, reasons_kept = found
    kept = {"person_id": person_id, "opening_id": opening_id, "signup_id": signup.id, "blockers": reasons_kept}
    return Unplaced.from_json(kept)


def _told(known: Known, refused: Unplaced, blocker: Blocker) -> str:
    if blocker.code in OF_OTHERS:
        return _(LABELS[blocker.code])
    alone = Unplaced(person_id=refused.person_id, opening_id=refused.opening_id, blockers=(blocker,))
    return reasons(known, alone)[0]


def _known(session: Session, shift_ids: Iterable[int | None]) -> Known:
    """Only the duties that are named, all of them hers or of the crew she asked to be in."""
    rows = session.execute(
        select(Shift.id, Activity.title, Shift.starts_at, Shift.ends_at)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Shift.id.in_(shift_ids))
    ).all()
    return Known(
        names={},
        titles={row.id: row.title for row in rows},
        times={row.id: (row.starts_at, row.ends_at) for row in rows},
        roles={},
    )
