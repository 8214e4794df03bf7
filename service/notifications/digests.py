"""The weekly digest: on Sunday evening whoever coordinates areas or leads teams is told of the week that comes.

It is written down for all of them, and once, under a key of the week and the person. Whether there is anything to tell,
and whether she wants it, is looked at when it is sent, as with every message; her ledger says why she got none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import BigInteger, Row, String, Subquery, case, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from service.accounts.models import Account, RoleGrant
from service.calendars.rules import instant, local
from service.notifications.models import Notification
from service.notifications.wanted import To, Wanted, notify_all
from service.notifications.weeks import LATEST, WEEKS, named
from service.settings import settings
from service.teams.models import Membership, Team
from service.teams.queries import is_member_on
from service.terms import MemberRole, NotificationKind, Role, TeamState
from service.volunteers.models import Volunteer

#: Digests in one transaction.
BATCH = 500
SUNDAY = 6


def write_due(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Ask for the digests of the week that is told of now, of some who have none yet; how many were asked for."""
    monday = week_told_of(now, at=settings().digest_at)
    if monday is None:
        return 0
    wanted = [
        Wanted(
            kind=NotificationKind.WEEKLY_DIGEST,
            key=reader.key,
            to=To(account_id=reader.account_id) if reader.account_id else To(volunteer_id=reader.volunteer_id),
            subject_ids={WEEKS: [named(monday)]},
            area_id=reader.area_id,
        )
        for reader in _without(session, monday, limit=limit)
    ]
    return len(notify_all(session, wanted, now=now))


def week_told_of(now: datetime, *, at: time) -> date | None:
    """The Monday of the week that is told of: from Sunday at `at` until LATEST on Monday; None at any other time."""
    wall = local(now)
    if wall.weekday() == SUNDAY and wall.time() >= at:
        return wall.date() + timedelta(days=1)
    return wall.date() if wall.weekday() == 0 and wall.time() < LATEST else None


def next_round(after: datetime) -> datetime:
    """When digests are written next, later than `after`."""
    wall, at = local(after), settings().digest_at
    sunday = wall.date() + timedelta(days=SUNDAY - wall.weekday())
    this_week = instant(sunday, at)
    return this_week if this_week > after else instant(sunday + timedelta(weeks=1), at)


def _without(session: Session, monday: date, *, limit: int) -> Sequence[Row[str, int | None, int | None, int]]:
    """(key, account_id, volunteer_id, area_id) of readers for whom nothing is written down of this week.

    One person has one key, whether she is told as a coordinator, as a lead, or as both.
    """
    reader = _readers(monday)
    person = case(
        (reader.c.volunteer_id.is_not(None), func.concat("v", reader.c.volunteer_id)),
        else_=func.concat("a", reader.c.account_id),
    )
    key = cast(func.concat(literal(f"{NotificationKind.WEEKLY_DIGEST}:{monday}:"), person), String).label("key")
    is_written = select(Notification.id).where(Notification.key == key).exists()
    statement = select(key, reader.c.account_id, reader.c.volunteer_id, reader.c.area_id).where(~is_written)
    return session.execute(statement.order_by(key).limit(limit)).all()


def _readers(monday: date) -> Subquery:
    """(account_id, volunteer_id, area_id): coordinators by their accounts, and leads of teams who are none."""
    coordinators = (
        select(
            Account.id.label("account_id"),
            Account.volunteer_id.label("volunteer_id"),
            func.min(RoleGrant.area_id).label("area_id"),
        )
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.role == Role.COORDINATOR, Account.disabled_at.is_(None))
        .group_by(Account.id)
    )
    coordinates = coordinators.with_only_columns(Account.volunteer_id).where(
        Account.volunteer_id == Membership.volunteer_id
    )
    leads = (
        select(cast(null(), BigInteger), Membership.volunteer_id, func.min(Team.area_id))
        .join(Team, Team.id == Membership.team_id)
        .join(Volunteer, Volunteer.id == Membership.volunteer_id)
        .where(Team.state == TeamState.ACTIVE, Membership.role == MemberRole.LEAD, Volunteer.left_at.is_(None))
        .where(is_member_on(monday))
        .where(~coordinates.exists())
        .group_by(Membership.volunteer_id)
    )
    return union_all(coordinators, leads).subquery()
