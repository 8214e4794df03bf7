"""How people answer in a rehearsal: nobody, everybody, or each as she did the last time she was asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from service.backfill import answering
from service.backfill.models import Invitation
from service.notifications.askings import ASKING
from service.notifications.models import Notification
from service.risks import actions as risks
from service.roster import actions as roster
from service.roster.models import Assignment
from service.signups.actions import SignUpRefused
from service.terms import (
    AssignmentState,
    Assumption,
    InvitationState,
    NotificationState,
    ReleaseReason,
    RiskDoor,
)

#: When everybody says yes, each does so long after the message reached her.
SOON = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, order=True)
class Ask:
    """Somebody has been asked: for an offer, or to step in."""

    asked_at: datetime
    is_invitation: bool
    id: int
    volunteer_id: int


@dataclass(frozen=True, slots=True)
class Habit:
    """What a person answers, and how long after she was asked."""

    is_yes: bool
    after: timedelta


def asks(session: Session) -> list[Ask]:
    """Whoever has been reached and has not answered, in the order in which they were asked."""
    found = []
    for is_invitation, model, state, prefix in (
        (False, Assignment, AssignmentState.OFFERED, "offered:"),
        (True, Invitation, InvitationState.ASKED, ASKING),
    ):
        reached = Notification.key == func.concat(prefix, model.id)
        rows = session.execute(
            select(Notification.settled_at, model.id, model.volunteer_id)
            .join(Notification, reached)
            .where(model.state == state, Notification.state == NotificationState.SENT)
        )
        found += [Ask(at, is_invitation, one, volunteer_id) for at, one, volunteer_id in rows if at is not None]
    return sorted(found)


def habits(session: Session, assumption: Assumption, people: Collection[int]) -> dict[int, Habit]:
    """The habits of these people; who does not answer has none."""
    if assumption == Assumption.EVERYBODY:
        return dict.fromkeys(people, Habit(is_yes=True, after=SOON))
    return dict(_lately(session, people)) if assumption == Assumption.AS_LATELY else {}


def _lately(session: Session, people: Collection[int]) -> Iterator[tuple[int, Habit]]:
    """What each did the last time: yes, no, or nothing. Who was never asked does nothing."""
    ran_out = Assignment.release_reason == ReleaseReason.OFFER_EXPIRED
    offers = select(
        Assignment.volunteer_id,
        Assignment.assigned_at.label("asked_at"),
        Assignment.answered_at,
        (Assignment.state != AssignmentState.DECLINED).label("is_yes"),
    ).where(Assignment.answer_by.is_not(None), Assignment.answered_at.is_not(None) | ran_out)
    invitations = select(
        Invitation.volunteer_id,
        Invitation.asked_at,
        Invitation.answered_at,
        (Invitation.state != InvitationState.DECLINED).label("is_yes"),
    ).where(Invitation.answered_at.is_not(None))
    both = union_all(offers, invitations).subquery()
    rows = session.execute(
        select(both.c.volunteer_id, both.c.asked_at, both.c.answered_at, both.c.is_yes)
        .where(both.c.volunteer_id.in_(people))
        .distinct(both.c.volunteer_id)
        .order_by(both.c.volunteer_id, both.c.asked_at.desc(), both.c.is_yes)
    )
    for volunteer_id, asked_at, answered_at, is_yes in rows:
        if answered_at is not None:
            yield volunteer_id, Habit(is_yes=is_yes, after=max(answered_at - asked_at, timedelta()))


def give(session: Session, ask: Ask, habit: Habit, *, now: datetime) -> None:
    """She answers. An answer that comes too late, or that is refused, changes nothing, as in life.

    Whoever says yes confirms what she has to confirm first.
    """
    try:
        _say(session, ask, habit, now=now)
    except risks.RiskUnconfirmed as missing:
        told = {"volunteer_id": ask.volunteer_id, "activity_id": missing.risk.activity_id}
        risks.confirm(session, **told, version=missing.risk.version, door=RiskDoor.LINK, now=now)
        _say(session, ask, habit, now=now)


def _say(session: Session, ask: Ask, habit: Habit, *, now: datetime) -> None:
    refused = (roster.OfferClosed, answering.InvitationClosed, SignUpRefused)
    with suppress(*refused), session.begin_nested():
        if ask.is_invitation and habit.is_yes:
            answering.accept(session, invitation_id=ask.id, now=now)
        elif ask.is_invitation:
            answering.decline(session, invitation_id=ask.id, now=now)
        elif habit.is_yes:
            roster.accept(session, assignment_id=ask.id, now=now)
        else:
            roster.decline(session, assignment_id=ask.id, now=now)
