"""The slips: messages that are handed over on paper, which of them are still to be printed, and who printed them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, Select, select, update
from sqlalchemy.orm import Session

from service import audit
from service.notifications.models import Notification, Slip
from service.notifications.rules import why_not
from service.notifications.subjects import subjects
from service.places.models import Area
from service.places.queries import within
from service.volunteers.models import Volunteer

#: (slip, whose it is, where she lives)
SlipRow = Row[Slip, Volunteer, Area]


def waiting(session: Session, *, scope_ids: Sequence[int], now: datetime, limit: int = 200) -> list[SlipRow]:
    """Slips to be printed in scope, the shift that begins first in front.

    What has begun, was answered in another way or is no longer true is left out: nobody should carry it to her.
    """
    rows = session.execute(
        _slips(scope_ids)
        .where(Slip.printed_at.is_(None), Slip.needed_by.is_(None) | (Slip.needed_by > now))
        .order_by(Slip.needed_by.asc().nulls_last(), Volunteer.pinyin, Slip.id)
        .limit(limit)
    ).all()
    return _still_true(session, rows, now=now)


def printed(session: Session, *, scope_ids: Sequence[int], since: datetime, limit: int = 200) -> Sequence[SlipRow]:
    """Slips in scope that were printed since then, the last one in front."""
    return session.execute(
        _slips(scope_ids).where(Slip.printed_at >= since).order_by(Slip.printed_at.desc(), Slip.id.desc()).limit(limit)
    ).all()


def in_scope(session: Session, slip_id: int, *, scope_ids: Sequence[int]) -> Slip | None:
    """The slip, if it belongs to one of the scopes."""
    return session.scalar(select(Slip).where(Slip.id == slip_id, within(Slip.area_id, scope_ids)))


def of_notifications(session: Session, notification_ids: Collection[int]) -> dict[int, Slip]:
    """The slips that came of these notifications, by notification."""
    rows = session.scalars(select(Slip).where(Slip.notification_id.in_(notification_ids)))
    return {slip.notification_id: slip for slip in rows}


def mark_printed(
    session: Session, *, slip_ids: Collection[int], scope_ids: Sequence[int], account_id: int, now: datetime
) -> int:
    """They are on paper; how many were not before. Each is written down with who printed it."""
    marked = session.scalars(
        update(Slip)
        .where(Slip.id.in_(slip_ids), Slip.printed_at.is_(None), within(Slip.area_id, scope_ids))
        .values(printed_at=now, printed_by=account_id)
        .returning(Slip)
    ).all()
    for slip in marked:
        _note(session, "printed_slip", slip, account_id=account_id, now=now)
    return len(marked)


def print_again(session: Session, slip: Slip, *, account_id: int, now: datetime) -> None:
    """It was lost, or marked by mistake: among those to print again. Twice is harmless."""
    if slip.printed_at is not None:
        slip.printed_at = slip.printed_by = None
        session.flush()
        _note(session, "put_back_slip", slip, account_id=account_id, now=now)


def _slips(scope_ids: Sequence[int]) -> Select[Slip, Volunteer, Area]:
    return (
        select(Slip, Volunteer, Area)
        .join(Volunteer, Volunteer.id == Slip.volunteer_id)
        .join(Area, Area.id == Volunteer.area_id)
        .where(within(Slip.area_id, scope_ids))
    )


def _still_true(session: Session, rows: Sequence[SlipRow], *, now: datetime) -> list[SlipRow]:
    ids = [row.Slip.notification_id for row in rows]
    messages = session.scalars(select(Notification).where(Notification.id.in_(ids))).all()
    kinds = {message.id: message.kind for message in messages}
    about = subjects(session, messages)

    def is_true(notification_id: int) -> bool:
        duties = about[notification_id].duties
        return not duties or any(why_not(kinds[notification_id], duty, now=now) is None for duty in duties)

    return [row for row in rows if is_true(row.Slip.notification_id)]


def _note(session: Session, verb: str, slip: Slip, *, account_id: int, now: datetime) -> None:
    audit.note(
        session,
        verb=verb,
        subject=("volunteer", slip.volunteer_id),
        account_id=account_id,
        area_id=slip.area_id,
        now=now,
    )
