"""Live repair on the roster: a place is short, and somebody who serves elsewhere could come over.

Whoever is free is asked first, as people were told: the waitlist in its order, then rung after rung (docs/backfill.md).

1. What asking the free cannot mend, a chain may: she comes over from a shift that can spare her, or one steps in behind
   her (repair.py).
2. Where no chain does, everybody within two steps is looked at at once (nearby.py): several people are asked, and all
   of them move in one step, or nobody does.
3. Where that finds nothing either, a new plan can be asked for (actions.request): it is queued like any other.

It is proposed to a coordinator. Nobody is moved because of somebody else: her own yes moves her (moving.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.queries import PLANNED
from service.calendars.rules import end_of_day, start_of_day
from service.company import queries as company
from service.matching import rules
from service.matching.building import build_problem
from service.matching.nearby import together
from service.matching.plan import Plan
from service.matching.problem import UNASKED, Problem, Wish
from service.matching.repair import Repair, apply, choices, undo
from service.matching.solution import LevelName
from service.roster.models import AWAITED, Assignment
from service.signups.models import SignUp
from service.signups.queries import OpeningRow
from service.terms import Mode

#: Other shifts of the activity, and of what is held together with it, from which somebody may come over: so far
#: before and after, in whole days.
NEAR = timedelta(days=7)
#: Proposals shown for one place.
MOST = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One of several who move at once: the place she gives up (None: she is free), and the role she comes to."""

    volunteer_id: int
    assignment_id: int | None
    shift_role_id: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One repair: who comes, which of her places she gives up (None: she is free), and who steps in behind her.

    Where no chain does, `together` are all who would have to move at once, she first; empty otherwise. `changes` are
    people whose roster changes. `cover`, `wishes` and `burden` say what it does to the aims: weighted heads, the worth
    of wishes, squared loads (less is fairer).
    """

    volunteer_id: int
    leaves: Assignment | None
    behind_id: int | None
    changes: int
    cover: int
    wishes: int
    burden: int
    together: tuple[Step, ...] = ()


#: A person and an opening → the place she holds or is offered there, with the wish that led to it.
Held: TypeAlias = dict[tuple[int, int], tuple[Assignment, Wish]]


def proposals(
    session: Session, row: OpeningRow, *, now: datetime, most: int = MOST, without: Collection[int] = ()
) -> list[Proposal]:
    """Who could fill the opening, the fewest changes first. None where nobody is missing or nobody plans the places.

    `without` are people not to be asked: whoever has just said no.
    """
    if not is_short(row, now=now):
        return []
    plan, held = around(session, row, now=now)
    here = plan.openings.get(row.ShiftRole.id)
    if here is None:
        return []
    places = {key: place for key, (place, _) in held.items()}
    if found := choices(plan, here, most=most, without=without):
        return [_proposal(plan, mended, places) for mended in found]
    mended = together(plan, here, without=without)
    return [] if mended is None else [replace(_proposal(plan, mended, places), together=_steps(mended, places))]


def around(session: Session, row: OpeningRow, *, now: datetime) -> tuple[Plan, Held]:
    """The roster around an opening as a plan, and whose places in it may be given up."""
    shift = row.Shift
    activity_ids = company.crews_of(session, [shift.activity_id]).keys() | {shift.activity_id}
    around = {"from_at": start_of_day(shift.starts_at - NEAR), "until_at": end_of_day(shift.starts_at + NEAR)}
    problem = build_problem(session, activity_ids=activity_ids, **around, now=now)
    held = _awaited(session, problem)
    return as_it_stands(problem, {key: wish for key, (_, wish) in held.items()}), held


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


def _awaited(session: Session, problem: Problem) -> Held:
    """The places that may be given up: held or offered, not of stand-bys."""
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
    before = values(plan)
    apply(plan, mended)
    after = values(plan)
    undo(plan, mended)
    comes = mended.placed[0]
    left = [places[wish.person_id, wish.opening_id] for wish in mended.given_up if wish.person_id == comes.person_id]
    behind = [wish.person_id for wish in mended.placed[1:] if left and wish.opening_id == left[0].shift_role_id]
    return Proposal(
        volunteer_id=comes.person_id,
        leaves=left[0] if left else None,
        behind_id=behind[0] if behind else None,
        changes=len({wish.person_id for wish in (*mended.given_up, *mended.placed)}),
        cover=after[LevelName.COVER] - before[LevelName.COVER],
        wishes=after[LevelName.WISHES] - before[LevelName.WISHES],
        burden=after[LevelName.BURDEN] - before[LevelName.BURDEN],
    )


def _steps(mended: Repair, places: dict[tuple[int, int], Assignment]) -> tuple[Step, ...]:
    left = {wish.person_id: places[wish.person_id, wish.opening_id].id for wish in mended.given_up}
    return tuple(Step(wish.person_id, left.get(wish.person_id), wish.opening_id) for wish in mended.placed)


def values(plan: Plan) -> dict[LevelName, int]:
    """What the plan comes to at each aim."""
    return {level.name: level.value for level in rules.levels(plan)}
