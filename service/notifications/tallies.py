"""How the channels did lately, for who looks after them: what went out, what failed and why, which bots are silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from service.notifications.models import ChatGroup, Delivery, Notification
from service.places.models import Area
from service.places.queries import within
from service.terms import Channel

#: Only the newest attempts are looked at, so that a year of them makes no page slow.
LOOKED_AT = 20_000
#: A bot that may speak again within this time keeps its pace; one that must wait longer was silenced by its vendor.
PACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Tally:
    """One channel since a moment: attempts that delivered, and attempts that failed."""

    channel: Channel
    delivered: int
    failed: int


def tallies(session: Session, *, scope_ids: Sequence[int], since: datetime) -> dict[Channel, Tally]:
    """Every channel used for these areas since then. Login codes belong to no area: only the top counts them."""
    newest = _newest().subquery()
    rows = session.execute(
        select(
            newest.c.channel,
            func.count().filter(newest.c.error.is_(None)),
            func.count().filter(newest.c.error.is_not(None)),
        )
        .join(Notification, Notification.id == newest.c.notification_id)
        .where(newest.c.attempted_at >= since, _is_theirs(session, scope_ids))
        .group_by(newest.c.channel)
    )
    return {Channel(channel): Tally(Channel(channel), good, bad) for channel, good, bad in rows}


def troubles(session: Session, *, scope_ids: Sequence[int], limit: int = 10) -> Sequence[Row[str, datetime, str, bool]]:
    """(channel, when, what it said, whether for good) of the newest failed attempts."""
    newest = _newest().subquery()
    return session.execute(
        select(newest.c.channel, newest.c.attempted_at, newest.c.error, newest.c.is_permanent)
        .join(Notification, Notification.id == newest.c.notification_id)
        .where(newest.c.error.is_not(None), _is_theirs(session, scope_ids))
        .order_by(newest.c.id.desc())
        .limit(limit)
    ).all()


def silenced(session: Session, *, scope_ids: Sequence[int]) -> Sequence[ChatGroup]:
    """Open groups whose bot must be silent for longer than its pace asks, in real time; `next_at` says until when."""
    return session.scalars(
        select(ChatGroup)
        .where(within(ChatGroup.area_id, scope_ids), ChatGroup.closed_at.is_(None))
        .where(ChatGroup.next_at > func.clock_timestamp() + PACE)
        .order_by(ChatGroup.id)
    ).all()


def _newest() -> Select[Delivery]:
    return select(Delivery).order_by(Delivery.id.desc()).limit(LOOKED_AT)


def _is_theirs(session: Session, scope_ids: Sequence[int]) -> ColumnElement[bool]:
    own = within(Notification.area_id, scope_ids)
    tops = select(Area.id).where(Area.id.in_(scope_ids), Area.parent_id.is_(None)).limit(1)
    return or_(own, Notification.area_id.is_(None)) if session.scalar(tops) is not None else own
