"""Why she has no place, told to her: nobody else is named, and nothing is said of people who are kept apart."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.language import _
from service.matching import refusals
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
    """Why the latest published plan did not place this sign-up; None when none says so."""
    shift = session.get_one(Shift, signup.shift_id)
    latest = (
        select(MatchRun.id)
        .where(MatchRun.activity_ids.contains([shift.activity_id]), MatchRun.state == MatchRunState.PUBLISHED)
        .where(MatchRun.from_at <= shift.starts_at, MatchRun.until_at > shift.starts_at)
        .order_by(MatchRun.id.desc())
        .limit(1)
    )
    return refusals.of_signup(session, latest, signup.id)


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
