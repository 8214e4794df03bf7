"""What follows for sign-ups from what happened to places: promotion, settling, the end of a cancelled shift.

Called by reactions and sweeps; each bears running late, twice, or after a later change.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import Row, and_, exists, not_, select
from sqlalchemy.orm import Session, aliased

from service import outbox
from service.activities.models import ShiftRole
from service.db import one_of
from service.events import SignUpDeclined
from service.roster import actions as roster
from service.roster.models import AWAITED, HOLDING, ON_THE_ROSTER, Assignment
from service.signups import queries
from service.signups.asking import asking
from service.signups.models import STANDING, SignUp
from service.signups.rules import but_for, unfit
from service.terms import AssignmentState, ReleaseReason, SignUpState
from service.volunteers.queries import lock_all, lock_id, lock_id_now


def promote(session: Session, *, shift_role_id: int, now: datetime, may_wait: bool = True) -> int:
    """Offer free places of a role to those waiting, first come first; the number of offers made.

    Who cannot serve any more (another duty, a lapsed licence) keeps her rank and is passed over, and her lock is let
    go; so is a family there is no room for, all or nobody: who waits behind it is not kept out by it. Two promotions
    may meet the same people in opposite order, so nobody is waited for once somebody is held, nor with `may_wait` off:
    what is left then is for the next sweep.
    """
    role = session.get_one(ShiftRole, shift_role_id, populate_existing=True)
    row = queries.opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    if row is None or role.taken >= role.max_needed or now >= row.Shift.starts_at:
        return 0
    offered, free = 0, role.max_needed - role.taken
    for waiting in queries.waitlist(session, shift_role_id):
        if waiting.places > free:
            continue
        outcome = _offer_next(session, waiting, row=row, now=now, may_wait=may_wait and not offered)
        if outcome == _Outcome.OFFERED:
            offered, free = offered + 1, free - waiting.places
        elif outcome == _Outcome.NO_MORE:
            break
    return offered


class _Outcome(Enum):
    """What came of looking at the next one in the queue."""

    OFFERED = auto()
    PASSED_OVER = auto()
    NO_MORE = auto()


def _offer_next(
    session: Session, waiting: SignUp, *, row: queries.OpeningRow, now: datetime, may_wait: bool
) -> _Outcome:
    """Offer a place to whoever is next; her lock stays only with an offer."""
    with suppress(roster.ConflictingDuty), session.begin_nested() as look:
        if not (lock_id if may_wait else lock_id_now)(session, waiting.volunteer_id):
            return _Outcome.NO_MORE
        session.refresh(waiting)
        if waiting.state == SignUpState.WAITLISTED and is_fit(session, waiting):
            _stop_standing_by(session, waiting)
            place = roster.offer(
                session,
                row=row,
                volunteer_id=waiting.volunteer_id,
                signup_id=waiting.id,
                now=now,
                places=waiting.places,
            )
            if place is None:
                look.rollback()
                return _Outcome.NO_MORE
            waiting.move(SignUpState.PENDING)
            return _Outcome.OFFERED
        look.rollback()
    return _Outcome.PASSED_OVER


def _stop_standing_by(session: Session, waiting: SignUp) -> None:
    """Whoever stands by in this very shift, or is asked to, gives that up for the place she asked for: she has not lost
    her rank by it."""
    hers = session.scalar(
        select(Assignment)
        .where(Assignment.shift_id == waiting.shift_id, Assignment.volunteer_id == waiting.volunteer_id)
        .where(Assignment.is_stand_by, Assignment.state.in_(HOLDING))
        .execution_options(populate_existing=True)
    )
    if hers is not None:
        roster.release(session, hers, reason=ReleaseReason.MOVED_OVER)
        session.flush()


def catch_up(session: Session, *, signup_ids: Collection[int], now: datetime) -> None:
    """A place may have come free between somebody's look at a full shift and the commit of her sign-up: fill it now."""
    offered = 0
    for shift_role_id in _roles_beside(session, signup_ids):
        offered += promote(session, shift_role_id=shift_role_id, now=now, may_wait=not offered)


def _roles_beside(session: Session, signup_ids: Collection[int]) -> Sequence[int]:
    """Ids of roles with a free place for which one of these sign-ups waits, in order."""
    waits = (
        exists()
        .where(one_of(SignUp.id, signup_ids), SignUp.state == SignUpState.WAITLISTED)
        .where(SignUp.shift_role_id == ShiftRole.id, ShiftRole.taken + SignUp.places <= ShiftRole.max_needed)
    )
    return session.scalars(select(ShiftRole.id).where(waits).order_by(ShiftRole.id)).all()


#: What becomes of a sign-up whose place was released, where that is not plainly a no.
_AFTER_RELEASE: dict[ReleaseReason | None, SignUpState | None] = {
    ReleaseReason.OFFER_EXPIRED: SignUpState.EXPIRED,
    ReleaseReason.WITHDREW: None,
    ReleaseReason.SWAPPED: SignUpState.WITHDRAWN,
    ReleaseReason.MOVED_OVER: SignUpState.WITHDRAWN,
    ReleaseReason.MERGED: SignUpState.WITHDRAWN,
}


