"""What can be done about a matching: ask for one, solve it, publish its drafts, throw it away.

Nothing is seen by volunteers before `publish`. Every action locks the run first, then the people (lowest id
first), then the roles.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Activity
from service.activities.queries import IS_PLANNED
from service.calendars.rules import end_of_day, start_of_day
from service.company import queries as company
from service.events import MatchPublished, MatchRequested
from service.matching import drafts, halves, queries, refusals
from service.matching.building import build_problem
from service.matching.checker import BrokenPlan, check
from service.matching.models import MatchRun
from service.matching.problem import Problem
from service.matching.record import outcome_of, solver_for
from service.matching.solution import Solution, Tell, to_nobody
from service.matching.wanted import asking
from service.matching.watch import Record, Watch, stop_at
from service.places.models import Area
from service.places.queries import communities_of
from service.terms import MatchRunState, MatchStage
from service.volunteers.queries import lock_all

#: States of a run that has no plan yet and is to have one.
TO_SOLVE = (MatchRunState.REQUESTED, MatchRunState.SOLVING)


class NothingToMatch(Exception):
    """No plan can be made: of an activity that is first come first served or not published, of none, of several
    communities at once, or of no time."""


class NotADraft(Exception):
    """The run has been published, thrown away, replaced by a newer one, or is not solved yet."""

    def __init__(self, state: MatchRunState) -> None:
        super().__init__(f"this run is {state}")
        self.state = state


def request(
    session: Session,
    *,
    activity_ids: Collection[int],
    from_at: datetime,
    until_at: datetime,
    account_id: int | None,
    now: datetime,
) -> MatchRun:
    """Ask for one plan of these activities' shifts that start in [from_at, until_at), and of what is held together
    with them: then of whole days.

    While a run waits that plans one of them in any of this time, further requests join it and widen it; one that is
    being solved already gives way to the next (solving.begin). Raises NothingToMatch.
    """
    activities = _planned(session, activity_ids)
    if until_at <= from_at or not activities:
        raise NothingToMatch(f"activities {sorted(activity_ids)}, {from_at} to {until_at}")
    if crews := company.crews_of(session, activity_ids):
        activities = _planned(session, crews.keys() | activity_ids, is_asked_for=activity_ids)
        from_at, until_at = start_of_day(from_at), end_of_day(until_at)
    ids = [activity.id for activity in activities]
    waiting = _waiting(session, ids, from_at=from_at, until_at=until_at)
    run = waiting[0] if waiting else MatchRun(requested_by=account_id, requested_at=now)
    run.activity_ids = sorted({*ids, *(one for each in waiting for one in each.activity_ids)})
    run.from_at = min([from_at, *(each.from_at for each in waiting)])
    run.until_at = max([until_at, *(each.until_at for each in waiting)])
    run.area_id = _area_of(session, run.activity_ids).id
    for joined in waiting[1:]:
        joined.state = MatchRunState.DISCARDED
    session.add(run)
    session.flush()
    outbox.record(session, MatchRequested(run.id))
    audit.note_about(session, "requested_match", run, account_id=account_id, now=now)
    return run


def _planned(
    session: Session, activity_ids: Collection[int], *, is_asked_for: Collection[int] | None = None
) -> Sequence[Activity]:
    """The activities, locked until the transaction ends, so that requests for one of them follow one another. What
    comes with those asked for is left out where it is not planned. Raises NothingToMatch where one of those is not."""
    named = activity_ids if is_asked_for is None else is_asked_for
    found = session.scalars(
        select(Activity)
        .where(Activity.id.in_(sorted(activity_ids)), IS_PLANNED)
        .order_by(Activity.id)
        .with_for_update(key_share=True)
    ).all()
    if missing := set(named) - {activity.id for activity in found}:
        raise NothingToMatch(f"activities {sorted(missing)} are not planned")
    return found


def _waiting(session: Session, ids: Sequence[int], *, from_at: datetime, until_at: datetime) -> Sequence[MatchRun]:
    """Runs that nobody solves yet, in the way of one of these activities in this time; the oldest first."""
    return session.scalars(
        select(MatchRun)
        .where(MatchRun.state == MatchRunState.REQUESTED)
        .where(queries.plans_any_of(ids, from_at=from_at, until_at=until_at))
        .order_by(MatchRun.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _area_of(session: Session, activity_ids: Collection[int]) -> Area:
    """The area of the activities, or the community that holds them all. Raises NothingToMatch where several do."""
    area_ids = set(session.scalars(select(Activity.area_id).where(Activity.id.in_(sorted(activity_ids)))))
    found = communities_of(session, area_ids)
    communities = {community.id: community for _, community in found.values()}
    if len(communities) > 1:
        raise NothingToMatch(f"activities {sorted(activity_ids)} are of communities {sorted(communities)}")
    return next(iter(found.values()))[0] if len(found) == 1 else next(iter(communities.values()))


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
    problem, solution, record = _solved(session, run, now=now, tell=tell)
    if locked(session, match_run_id).state not in TO_SOLVE:
        return
    earlier = drafts.lock_unpublished(session, run)
    if queries.versions_beside(session, run) != before:
        problem, solution, record = _solved(session, run, now=now, tell=stop_at(record.stopped))
    for replaced in earlier:
        drafts.throw_away(session, replaced)
    run.state, run.solved_at, run.solver = MatchRunState.DRAFTED, now, solution.solver
    run.input_hash, run.problem = solution.input_hash, problem.to_json()
    run.solution = replace(solution, unplaced=()).to_json()
    run.record, run.stage, run.parts_done, run.parts = record.to_json(), None, None, None
    refusals.write(session, run.id, solution.unplaced)
    drafts.write(session, run, solution, now=now)


def _solved(session: Session, run: MatchRun, *, now: datetime, tell: Tell) -> tuple[Problem, Solution, Record]:
    """The facts as they are, a plan that the checker finds no fault with, and how it was made. Raises BrokenPlan."""
    watch = Watch(tell)
    problem = build_problem(session, activity_ids=run.activity_ids, from_at=run.from_at, until_at=run.until_at, now=now)
    watch.gathered()
    with asking(watch.ask):
        solution = solver_for(problem)(problem, tell=watch.tell)
    watch.tell(MatchStage.CHECKING, 0, 1)
    if violations := check(problem, solution):
        raise BrokenPlan(violations)
    return problem, solution, watch.record(solution.solver)


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

    Publishing twice is harmless. Raises NotADraft, and LeftAlone where one of those named leans on one who is not.
    """
    run = locked(session, match_run_id)
    if run.state == MatchRunState.PUBLISHED:
        return run
    if run.state != MatchRunState.DRAFTED:
        raise NotADraft(run.state)
    waiting = queries.drafts(session, run.id)
    named = {draft.id for draft in waiting} if assignment_ids is None else set(assignment_ids)
    chosen = [draft for draft in waiting if draft.id in named]
    staying = [draft for draft in waiting if draft.id not in named]
    halves.refuse_halves(session, run, going=chosen, staying=staying, now=now)
    refused = list(refusals.who(session, run.id))
    lock_all(session, {draft.volunteer_id for draft in chosen} | {person_id for person_id, _ in refused})
    skipped = drafts.offer_all(session, chosen, now=now)
    outcome = outcome_of(run)
    outcome = replace(
        outcome, offered=outcome.offered + len(chosen) - len(skipped), skipped=(*outcome.skipped, *skipped)
    )
    if len(chosen) == len(waiting):
        asked = [signup_id for _, signup_id in refused]
        asked += [one.signup_id for one in outcome.skipped if one.signup_id is not None]
        waitlisted, declined = drafts.answer_unplaced(session, asked, now=now)
        outcome = replace(outcome, waitlisted=waitlisted, declined=declined)
        run.state, run.published_at = MatchRunState.PUBLISHED, now
        outbox.record(session, MatchPublished(run.id))
    run.outcome = outcome.to_json()
    audit.note_about(session, "published_match", run, account_id=account_id, now=now)
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
        audit.note_about(session, "discarded_match", run, account_id=account_id, now=now)
    return run


def settle_for(session: Session, *, match_run_id: int, account_id: int | None, now: datetime) -> MatchRun:
    """Take what is there of a run while it is solved: at the end of its turn the plan is finished, checked and drafted.

    Twice is harmless. Raises NotADraft where it is not being solved.
    """
    run = locked(session, match_run_id)
    if run.state != MatchRunState.SOLVING:
        raise NotADraft(run.state)
    if run.enough_at is None:
        run.enough_at = now
        audit.note_about(session, "settled_for_match", run, account_id=account_id, now=now)
    return run


def locked(session: Session, match_run_id: int) -> MatchRun:
    """The run, locked until the transaction ends: it is solved, published or thrown away once."""
    return session.scalars(
        select(MatchRun).where(MatchRun.id == match_run_id).with_for_update().execution_options(populate_existing=True)
    ).one()
