"""What can be done about quotas: set one, say what counts, close it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service import audit
from service.quotas.models import Quota, QuotaActivity


def set_quota(
    session: Session,
    *,
    area_id: int,
    title: str,
    needed: int,
    from_on: date,
    until_on: date,
    now: datetime,
    account_id: int | None,
    activity_ids: Collection[int] = (),
    anchor_on: date | None = None,
) -> Quota:
    """So many must be held from one day to another, that day included. The caller has checked the dates."""
    quota = Quota(
        area_id=area_id,
        title=title,
        needed=needed,
        from_on=from_on,
        until_on=until_on,
        anchor_on=anchor_on,
        account_id=account_id,
        set_at=now,
    )
    session.add(quota)
    session.flush()
    count(session, quota, activity_ids=activity_ids)
    audit.note_about(session, "set_quota", quota, account_id=account_id, now=now)
    return quota


def count(session: Session, quota: Quota, *, activity_ids: Collection[int]) -> None:
    """From now on the shifts of these activities count towards it, past ones too, and of no others."""
    session.execute(delete(QuotaActivity).where(QuotaActivity.quota_id == quota.id))
    session.add_all(QuotaActivity(quota_id=quota.id, activity_id=one) for one in sorted(set(activity_ids)))
    session.flush()


def close(session: Session, quota: Quota, *, now: datetime, account_id: int | None) -> None:
    """Nobody is alarmed of it any more. Twice is harmless."""
    if quota.closed_at is None:
        quota.closed_at = now
        session.flush()
        audit.note_about(session, "closed_quota", quota, account_id=account_id, now=now)