#: She said yes; what has become of it since, before anybody had time to settle her sign-up, changes nothing about that.
_AFTER_A_YES = (
    AssignmentState.CONFIRMED,
    AssignmentState.CHECKED_IN,
    AssignmentState.COMPLETED,
    AssignmentState.NO_SHOW,
)


def settle(session: Session, *, assignment_ids: Collection[int]) -> None:
    """Let the sign-ups behind these assignments follow them: accepted, declined, or expired unanswered.

    A place she gave up says nothing of a sign-up that has led to another one since. People are locked before their
    sign-ups, all in the order of their ids.
    """
    behind = select(Assignment.volunteer_id).where(one_of(Assignment.id, assignment_ids))
    lock_all(session, behind.where(Assignment.signup_id.is_not(None)))
    for signup, state, release_reason in _behind(session, assignment_ids):
        outcome = {
            **dict.fromkeys(_AFTER_A_YES, SignUpState.CONFIRMED),
            AssignmentState.DECLINED: SignUpState.DECLINED,
            AssignmentState.RELEASED: _AFTER_RELEASE.get(release_reason, SignUpState.DECLINED),
        }.get(state)
        if outcome is not None and signup.state in STANDING and signup.state != outcome:
            signup.move(outcome)


def _behind(
    session: Session, assignment_ids: Collection[int]
) -> Sequence[Row[SignUp, AssignmentState, ReleaseReason | None]]:
    """The standing sign-ups behind these places, ours until commit, each with how the place stands, in order.

    Left out is a place that was given up while the same sign-up holds another.
    """
    other = aliased(Assignment)
    holds_another = exists().where(
        other.signup_id == SignUp.id, other.id != Assignment.id, other.state.in_(ON_THE_ROSTER)
    )
    is_given_up = Assignment.state.in_((AssignmentState.DECLINED, AssignmentState.RELEASED))
    return session.execute(
        select(SignUp, Assignment.state, Assignment.release_reason)
        .join(Assignment, Assignment.signup_id == SignUp.id)
        .where(one_of(Assignment.id, assignment_ids), SignUp.state.in_(STANDING))
        .where(not_(and_(is_given_up, holds_another)))
        .order_by(SignUp.id, Assignment.id)
        .with_for_update(of=SignUp)
        .execution_options(populate_existing=True)
    ).all()


def close_cancelled_shift(session: Session, *, shift_id: int) -> None:
    """After a cancellation: nobody holds or awaits a place any more. Who did is told by what follows.

    Whoever came and was checked in keeps her record. People are locked before their sign-ups and places.
    """
    people = select(SignUp.volunteer_id).where(SignUp.shift_id == shift_id, SignUp.state.in_(STANDING))
    holders = select(Assignment.volunteer_id).where(Assignment.shift_id == shift_id, Assignment.state.in_(AWAITED))
    lock_all(session, session.scalars(people.union(holders)).all())
    held = session.scalars(
        select(Assignment)
        .where(Assignment.shift_id == shift_id, Assignment.state.in_(AWAITED))
        .order_by(Assignment.shift_role_id, Assignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    _decline_waiting(session, shift_id)
    for assignment in held:
        roster.release(session, assignment, reason=ReleaseReason.SHIFT_CANCELLED)


def _decline_waiting(session: Session, shift_id: int) -> None:
    """Those without a place; the sign-ups of the others follow their assignments."""
    had_place = exists().where(
        Assignment.signup_id == SignUp.id,
        Assignment.state.in_(ON_THE_ROSTER) | (Assignment.release_reason == ReleaseReason.SHIFT_CANCELLED),
    )
    waiting = session.scalars(
        select(SignUp)
        .where(SignUp.shift_id == shift_id, SignUp.state.in_(STANDING), ~had_place)
        .order_by(SignUp.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for signup in waiting:
        signup.move(SignUpState.DECLINED)
        outbox.record(session, SignUpDeclined(signup.id))


def is_fit(session: Session, signup: SignUp) -> bool:
    """Whether nothing in the person or her duties in other shifts keeps her from the place she asked for."""
    asked = asking(
        session, volunteer_id=signup.volunteer_id, shift_id=signup.shift_id, shift_role_id=signup.shift_role_id
    )
    her = but_for(asked.candidate, shift_id=signup.shift_id)
    return asked.opening is not None and not unfit(her, asked.opening)


def locked(session: Session, signup_id: int) -> SignUp:
    """The sign-up with its person locked first: always person, then the rest."""
    volunteer_id = session.scalars(select(SignUp.volunteer_id).where(SignUp.id == signup_id)).one()
    lock_id(session, volunteer_id)
    return session.scalars(
        select(SignUp).where(SignUp.id == signup_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def locked_place(session: Session, signup: SignUp) -> Assignment | None:
    """What she holds or is offered by it, ours until commit."""
    return session.scalar(
        select(Assignment)
        .where(Assignment.signup_id == signup.id, Assignment.state.in_(HOLDING))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
