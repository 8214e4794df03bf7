"""A plan published in part: whether those who are asked could be left to themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.calendars.rules import end_of_day, start_of_day
from service.matching import rules
from service.matching.building import build_problem
from service.matching.models import MatchRun
from service.matching.plan import Plan
from service.matching.problem import Problem
from service.matching.solution import Unplaced
from service.roster.models import Assignment

#: (person, opening)
Keys: TypeAlias = Collection[tuple[int, int]]


class LeftAlone(Exception):
    """Some of those named would break a rule that drafts not named with them keep: `alone`, each with her reasons."""

    def __init__(self, alone: tuple[Unplaced, ...]) -> None:
        super().__init__(f"persons {sorted(one.person_id for one in alone)}")
        self.alone = alone


def refuse_halves(
    session: Session, run: MatchRun, *, going: Sequence[Assignment], staying: Sequence[Assignment], now: datetime
) -> None:
    """Raises LeftAlone where one of the drafts `going` out leans on one `staying`, by the facts of today: the other
    adult beside children, the guide of who is new, a partner, the rest of a crew."""
    if not going or not staying:
        return
    shifts = session.scalars(select(Shift).where(Shift.id.in_({draft.shift_id for draft in going}))).all()
    problem = build_problem(
        session,
        activity_ids=run.activity_ids,
        from_at=start_of_day(min(shift.starts_at for shift in shifts)),
        until_at=end_of_day(max(shift.ends_at for shift in shifts)),
        now=now,
    )
    if alone := left_alone(problem, going=_keys(going), staying=_keys(staying)):
        raise LeftAlone(alone)


def left_alone(problem: Problem, *, going: Keys, staying: Keys) -> tuple[Unplaced, ...]:
    """Who of those going breaks a rule without those staying, and none with them; by opening and person. Pure.

    Whoever is not thought of in the problem any more is left out: she will not be asked.
    """
    half, whole = Plan(problem), Plan(problem)
    for wish in problem.wishes:
        key = wish.person_id, wish.opening_id
        if key in going:
            half.place(wish)
        if key in going or key in staying:
            whole.place(wish)
    alone = []
    for wish in list(half.placed.values()):
        lacking = rules.lacking(half, wish)
        if lacking and rules.stands(whole, wish):
            alone.append(
                Unplaced(
                    person_id=wish.person_id, opening_id=wish.opening_id, signup_id=wish.signup_id, blockers=lacking
                )
            )
    return tuple(sorted(alone, key=lambda one: (one.opening_id, one.person_id)))


def _keys(drafts: Sequence[Assignment]) -> Keys:
    """Who is to have which place. Who is to stand by has none, and leans on nobody."""
    return {(draft.volunteer_id, draft.shift_role_id) for draft in drafts if not draft.is_stand_by}
