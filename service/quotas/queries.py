"""Named reads of quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Date, and_, cast, exists, func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.calendars.rules import instant, local
from service.db import one_of
from service.places.queries import within
from service.quotas.models import Quota, QuotaActivity
from service.quotas.rules import Progress
from service.roster.models import SURE, Assignment
from service.settings import LOCAL_ZONE
from service.terms import QuotaState, ShiftState


@dataclass(frozen=True, slots=True)
class Standing:
    """A quota, what counts towards it, and how far it has come. `minutes` were served by people, all together."""

    quota: Quota
    activities: Sequence[Activity]
    progress: Progress
    state: QuotaState
    is_alarming: bool
    people: int
    minutes: int


def in_scope(session: Session, quota_id: int, *, scope_ids: Sequence[int]) -> Quota | None:
    """The quota, if it belongs to one of the scopes."""
    return session.scalar(select(Quota).where(Quota.id == quota_id, within(Quota.area_id, scope_ids)))


def listed(session: Session, *, scope_ids: Sequence[int], now: datetime) -> list[Standing]:
    """The quotas of these areas that are not closed, the one that ends first in front."""
    rows = session.scalars(
        select(Quota)
        .where(within(Quota.area_id, scope_ids), Quota.closed_at.is_(None))
        .order_by(Quota.until_on, Quota.id)
    ).all()
    return [standing(session, one, now=now) for one in rows]


def alarming(session: Session, *, scope_ids: Sequence[int], now: datetime) -> list[Standing]:
    """Those that were missed, or will be unless something is planned."""
    return [one for one in listed(session, scope_ids=scope_ids, now=now) if one.is_alarming]


def standing(session: Session, quota: Quota, *, now: datetime) -> Standing:
    """How far one quota has come: a shift counts once it is over and somebody who had said yes was in it."""
    counts = select(QuotaActivity.activity_id).where(QuotaActivity.quota_id == quota.id)
    from_at, until_at = instant(quota.from_on, time.min), instant(quota.until_on + timedelta(days=1), time.min)
    in_time = (
        Shift.activity_id.in_(counts),
        Shift.state == ShiftState.OPEN,
        Shift.starts_at >= from_at,
        Shift.starts_at < until_at,
    )
    serves = (Assignment.shift_id == Shift.id, Assignment.state.in_(SURE), Assignment.is_stand_by.is_(False))
    served = exists().where(*serves)
    is_held, is_to_come = and_(Shift.ends_at <= now, served), Shift.ends_at > now
    held, planned = session.execute(
        select(func.count().filter(is_held), func.count().filter(is_to_come)).select_from(Shift).where(*in_time)
    ).one()
    people, seconds = session.execute(
        select(func.count(), func.coalesce(func.sum(func.extract("epoch", Shift.ends_at - Shift.starts_at)), 0))
        .select_from(Assignment)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(*in_time, *serves, Shift.ends_at <= now)
    ).one()
    progress = Progress(needed=quota.needed, held=held, planned=planned, from_on=quota.from_on, until_on=quota.until_on)
    today = local(now).date()
    return Standing(
        quota=quota,
        activities=session.scalars(select(Activity).where(Activity.id.in_(counts)).order_by(Activity.id)).all(),
        progress=progress,
        state=progress.state(today),
        is_alarming=progress.is_alarming(today),
        people=people,
        minutes=int(seconds) // 60,
    )


def progress_of(session: Session, quotas: Sequence[Quota], *, now: datetime) -> dict[int, Progress]:
    """How far each of these has come, by its id: what `standing` says of one, in one statement for all."""
    day = cast(func.timezone(LOCAL_ZONE.key, Shift.starts_at), Date)
    serves = (Assignment.shift_id == Shift.id, Assignment.state.in_(SURE), Assignment.is_stand_by.is_(False))
    is_held, is_to_come = and_(Shift.ends_at <= now, exists().where(*serves)), Shift.ends_at > now
    rows = session.execute(
        select(Quota.id, func.count().filter(is_held), func.count().filter(is_to_come))
        .join(QuotaActivity, QuotaActivity.quota_id == Quota.id)
        .join(Shift, Shift.activity_id == QuotaActivity.activity_id)
        .where(one_of(Quota.id, [one.id for one in quotas]), Shift.state == ShiftState.OPEN)
        .where(day.between(Quota.from_on, Quota.until_on))
        .group_by(Quota.id)
    )
    counted = {quota_id: (held, planned) for quota_id, held, planned in rows}
    return {
        one.id: Progress(
            needed=one.needed,
            held=counted.get(one.id, (0, 0))[0],
            planned=counted.get(one.id, (0, 0))[1],
            from_on=one.from_on,
            until_on=one.until_on,
        )
        for one in quotas
    }
