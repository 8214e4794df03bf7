"""How a search goes on by itself: it asks, waits, climbs, and ends as soon as nobody is missing.

Called by the sweep and by reactions. A search's own row is locked, and no person: whoever says yes is judged then.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service import outbox
from service.activities.models import Shift, ShiftRole
from service.backfill import candidates, queries
from service.backfill.models import Backfill, BackfillStep, Invitation
from service.backfill.queries import Need
from service.backfill.rules import RungPlan, answers_until, asks, may_ask_at
from service.calendars.queries import quiet_hours
from service.events import BackfillClosed, InvitationSent, RungClimbed
from service.signups.queries import OpeningRow
from service.terms import BackfillState, InvitationState, Rung, RungOutcome, ShiftState

log = structlog.get_logger(__name__)

TRY_AGAIN = timedelta(minutes=1)


def climb_due(session: Session, *, now: datetime, limit: int = 20) -> int:
    """Let each search whose time has come take its next step; how many. One that fails is tried again later."""
    found = queries.due(session, now=now, limit=limit)
    for backfill in found:
        try:
            with session.begin_nested():
                climb(session, backfill, now=now)
        except SQLAlchemyError:
            raise
        except Exception:
            # A fault in one search must not hold up the others: it is written to the log, and tried again.
            log.exception("search cannot climb", backfill_id=backfill.id)
            backfill.next_at = now + TRY_AGAIN
    return len(found)


def climb(session: Session, backfill: Backfill, *, now: datetime) -> None:
    """The next step of a search that the caller has locked. Looking too early does no harm.

    1. End it when nobody is missing any more, or the shift is over or called off.
    2. Wait while those who hold an offer could fill it, or those asked by the rung it stands on may still answer.
    3. Ask the next people of that rung; with nobody left to ask there, climb on.
    """
    row = queries.opening_of(session, backfill.shift_role_id)
    need, step = queries.need(session, row.ShiftRole), queries.step_at(session, backfill)
    if not need.missing:
        close(session, backfill, state=BackfillState.FILLED, now=now)
    elif row.Shift.state != ShiftState.OPEN or now >= row.Shift.ends_at:
        close(session, backfill, state=BackfillState.OVER, now=now)
    elif need.is_covered and need.answer_by is not None and need.answer_by > now:
        backfill.next_at = need.answer_by
    elif step is not None and step.until_at is not None and step.until_at > now:
        backfill.next_at = step.until_at
    else:
        backfill.next_at = _work_on(session, backfill, row, need, now=now)


def _work_on(session: Session, backfill: Backfill, row: OpeningRow, need: Need, *, now: datetime) -> datetime:
    """Ask, rung after rung, until one has to be waited for; when to look again. After the last, at the shift's end."""
    shift: Shift = row.Shift
    starts_at, ends_at = shift.starts_at, shift.ends_at
    while backfill.position < len(backfill.rungs):
        plan = backfill.plans[backfill.position]
        ask_at = may_ask_at(plan, now=now, starts_at=starts_at, quiet=quiet_hours(session))
        if ask_at is not None and ask_at > now:
            return ask_at
        if ask_at is None:
            write_down(session, backfill, RungOutcome.ASLEEP, now=now)
        elif _turn_to(session, backfill, row=row, missing=need.missing, now=now):
            is_last = plan.rung == Rung.CALLS
            until_at = ends_at if is_last else answers_until(plan, now=now, starts_at=starts_at)
            write_down(session, backfill, RungOutcome.CLIMBED, now=now, until_at=until_at)
            return until_at
        else:
            write_down(session, backfill, RungOutcome.EMPTY, now=now)
        backfill.position += 1
    return ends_at


def _turn_to(session: Session, backfill: Backfill, *, row: OpeningRow, missing: int, now: datetime) -> bool:
    """Whether the rung has something to wait for: people asked now, people on the waitlist, or calls to make."""
    plan = backfill.plans[backfill.position]
    if asks(plan.rung, now=now, starts_at=row.Shift.starts_at):
        limit = plan.at_once * missing
        if plan.most:
            limit = min(limit, max(0, plan.most * missing - queries.asked(session, backfill, plan.rung)))
        people = candidates.next_ones(session, backfill, plan.rung, row=row, limit=limit) if limit else []
        for volunteer_id in people:
            _invite(session, backfill, plan, volunteer_id=volunteer_id, now=now)
        return bool(people)
    if queries.step_at(session, backfill) is not None:
        return False  # it has been waited for already
    if plan.rung == Rung.WAITLIST:
        return queries.has_waiting(session, backfill.shift_role_id)
    return bool(queries.unanswered(session, backfill.id))


def _invite(session: Session, backfill: Backfill, plan: RungPlan, *, volunteer_id: int, now: datetime) -> None:
    invitation = Invitation(
        area_id=backfill.area_id,
        backfill_id=backfill.id,
        volunteer_id=volunteer_id,
        rung=plan.rung,
        wakes=plan.wakes,
        channel=plan.channel,
        state=InvitationState.ASKED,
        asked_at=now,
    )
    session.add(invitation)
    session.flush()
    outbox.record(session, InvitationSent(invitation.id))


def write_down(
    session: Session, backfill: Backfill, outcome: RungOutcome, *, now: datetime, until_at: datetime | None = None
) -> None:
    """What came of the rung the search stands on. One that was climbed stays so, also when it has asked everybody."""
    step = queries.step_at(session, backfill)
    if step is not None:
        step.until_at = until_at or step.until_at
        return
    step = BackfillStep(
        backfill_id=backfill.id,
        position=backfill.position,
        rung=backfill.plans[backfill.position].rung,
        outcome=outcome,
        climbed_at=now,
        until_at=until_at,
    )
    session.add(step)
    session.flush()
    outbox.record(session, RungClimbed(step.id))


def close(session: Session, backfill: Backfill, *, state: BackfillState, now: datetime) -> None:
    """End a search that the caller has locked."""
    backfill.state, backfill.next_at, backfill.closed_at = state, None, now
    outbox.record(session, BackfillClosed(backfill.id))


def settle(session: Session, *, assignment_ids: Collection[int], now: datetime) -> None:
    """Somebody comes: the search for her role ends at once when nobody is missing any more."""
    for backfill in queries.climbing_beside(session, assignment_ids):
        role = session.get_one(ShiftRole, backfill.shift_role_id, populate_existing=True)
        if not queries.need(session, role).missing:
            close(session, backfill, state=BackfillState.FILLED, now=now)


def hasten(session: Session, *, invitation_id: int, now: datetime) -> None:
    """A no: when nobody else of her rung has still to answer, the search does not wait for it any longer."""
    invitation = session.get_one(Invitation, invitation_id)
    backfill = queries.locked(session, invitation.backfill_id)
    if invitation.state != InvitationState.DECLINED or backfill.state != BackfillState.CLIMBING:
        return
    step = queries.step_at(session, backfill)
    if step is None or step.rung != invitation.rung or queries.unanswered(session, backfill.id, rung=step.rung):
        return
    step.until_at = now
    climb(session, backfill, now=now)
