"""Plans that nobody has to ask for: sign-up has closed, and those who signed up wait for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Row, any_, func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.activities.queries import IS_PLANNED
from service.matching import actions
from service.matching.models import MatchRun
from service.matching.queries import has_place
from service.signups.models import SignUp
from service.terms import ShiftState, SignUpState

log = structlog.get_logger(__name__)

#: A window ends after the last shift that starts in it.
A_MINUTE = timedelta(minutes=1)


def ask_where_closed(session: Session, *, now: datetime) -> int:
    """Ask for a plan of each activity that has shifts to come whose sign-up has closed and whose sign-ups no run has
    read yet; how many. What is thrown away afterwards is not asked for again. Twice is harmless."""
    asked = 0
    for activity_id, first, last in _closed(session, now=now):
        try:
            with session.begin_nested():
                window = {"from_at": first, "until_at": last + A_MINUTE}
                actions.request(session, activity_ids=[activity_id], **window, account_id=None, now=now)
                asked += 1
        except actions.NothingToMatch as error:
            log.warning("closed sign-ups cannot be planned", activity_id=activity_id, error=str(error))
    return asked


def _closed(session: Session, *, now: datetime) -> Sequence[Row[int, datetime, datetime]]:
    """(activity, start of the first of its shifts, of the last) where sign-ups wait that came after every run."""
    closes_at = Shift.starts_at - func.make_interval(0, 0, 0, 0, 0, Activity.closes_before)
    has_read_it = (
        select(MatchRun.id)
        .where(Activity.id == any_(MatchRun.activity_ids), MatchRun.requested_at >= SignUp.signed_up_at)
        .where(MatchRun.from_at <= Shift.starts_at, MatchRun.until_at > Shift.starts_at)
        .exists()
    )
    return session.execute(
        select(Activity.id, func.min(Shift.starts_at), func.max(Shift.starts_at))
        .join(Shift, Shift.activity_id == Activity.id)
        .join(SignUp, SignUp.shift_id == Shift.id)
        .where(IS_PLANNED, Shift.state == ShiftState.OPEN, closes_at <= now, Shift.starts_at > now)
        .where(SignUp.state == SignUpState.PENDING, ~has_place(), ~has_read_it)
        .group_by(Activity.id)
        .order_by(Activity.id)
    ).all()
