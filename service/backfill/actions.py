"""What can be done about a search: start it, climb on by hand, stop it, begin anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Activity
from service.backfill import climbing, queries, suggesting
from service.backfill.models import Backfill, Ladder
from service.backfill.rules import (
    CALL_OUT_LADDER,
    LADDER,
    PATIENCE,
    RungPlan,
    as_row,
    first_look_at,
    in_order,
    with_suggested,
)
from service.events import BackfillStarted
from service.roster.models import Assignment
from service.terms import (
    ActivityState,
    AssignmentState,
    BackfillCause,
    BackfillState,
    Mode,
    Rung,
    RungOutcome,
    ShiftState,
)


class NothingMissing(Exception):
    """The role has the people it needs, or the shift is over, called off or not published: nobody is sought."""


class SearchIsOver(Exception):
    """The search has ended meanwhile: filled, stopped or over."""


def start(session: Session, *, shift_role_id: int, cause: BackfillCause, now: datetime) -> int | None:
    """Seek people for a role that is short of them; the id of the new search. One under way looks again instead.

    Where a place came free the search waits for PATIENCE, and not to be earlier than HORIZON before the start; for any
    other cause it looks at once. None where nobody is missing, or the shift is over, called off, not published, or a
    secret yet.
    """
    row = queries.opening_of(session, shift_role_id)
    is_open = row.Shift.state == ShiftState.OPEN and row.Activity.state == ActivityState.PUBLISHED
    is_open = is_open and not row.Activity.is_hidden(row.Shift, now=now)
    if not is_open or row.ShiftRole.taken >= row.ShiftRole.min_needed or now >= row.Shift.ends_at:
        return None
    at_once = cause != BackfillCause.FREED
    ladder = ladder_of(session, row.Activity.id)
    plans = [plan for plan in ladder if plan.rung != Rung.STAND_BY or row.ShiftRole.stand_bys]
    has_suggested = suggesting.has_suggested(session, shift_role_id)
    if has_suggested:
        plans = with_suggested(plans, position=0)
    new = (
        insert(Backfill)
        .values(
            area_id=row.Shift.area_id,
            shift_role_id=shift_role_id,
            cause=cause,
            state=BackfillState.CLIMBING,
            rungs=[as_row(plan) for plan in plans],
            position=0,
            opened_at=now,
            next_at=now if at_once else first_look_at(now=now, starts_at=row.Shift.starts_at),
        )
        # As text, not as a parameter: PostgreSQL finds the index by these very words.
        .on_conflict_do_nothing(index_elements=["shift_role_id"], index_where=text("state = 'climbing'"))
    )
    backfill_id = session.scalar(new.returning(Backfill.id))
    if backfill_id is not None:
        outbox.record(session, BackfillStarted(backfill_id))
    elif (backfill := queries.climbing_for(session, shift_role_id)) and backfill.next_at is not None:
        backfill.next_at = min(backfill.next_at, now if at_once else now + PATIENCE)
        if has_suggested:
            _turn_to_suggested(session, backfill)
    return backfill_id


def _turn_to_suggested(session: Session, backfill: Backfill) -> None:
    """Somebody was suggested while the search was under way: she is asked next, before the rungs still to come."""
    if suggesting.has_suggested(session, backfill.shift_role_id, but_for=backfill.id):
        position = backfill.position + (queries.step_at(session, backfill) is not None)
        backfill.rungs = [as_row(plan) for plan in with_suggested(backfill.plans, position=position)]


def ladder_of(session: Session, activity_id: int) -> tuple[RungPlan, ...]:
    """The rungs of the activity's searches: its own, or the usual ones of its mode."""
    own = queries.ladder(session, activity_id)
    if own is not None:
        return own.plans
    return CALL_OUT_LADDER if session.get_one(Activity, activity_id).mode == Mode.CALL_OUT else LADDER


