"""Named reads of notifications: what is due to be sent, who is concerned, what was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, func, select, union, update
from sqlalchemy.orm import Session

from service.accounts.models import Account, RoleGrant
from service.activities.models import Shift, ShiftRole
from service.backfill.models import Backfill, Invitation
from service.courses import queries as courses
from service.courses.models import Enrolment
from service.db import one_of
from service.notifications.models import Call, Delivery, Notification
from service.notifications.ways import Attempt
from service.places.models import Area
from service.places.queries import within
from service.roster.models import Assignment
from service.signups.models import WAITING, SignUp
from service.swaps.models import Swap, SwapAsking
from service.terms import AssignmentState as A
from service.terms import Channel, NotificationState, Role
from service.volunteers.models import Volunteer


def failures(session: Session, notification_ids: Collection[int]) -> dict[int, list[Attempt]]:
    """The failed attempts of these notifications so far, in order."""
    rows = session.execute(
        select(Delivery.notification_id, Delivery.channel, Delivery.is_permanent)
        .where(Delivery.notification_id.in_(notification_ids), Delivery.error.is_not(None))
        .order_by(Delivery.id)
    )
    failed: dict[int, list[Attempt]] = defaultdict(list)
    for notification_id, channel, is_permanent in rows:
        failed[notification_id].append(Attempt(Channel(channel), is_permanent))
    return failed


def signups(session: Session, signup_ids: Collection[int]) -> Sequence[Row[SignUp, Shift]]:
    """These sign-ups with their shifts, as they are now, in order."""
    return session.execute(
        select(SignUp, Shift)
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(one_of(SignUp.id, signup_ids))
        .order_by(SignUp.id)
        .execution_options(populate_existing=True)
    ).all()


def assignments(session: Session, assignment_ids: Collection[int]) -> Sequence[Row[Assignment, Shift]]:
    """These places with their shifts, as they are now, in order."""
    return session.execute(
        select(Assignment, Shift)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(one_of(Assignment.id, assignment_ids))
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    ).all()


def people_of(session: Session, shift_id: int) -> Sequence[tuple[int, str, int]]:
    """Whoever a change of the shift concerns: (volunteer id, "assignment_ids", "signup_ids" or "shift_ids", id), each
    person once.

    Those who hold a place or are offered one, those who still wait for one, and who learns there on all days.
    """
    holding = session.execute(
        select(Assignment.volunteer_id, Assignment.id)
        .where(Assignment.shift_id == shift_id, Assignment.state.in_((A.OFFERED, A.CONFIRMED, A.CHECKED_IN)))
        .order_by(Assignment.volunteer_id)
    )
    waiting = session.execute(
        select(SignUp.volunteer_id, SignUp.id)
        .where(SignUp.shift_id == shift_id, SignUp.state.in_(WAITING))
        .order_by(SignUp.volunteer_id)
    )
    activity_id = session.scalars(select(Shift.activity_id).where(Shift.id == shift_id)).one()
    people = {one: (one, "shift_ids", shift_id) for one in courses.enrolled(session, activity_id)}
    people |= {volunteer_id: (volunteer_id, "signup_ids", signup_id) for volunteer_id, signup_id in waiting}
    people |= {volunteer_id: (volunteer_id, "assignment_ids", held_id) for volunteer_id, held_id in holding}
    return list(people.values())


def coordinators(session: Session, area_id: int) -> Sequence[int]:
    """Accounts of the coordinators nearest to an area: its own, or those of the first area above that has any."""
    lineage = session.scalars(select(Area.lineage).where(Area.id == area_id)).one()
    rows = session.execute(
        select(RoleGrant.area_id, RoleGrant.account_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.area_id.in_(lineage), RoleGrant.role == Role.COORDINATOR, Account.disabled_at.is_(None))
        .order_by(RoleGrant.account_id)
    ).all()
    nearest = max((lineage.index(granted_in) for granted_in, _ in rows), default=0)
    return [account_id for granted_in, account_id in rows if lineage.index(granted_in) == nearest]


def volunteers_behind(session: Session, account_ids: Collection[int]) -> frozenset[int]:
    """Ids of the volunteers to whom these accounts belong."""
    rows = session.scalars(select(Account.volunteer_id).where(one_of(Account.id, account_ids)))
    return frozenset(one for one in rows if one is not None)


def of_person(
    session: Session, volunteer_id: int, *, scope_ids: Sequence[int] | None = None, limit: int = 60
) -> Sequence[Notification]:
    """What was to be told to a person, newest first; for a coordinator only what came from her areas."""
    statement = select(Notification).where(Notification.volunteer_id == volunteer_id)
    if scope_ids is not None:
        statement = statement.where(within(Notification.area_id, scope_ids))
    newest = statement.order_by(Notification.send_at.desc(), Notification.id.desc()).limit(limit)
    return session.scalars(newest).all()


def of_account(session: Session, account_id: int, *, limit: int = 60) -> Sequence[Notification]:
    """What was to be told to somebody as a coordinator, newest first."""
    statement = select(Notification).where(Notification.account_id == account_id)
    return session.scalars(statement.order_by(Notification.send_at.desc(), Notification.id.desc()).limit(limit)).all()


def unseen(session: Session, *, volunteer_id: int | None, account_id: int) -> int:
    """How many messages she has not looked at on this site yet."""
    return session.scalar(select(func.count()).where(_hers(volunteer_id, account_id), *_UNSEEN)) or 0


def mark_seen(session: Session, *, volunteer_id: int | None, account_id: int, now: datetime) -> int:
    """She has all of them before her; how many are new to her."""
    marked = session.execute(
        update(Notification)
        .where(_hers(volunteer_id, account_id), *_UNSEEN)
        .values(seen_at=now)
        .returning(Notification.id)
        .execution_options(synchronize_session=False)
    )
    return len(marked.all())


_UNSEEN = (Notification.state == NotificationState.SENT, Notification.seen_at.is_(None))


def _hers(volunteer_id: int | None, account_id: int) -> ColumnElement[bool]:
    own = Notification.account_id == account_id
    return own if volunteer_id is None else own | (Notification.volunteer_id == volunteer_id)


def about_shift(session: Session, shift_id: int) -> list[Row[Notification, Volunteer]]:
    """What was to be told to volunteers about a shift, with whom it was for, oldest first."""
    ids: dict[str, set[int]] = {
        "shift_ids": {shift_id},
        "assignment_ids": set(session.scalars(select(Assignment.id).where(Assignment.shift_id == shift_id))),
        "signup_ids": set(session.scalars(select(SignUp.id).where(SignUp.shift_id == shift_id))),
        "invitation_ids": set(
            session.scalars(
                select(Invitation.id)
                .join(Backfill, Backfill.id == Invitation.backfill_id)
                .join(ShiftRole, ShiftRole.id == Backfill.shift_role_id)
                .where(ShiftRole.shift_id == shift_id)
            )
        ),
        "swap_asking_ids": set(
            session.scalars(
                select(SwapAsking.id)
                .join(Swap, Swap.id == SwapAsking.swap_id)
                .join(Assignment, Assignment.id == Swap.assignment_id)
                .where(Assignment.shift_id == shift_id)
            )
        ),
    }
    people = union(
        select(Assignment.volunteer_id).where(Assignment.shift_id == shift_id),
        select(SignUp.volunteer_id).where(SignUp.shift_id == shift_id),
        select(Invitation.volunteer_id).where(Invitation.id.in_(ids["invitation_ids"])),
        select(SwapAsking.volunteer_id).where(SwapAsking.id.in_(ids["swap_asking_ids"])),
        select(Enrolment.volunteer_id)
        .join(Shift, Shift.activity_id == Enrolment.activity_id)
        .where(Shift.id == shift_id),
    )
    rows = session.execute(
        select(Notification, Volunteer)
        .join(Volunteer, Volunteer.id == Notification.volunteer_id)
        .where(Notification.volunteer_id.in_(people))
        .order_by(Notification.send_at, Notification.id)
    ).all()
    return [
        row for row in rows if any(ids[name].intersection(row.Notification.subject_ids.get(name, ())) for name in ids)
    ]


def calls_of(session: Session, notification_ids: Collection[int]) -> dict[int, Call]:
    """The calls that came of these notifications, by notification."""
    rows = session.scalars(select(Call).where(Call.notification_id.in_(notification_ids)))
    return {call.notification_id: call for call in rows}
