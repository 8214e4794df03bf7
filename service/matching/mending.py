"""Live repair on the roster: a place is short, and somebody who serves elsewhere could come over.

Whoever is free is asked first, as people were told: the waitlist in its order, then rung after rung (docs/backfill.md).

1. What asking the free cannot mend, a chain may: she comes over from a shift that can spare her, or one steps in behind
   her (repair.py).
2. Where no chain does, everybody within two steps is looked at at once (nearby.py), and the first move of that is told.
3. Where that finds nothing either, a new plan can be asked for (actions.request): it is queued like any other.

It is proposed to a coordinator. Nobody is moved because of somebody else: her own yes moves her.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit
from service.activities.queries import PLANNED
from service.calendars.rules import end_of_day, start_of_day
from service.company import queries as company
from service.matching import rules
from service.matching.building import build_problem
from service.matching.nearby import first_move
from service.matching.plan import Plan
from service.matching.problem import UNASKED, Problem, Wish
from service.matching.repair import Repair, apply, choices, undo
from service.matching.solution import LevelName
from service.roster import actions as roster
from service.roster.models import AWAITED, Assignment
from service.signups.models import WAITING, SignUp
from service.signups.queries import OpeningRow
from service.terms import Mode, ReleaseReason
from service.volunteers.queries import lock_all

#: Other shifts of the activity, and of what is held together with it, from which somebody may come over: so far
#: before and after, in whole days.
NEAR = timedelta(days=7)
#: Proposals shown for one place.
MOST = 5


class CannotMove(Exception):
    """It is not among the proposals any more: somebody else came meanwhile, or a rule stands in the way."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One repair: who comes, which of her places she gives up (None: she is free), and who steps in behind her. Where
    more than two people change, others come behind those.

    `changes` are people whose roster changes. `cover`, `wishes` and `burden` say what it does to the aims: weighted
    heads, the worth of wishes, squared loads (less is fairer).
    """

    volunteer_id: int
    leaves: Assignment | None
    behind_id: int | None
    changes: int
    cover: int
    wishes: int
    burden: int


def proposals(session: Session, row: OpeningRow, *, now: datetime, most: int = MOST) -> list[Proposal]:
    """Who could fill the opening, the fewest changes first. None where nobody is missing or nobody plans the places."""
    role, shift = row.ShiftRole, row.Shift
    if not is_short(row, now=now):
        return []
    activity_ids = company.crews_of(session, [shift.activity_id]).keys() | {shift.activity_id}
    around = {"from_at": start_of_day(shift.starts_at - NEAR), "until_at": end_of_day(shift.starts_at + NEAR)}
    problem = build_problem(session, activity_ids=activity_ids, **around, now=now)
    held = _awaited(session, problem)
    plan = as_it_stands(problem, {key: wish for key, (_, wish) in held.items()})
    if role.id not in plan.openings:
        return []
    here = plan.openings[role.id]
    found = choices(plan, here, most=most) or [one for one in [first_move(plan, here)] if one is not None]
    return [_proposal(plan, mended, {key: place for key, (place, _) in held.items()}) for mended in found]


def is_short(row: OpeningRow, *, now: datetime) -> bool:
    """Whether somebody is missing there, and places are planned."""
    is_planned = Mode(row.Activity.mode) in PLANNED
    return is_planned and bool(row.ShiftRole.taken < row.ShiftRole.min_needed) and bool(now < row.Shift.starts_at)


def as_it_stands(problem: Problem, movable: dict[tuple[int, int], Wish]) -> Plan:
    """The roster as a plan in which these places may be given up: by their holders, who are asked."""
    pins = [pin for pin in problem.pins if (pin.person_id, pin.opening_id) not in movable]
    plan = Plan(replace(problem, pins=pins, wishes=[*problem.wishes, *movable.values()], drafts=()))
    for key in sorted(movable):
        plan.place(movable[key])
    return plan


def move_over(session: Session, row: OpeningRow, *, assignment_id: int, account_id: int, now: datetime) -> Assignment:
    """She has told the coordinator yes: she gives up that place and has this one, in one step; the new place.

    What she leaves is a place come free like any other: who waits for it is asked. Raises CannotMove.
    """
    place = session.get_one(Assignment, assignment_id)
    lock_all(session, {place.volunteer_id})
    session.refresh(place, with_for_update=True)
    known = proposals(session, row, now=now, most=10 * MOST)
    if not any(one.leaves is not None and one.leaves.id == place.id for one in known):
        raise CannotMove(f"assignment {assignment_id} cannot move to role {row.ShiftRole.id}")
    roster.release(session, place, reason=ReleaseReason.MOVED_OVER)
    session.flush()
    try:
        made = roster.take(
            session,
            row=row,
            volunteer_id=place.volunteer_id,
            signup_id=_waiting(session, row, place.volunteer_id),
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


def _awaited(session: Session, problem: Problem) -> dict[tuple[int, int], tuple[Assignment, Wish]]:
    """(person, opening) → the place she holds or is offered there, with the wish that led to it."""
    openings = problem.table("openings").numbers("id")
    is_new, can_guide = problem.told("is_newcomer"), problem.told("is_experienced")
    rows = session.execute(
        select(Assignment, SignUp.rank)
        .outerjoin(SignUp, SignUp.id == Assignment.signup_id)
        .where(Assignment.shift_role_id.in_(openings), Assignment.state.in_(AWAITED))
        .where(Assignment.is_stand_by.is_(False))
        .order_by(Assignment.id)
    )
    return {
        (place.volunteer_id, place.shift_role_id): (
            place,
            Wish(
                person_id=place.volunteer_id,
                opening_id=place.shift_role_id,
                rank=rank or UNASKED,
                signup_id=place.signup_id,
                is_newcomer=(place.volunteer_id, place.shift_role_id) in is_new,
                is_experienced=(place.volunteer_id, place.shift_role_id) in can_guide,
            ),
        )
        for place, rank in rows
    }


def _proposal(plan: Plan, mended: Repair, places: dict[tuple[int, int], Assignment]) -> Proposal:
    before = _values(plan)
    apply(plan, mended)
    after = _values(plan)
    undo(plan, mended)
    left = [places[wish.person_id, wish.opening_id] for wish in mended.given_up]
    behind = [wish.person_id for wish in mended.placed[1:] if left and wish.opening_id == left[0].shift_role_id]
    return Proposal(
        volunteer_id=mended.placed[0].person_id,
        leaves=left[0] if left else None,
        behind_id=behind[0] if behind else None,
        changes=len({wish.person_id for wish in (*mended.given_up, *mended.placed)}),
        cover=after[LevelName.COVER] - before[LevelName.COVER],
        wishes=after[LevelName.WISHES] - before[LevelName.WISHES],
        burden=after[LevelName.BURDEN] - before[LevelName.BURDEN],
    )


def _values(plan: Plan) -> dict[LevelName, int]:
    return {level.name: level.value for level in rules.levels(plan)}


def _waiting(session: Session, row: OpeningRow, volunteer_id: int) -> int | None:
    """The sign-up by which she had asked for this very place."""
    return session.scalar(
        select(SignUp.id)
        .where(SignUp.shift_role_id == row.ShiftRole.id, SignUp.volunteer_id == volunteer_id)
        .where(SignUp.state.in_(WAITING))
    )