def set_ladder(
    session: Session, activity: Activity, *, plans: Iterable[RungPlan], account_id: int | None, now: datetime
) -> Ladder:
    """Give the activity a ladder of its own, for searches from now on. Raises LadderRefused, StaleDataError."""
    rungs = [as_row(plan) for plan in in_order(plans)]
    ladder = queries.ladder(session, activity.id)
    if ladder is None:
        ladder = Ladder(activity_id=activity.id, rungs=rungs)
        session.add(ladder)
    else:
        ladder.rungs = rungs
    session.flush()
    audit.note_about(session, "set_ladder", activity, account_id=account_id, now=now)
    return ladder


def reset_ladder(session: Session, activity: Activity, *, account_id: int, now: datetime) -> None:
    """The activity has the usual ladder again. Twice is harmless."""
    ladder = queries.ladder(session, activity.id)
    if ladder is not None:
        session.delete(ladder)
        session.flush()
        audit.note_about(session, "reset_ladder", activity, account_id=account_id, now=now)


def replace(session: Session, *, assignment_id: int, now: datetime) -> None:
    """Somebody did not come: seek who can step in, unless she came after all meanwhile."""
    assignment = session.get_one(Assignment, assignment_id, populate_existing=True)
    if assignment.state == AssignmentState.NO_SHOW:
        start(session, shift_role_id=assignment.shift_role_id, cause=BackfillCause.NO_SHOW, now=now)


def seek(session: Session, *, shift_role_id: int, account_id: int, now: datetime) -> Backfill:
    """A coordinator wants people sought now: the search that is under way looks at once, or a new one begins.

    Raises NothingMissing.
    """
    start(session, shift_role_id=shift_role_id, cause=BackfillCause.COORDINATOR, now=now)
    backfill = queries.climbing_for(session, shift_role_id)
    if backfill is None:
        raise NothingMissing(f"nobody is missing in role {shift_role_id}")
    audit.note_about(session, "sought", backfill, account_id=account_id, now=now)
    return backfill


def skip(session: Session, *, backfill_id: int, position: int, account_id: int, now: datetime) -> Backfill:
    """Do not wait any longer for the rung at `position`: turn to the next. Its quiet hours hold all the same.

    Skipping a rung that the search has left already changes nothing. Raises SearchIsOver.
    """
    backfill = _climbing(session, backfill_id)
    if backfill.position != position or position >= len(backfill.rungs) - 1:
        return backfill
    climbing.write_down(session, backfill, RungOutcome.SKIPPED, now=now)
    backfill.position += 1
    audit.note_about(
        session, "skipped_rung", backfill, account_id=account_id, now=now, rung=backfill.plans[position].rung
    )
    climbing.climb(session, backfill, now=now)
    return backfill


def stop(session: Session, *, backfill_id: int, account_id: int, now: datetime) -> Backfill:
    """Seek nobody any longer. Who was asked and says yes all the same has the place while it is free.

    Raises SearchIsOver.
    """
    backfill = _climbing(session, backfill_id)
    climbing.close(session, backfill, state=BackfillState.STOPPED, now=now)
    audit.note_about(session, "stopped", backfill, account_id=account_id, now=now)
    return backfill


def follow_move(session: Session, *, shift_id: int, now: datetime) -> None:
    """After a shift was moved: what was asked for the former time is over; it is asked anew for the new one."""
    for backfill in queries.climbing_in(session, shift_id):
        climbing.close(session, backfill, state=BackfillState.OVER, now=now)
        session.flush()
        start(session, shift_role_id=backfill.shift_role_id, cause=BackfillCause.MOVED, now=now)


def end(session: Session, *, shift_id: int, now: datetime) -> None:
    """After a shift was called off: nobody is sought for it any more."""
    for backfill in queries.climbing_in(session, shift_id):
        climbing.close(session, backfill, state=BackfillState.OVER, now=now)


def _climbing(session: Session, backfill_id: int) -> Backfill:
    backfill = queries.locked(session, backfill_id)
    if backfill.state != BackfillState.CLIMBING:
        raise SearchIsOver(f"search {backfill_id} is {backfill.state}")
    return backfill
