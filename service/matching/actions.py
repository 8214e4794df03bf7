"""What can be done about a matching: ask for one, solve it, publish its drafts, throw it away.

Nothing is seen by volunteers before `publish`. Every action locks the run first, then the people (lowest id
first), then the roles.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Activity
from service.events import MatchPublished, MatchRequested
from service.matching import drafts, queries
from service.matching.building import build_problem
from service.matching.checker import BrokenPlan, check
from service.matching.models import MatchRun
from service.matching.problem import Problem
from service.matching.record import outcome_of, solution_of, solver_for
from service.matching.solution import Solution, Tell, to_nobody
from service.terms import ActivityState, MatchRunState, MatchStage, Mode
from service.volunteers.queries import lock_all

#: States of a run that has no plan yet and is to have one.
TO_SOLVE = (MatchRunState.REQUESTED, MatchRunState.SOLVING)


class NothingToMatch(Exception):
    """The activity is not open to matching: first come first served, not published, or an empty window."""


class NotADraft(Exception):
    """The run has been published, thrown away, replaced by a newer one, or is not solved yet."""

    def __init__(self, state: MatchRunState) -> None:
        super().__init__(f"this run is {state}")
        self.state = state


def request(
    session: Session,
    *,
    activity_id: int,
    from_at: datetime,
    until_at: datetime,
    account_id: int | None,
    now: datetime,
) -> MatchRun:
    """Ask for a plan of the activity's shifts that start in [from_at, until_at).

    While a run waits to be solved, further requests join it and widen its window; one that is being solved already
    gives way to the next, which has its time as well (solving.begin). Raises NothingToMatch.
    """
    activity = session.get_one(Activity, activity_id)
    if Mode(activity.mode).is_first_come or activity.state != ActivityState.PUBLISHED or until_at <= from_at:
        raise NothingToMatch(f"activity {activity_id}: {activity.mode}, {activity.state}, {from_at} to {until_at}")
    run_id = session.scalars(
        insert(MatchRun)
        .values(
            area_id=activity.area_id,
            activity_id=activity_id,
            from_at=from_at,
            until_at=until_at,
            state=MatchRunState.REQUESTED,
            requested_by=account_id,
            requested_at=now,
            version=1,
        )
        .on_conflict_do_update(
            index_elements=["activity_id"],
            index_where=text("state = 'requested'"),
            set_={
                "from_at": func.least(MatchRun.from_at, from_at),
                "until_at": func.greatest(MatchRun.until_at, until_at),
                "version": MatchRun.version + 1,
            },
        )
        .returning(MatchRun.id)
    ).one()
    run = session.get_one(MatchRun, run_id, populate_existing=True)
    outbox.record(session, MatchRequested(run.id))
    _note(session, "requested_match", run, account_id=account_id, now=now)
    return run


def solve(session: Session, *, match_run_id: int, now: datetime, tell: Tell = to_nobody) -> None:
    """Make the plan of a requested run and write its drafts. A run solved or thrown away is left alone.

    1. Solve, without holding anything: whoever throws the run away meanwhile does not wait.
    2. Lock the run, and the earlier ones for any of its time, whose drafts give way.
    3. What was published of them meanwhile is a fact: then solve again, now under the locks.

    The plan is no worse than the drafts it replaces. Raises BrokenPlan when the checker finds fault, and whatever
    `tell` raises: then nothing is saved.
    """
    run = session.get_one(MatchRun, match_run_id, populate_existing=True)
    if run.state not in TO_SOLVE:
        return
    before = queries.versions_beside(session, run)
    problem, solution = _solved(session, run, now=now, tell=tell)
    if locked(session, match_run_id).state not in TO_SOLVE:
        return
    earlier = drafts.lock_unpublished(session, run)
    if queries.versions_beside(session, run) != before:
        problem, solution = _solved(session, run, now=now, tell=to_nobody)
    for replaced in earlier:
        drafts.throw_away(session, replaced)
    run.state, run.solved_at, run.solver = MatchRunState.DRAFTED, now, solution.solver
    run.input_hash, run.problem, run.solution = problem.input_hash, problem.to_json(), solution.to_json()
    run.stage = run.parts_done = run.parts = None
    drafts.write(session, run, solution, now=now)


def _solved(session: Session, run: MatchRun, *, now: datetime, tell: Tell) -> tuple[Problem, Solution]:
    """The facts as they are, and a plan that the checker finds no fault with. Raises BrokenPlan."""
    problem = build_problem(session, activity_id=run.activity_id, from_at=run.from_at, until_at=run.until_at, now=now)
    solution = solver_for(problem)(problem, tell=tell)
    tell(MatchStage.CHECKING, 0, 1)
    if violations := check(problem, solution):
        raise BrokenPlan(violations)
    return problem, solution


def publish(
    session: Session,
    *,
    match_run_id: int,
    account_id: int | None,
    now: datetime,
    assignment_ids: Collection[int] | None = None,
) -> MatchRun:
    """Offer the run's drafts to their people: all, or those named, and then the rest stay drafts.

    1. Lock everybody the run concerns.
    2. Make each draft an offer; one that no longer fits is dropped, with the reasons kept in `outcome`.
    3. When no draft is left, answer those who asked and got nothing: the waitlist if the activity has one.

    Publishing twice is harmless. Raises NotADraft.
    """
    run = locked(session, match_run_id)
    if run.state == MatchRunState.PUBLISHED:
        return run
    if run.state != MatchRunState.DRAFTED:
        raise NotADraft(run.state)
    waiting = queries.drafts(session, run.id)
    chosen = [draft for draft in waiting if assignment_ids is None or draft.id in assignment_ids]
    refused = solution_of(run).unplaced
    lock_all(session, {draft.volunteer_id for draft in chosen} | {unplaced.person_id for unplaced in refused})
    skipped = drafts.offer_all(session, chosen, now=now)
    outcome = outcome_of(run)
    outcome = replace(
        outcome, offered=outcome.offered + len(chosen) - len(skipped), skipped=(*outcome.skipped, *skipped)
    )
    if len(chosen) == len(waiting):
        asked = [unplaced.signup_id for unplaced in (*refused, *outcome.skipped) if unplaced.signup_id is not None]
        waitlisted, declined = drafts.answer_unplaced(session, asked, now=now)
        outcome = replace(outcome, waitlisted=waitlisted, declined=declined)
        run.state, run.published_at = MatchRunState.PUBLISHED, now
        outbox.record(session, MatchPublished(run.id))
    run.outcome = outcome.to_json()
    _note(session, "published_match", run, account_id=account_id, now=now)
    return run


def discard(session: Session, *, match_run_id: int, account_id: int | None, now: datetime) -> MatchRun:
    """Throw a run away, also while it waits or is being solved; its sign-ups wait for the next one.

    Twice is harmless. Raises NotADraft when published.
    """
    run = locked(session, match_run_id)
    if run.state == MatchRunState.PUBLISHED:
        raise NotADraft(run.state)
    if run.state != MatchRunState.DISCARDED:
        drafts.throw_away(session, run)
        _note(session, "discarded_match", run, account_id=account_id, now=now)
    return run


def locked(session: Session, match_run_id: int) -> MatchRun:
    """The run, locked until the transaction ends: it is solved, published or thrown away once."""
    return session.scalars(
        select(MatchRun).where(MatchRun.id == match_run_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _note(session: Session, verb: str, run: MatchRun, *, account_id: int | None, now: datetime) -> None:
    audit.note(session, verb=verb, subject=("match_run", run.id), account_id=account_id, area_id=run.area_id, now=now)
