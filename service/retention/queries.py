"""Named reads: how long things are kept, and who has not been here for so long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from service.accounts.models import Account, RoleGrant
from service.activities.models import Shift
from service.courses.models import Enrolment
from service.notifications.models import Notification
from service.pupils.models import Pupil
from service.retention.models import KeepingTime
from service.retention.rules import BOUNDS
from service.roster.models import Assignment
from service.rotation.models import RotationMember
from service.signups.models import SignUp
from service.teams.models import Membership
from service.terms import Kept
from service.volunteers.models import Consent, Volunteer


def days_kept(session: Session) -> dict[Kept, int]:
    """How many days each kind is kept in this house."""
    chosen = dict(session.execute(select(KeepingTime.kind, KeepingTime.days)).all())
    return {kind: chosen.get(kind, bounds.usual) for kind, bounds in BOUNDS.items()}


def idle(session: Session, *, before: datetime, today: date, limit: int) -> Sequence[int]:
    """Current people, of no team or pool, who were not heard of since: no sign-up, shift, course, answer, consent."""
    return session.scalars(
        select(Volunteer.id).where(_is_idle(before, today)).order_by(Volunteer.id).limit(limit)
    ).all()


def still_idle(session: Session, volunteer_id: int, *, before: datetime, today: date) -> bool:
    """Whether that is still so of her."""
    still = select(exists().where(Volunteer.id == volunteer_id, _is_idle(before, today)))
    return bool(session.scalar(still))


def _is_idle(before: datetime, today: date) -> ColumnElement[bool]:
    return and_(
        Volunteer.left_at.is_(None), Volunteer.registered_at < before, ~_is_heard_of(before, today), ~_HAS_ROLES
    )


def _is_heard_of(before: datetime, today: date) -> ColumnElement[bool]:
    her = Volunteer.id
    served = exists().where(
        Assignment.volunteer_id == her,
        or_(Assignment.answered_at >= before, and_(Shift.id == Assignment.shift_id, Shift.ends_at >= before)),
    )
    return or_(
        exists().where(SignUp.volunteer_id == her, SignUp.signed_up_at >= before),
        served,
        exists().where(Enrolment.volunteer_id == her, Enrolment.asked_at >= before),
        exists().where(Notification.volunteer_id == her, Notification.seen_at >= before),
        exists().where(Consent.volunteer_id == her, Consent.given_at >= before),
        exists().where(Membership.volunteer_id == her, or_(Membership.until_on.is_(None), Membership.until_on > today)),
        exists().where(RotationMember.volunteer_id == her, RotationMember.left_at.is_(None)),
    )


_HAS_ROLES = exists().where(Account.volunteer_id == Volunteer.id, RoleGrant.account_id == Account.id)
_HAS_ACCOUNT = exists().where(Account.volunteer_id == Volunteer.id)


def with_contacts(session: Session, *, before: datetime, limit: int) -> Sequence[int]:
    """People who left before, and can still be reached: a number, an address, a birthday, an account."""
    reached = or_(
        Volunteer.phone_digest.is_not(None),
        Volunteer.email.is_not(None),
        Volunteer.birth_on.is_not(None),
        _HAS_ACCOUNT,
    )
    return session.scalars(
        select(Volunteer.id).where(Volunteer.left_at < before, reached, ~_HAS_ROLES).order_by(Volunteer.id).limit(limit)
    ).all()


def with_names(session: Session, *, before: datetime, limit: int) -> Sequence[int]:
    """People who left before, and still have a name (one that is gone is spelled with no letters)."""
    return session.scalars(
        select(Volunteer.id)
        .where(Volunteer.left_at < before, Volunteer.pinyin != "", ~_HAS_ROLES)
        .order_by(Volunteer.id)
        .limit(limit)
    ).all()


def pupils_of_the_past(session: Session, *, before: datetime, limit: int) -> Sequence[Pupil]:
    """Pupils whose activity has had no shift since, and has none to come."""
    goes_on = exists().where(Shift.activity_id == Pupil.activity_id, Shift.ends_at >= before)
    return session.scalars(
        select(Pupil)
        .where(Pupil.left_at.is_(None), Pupil.consented_at < before, ~goes_on)
        .order_by(Pupil.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
