"""A family signs up together: whether a role takes families, and that some of them do not come after all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import ActivityRole, Shift
from service.events import SignUpWaitlisted
from service.roster import actions as roster
from service.signups.actions import SignUpRefused, TooLateToWithdraw
from service.signups.following import locked, locked_place
from service.signups.models import STANDING, ForbiddenMove, SignUp
from service.signups.rules import Refused
from service.terms import Mode, Refusal, SignUpState


class FamiliesRefused(Exception):
    """The role takes no families. `problem` is a code: planned (a plan places people), asks (it asks for something),
    too_few (it has fewer places)."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def take_families(session: Session, role: ActivityRole, *, most: int, account_id: int | None, now: datetime) -> None:
    """One sign-up for this role may take so many places from now on; 1: each signs up for herself.

    Only where who comes first is first served: a plan places persons, and knows nothing of who is not registered.
    Only where nothing is asked of anybody but to come: nobody can tell the age or the licence of who is not named.
    Raises FamiliesRefused.
    """
    if most > 1:
        if not Mode(role.activity.mode).is_first_come:
            raise FamiliesRefused("planned")
        if role.requires or role.tags or role.min_age is not None or role.max_age is not None:
            raise FamiliesRefused("asks")
        if most > role.max_needed:
            raise FamiliesRefused("too_few")
    role.most_together = most
    audit.note(
        session,
        verb="took_families",
        subject=("activity", role.activity_id),
        account_id=account_id,
        area_id=role.activity.area_id,
        now=now,
        most=most,
    )


def bring_fewer(
    session: Session, *, signup_id: int, with_adults: int, with_children: int, now: datetime, by: int | None = None
) -> SignUp:
    """So many come with her and no more: the places of the others are free at once. Twice is harmless.

    Whoever waits keeps her rank, and may have room now. Raises SignUpRefused for more than before, ForbiddenMove for a
    sign-up that is over, TooLateToWithdraw once it has begun.
    """
    signup = locked(session, signup_id)
    shift = session.get_one(Shift, signup.shift_id, populate_existing=True)
    if signup.state not in STANDING:
        raise ForbiddenMove(f"sign-up {signup_id} is {signup.state}")
    if with_adults > signup.with_adults or with_children > signup.with_children:
        raise SignUpRefused([Refused(Refusal.TOO_MANY_TOGETHER, {"most": signup.places})])
    if (with_adults, with_children) == (signup.with_adults, signup.with_children):
        return signup
    if now >= shift.starts_at:
        raise TooLateToWithdraw(shift.starts_at, shift.activity.contact_phone)
    signup.with_adults, signup.with_children = with_adults, with_children
    place = locked_place(session, signup)
    if place is not None:
        roster.bring_fewer(session, place, places=signup.places)
    if signup.state == SignUpState.WAITLISTED:
        outbox.record(session, SignUpWaitlisted(signup.id))
    session.flush()
    audit.note_about(session, "brought_fewer", signup, account_id=by, now=now)
    return signup
