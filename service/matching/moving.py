"""Somebody comes over into a place that is short, by her own yes; or several people at once, by the yes of each.

What to move is told by mending.py; here it is done, on the roster, all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit
from service.activities.queries import share_shifts
from service.matching.mending import MOST, Held, Step, around, is_short, proposals, values
from service.matching.plan import Plan
from service.matching.repair import Repair, apply, keeps_rules, undo
from service.matching.solution import LevelName
from service.roster import actions as roster
from service.roster.models import Assignment
from service.signups.models import WAITING, SignUp
from service.signups.queries import OpeningRow, openings
from service.terms import ReleaseReason
from service.volunteers.queries import lock_all


class CannotMove(Exception):
    """It is not among the proposals any more: somebody else came meanwhile, or a rule stands in the way."""


def move_over(session: Session, row: OpeningRow, *, assignment_id: int, account_id: int, now: datetime) -> Assignment:
    """She has told the coordinator yes: she gives up that place and has this one, in one step; the new place.

    What she leaves is a place come free like any other: who waits for it is asked. Raises CannotMove.
    """
    place = session.get_one(Assignment, assignment_id)
    lock_all(session, {place.volunteer_id})
    session.refresh(place, with_for_update=True)
    known = proposals(session, row, now=now, most=10 * MOST)
    if not any(one.leaves is not None and one.leaves.id == place.id and not one.together for one in known):
        raise CannotMove(f"assignment {assignment_id} cannot move to role {row.ShiftRole.id}")
    roster.release(session, place, reason=ReleaseReason.MOVED_OVER)
    session.flush()
    step = Step(place.volunteer_id, place.id, row.ShiftRole.id)
    return _put(session, row, step, account_id=account_id, now=now)


def move_together(
    session: Session, row: OpeningRow, *, steps: Collection[Step], account_id: int, now: datetime
) -> list[Assignment]:
    """All of them have told the coordinator yes: they move in one step, or nobody does; their new places.

    Nobody's place is free in between, and what nobody steps into is a place come free like any other. Whatever the
    steps were proposed by, all rules are asked of all of them here. Raises CannotMove.
    """
    lock_all(session, {step.volunteer_id for step in steps})
    _lock(session, {step.assignment_id for step in steps if step.assignment_id is not None})
    rows = openings(session, {step.shift_role_id for step in steps})
    if rows.keys() != {step.shift_role_id for step in steps} or not is_short(row, now=now):
        raise CannotMove(f"role {row.ShiftRole.id} lacks nobody, or a role of {rows.keys()} is gone")
    plan, held = around(session, row, now=now)
    left = _left(plan, held, row, steps)
    share_shifts(session, {one.shift_id for one in left} | {to.Shift.id for to in rows.values()})
    for place in sorted(left, key=lambda one: one.shift_role_id):
        roster.release(session, place, reason=ReleaseReason.MOVED_OVER)
    session.flush()
    return [_put(session, rows[step.shift_role_id], step, account_id=account_id, now=now) for step in steps]


def _left(plan: Plan, held: Held, row: OpeningRow, steps: Collection[Step]) -> list[Assignment]:
    """The places given up, where the steps fill the opening and break no rule. Raises CannotMove otherwise."""
    hers = {(place.volunteer_id, place.id): (place, wish) for place, wish in held.values()}
    asked = {(wish.person_id, wish.opening_id): wish for wish in plan.problem.wishes if not plan.is_placed(wish)}
    gives_up = {(step.volunteer_id, step.assignment_id) for step in steps if step.assignment_id is not None}
    comes = {(step.volunteer_id, step.shift_role_id) for step in steps}
    if gives_up <= hers.keys() and comes <= asked.keys() and len(comes) == len(steps):
        left = [hers[key] for key in sorted(gives_up)]
        mended = Repair(given_up=tuple(wish for _, wish in left), placed=tuple(asked[key] for key in sorted(comes)))
        if _fills(plan, row, mended) and keeps_rules(plan, mended):
            return [place for place, _ in left]
    raise CannotMove(f"role {row.ShiftRole.id} cannot be filled so any more")


def _fills(plan: Plan, row: OpeningRow, mended: Repair) -> bool:
    """Whether more is covered, this opening among it."""
    before = values(plan)[LevelName.COVER]
    apply(plan, mended)
    covers = values(plan)[LevelName.COVER]
    undo(plan, mended)
    return covers > before and any(wish.opening_id == row.ShiftRole.id for wish in mended.placed)


def _put(session: Session, row: OpeningRow, step: Step, *, account_id: int, now: datetime) -> Assignment:
    """Her place in the role she comes to. Raises CannotMove."""
    try:
        made = roster.take(
            session,
            row=row,
            volunteer_id=step.volunteer_id,
            signup_id=_waiting(session, row, step.volunteer_id),
            now=now,
            answered_by=account_id,
        )
    except roster.ConflictingDuty as error:
        raise CannotMove(str(error)) from error
    if made is None:
        raise CannotMove(f"role {row.ShiftRole.id} has no place any more")
    subject = ("assignment", made.id)
    audit.note(session, verb="moved_over", subject=subject, account_id=account_id, area_id=made.area_id, now=now)
    return made


def _lock(session: Session, assignment_ids: Collection[int]) -> None:
    """These places as they are now, ours until commit."""
    places = select(Assignment).where(Assignment.id.in_(assignment_ids)).order_by(Assignment.id)
    session.scalars(places.with_for_update().execution_options(populate_existing=True)).all()


def _waiting(session: Session, row: OpeningRow, volunteer_id: int) -> int | None:
    """The sign-up by which she had asked for this very place."""
    return session.scalar(
        select(SignUp.id)
        .where(SignUp.shift_role_id == row.ShiftRole.id, SignUp.volunteer_id == volunteer_id)
        .where(SignUp.state.in_(WAITING))
    )
