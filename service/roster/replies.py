"""How those who were asked to serve have answered, by the week in which they were asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from service.places.queries import within
from service.roster.models import Assignment
from service.settings import LOCAL_ZONE
from service.terms import AssignmentState, ReleaseReason


class Replies(NamedTuple):
    """How many said yes, said no, let it run out, and have yet to answer."""

    yes: int
    no: int
    silent: int
    waiting: int


def replies(
    session: Session, *, scope_ids: Sequence[int], from_at: datetime, until_at: datetime
) -> dict[date, Replies]:
    """By the Monday of the week. Who said yes and left later has said yes; who was placed unasked is not counted."""
    state, said = Assignment.state, Assignment.answered_at.is_not(None)
    week = cast(func.date_trunc("week", func.timezone(LOCAL_ZONE.key, Assignment.assigned_at)), Date)
    rows = session.execute(
        select(
            week,
            func.count().filter(said, state != AssignmentState.DECLINED),
            func.count().filter(state == AssignmentState.DECLINED),
            func.count().filter(~said, Assignment.release_reason == ReleaseReason.OFFER_EXPIRED),
            func.count().filter(state == AssignmentState.OFFERED),
        )
        .where(within(Assignment.area_id, scope_ids), Assignment.answer_by.is_not(None))
        .where(Assignment.assigned_at >= from_at, Assignment.assigned_at < until_at)
        .group_by(week)
    )
    return {monday: Replies(*counts) for monday, *counts in rows}
