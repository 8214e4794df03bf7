"""A second look: where an area or a team asks for it, a draft is published only once somebody else has read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, or_, select, update
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Activity, Review
from service.db import refusing
from service.events import ReviewAsked, ReviewDecided
from service.places.models import Area
from service.places.queries import within
from service.teams.models import Team
from service.terms import ActivityState, ReviewState

#: States in which a review says something about the draft as it is.
STANDING = (ReviewState.ASKED, ReviewState.APPROVED)


class ReviewRefused(Exception):
    """It cannot be asked or decided. `problem` is a code: not_a_draft, own_draft, reason_missing, changed."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def is_needed(session: Session, activity: Activity) -> bool:
    """Whether its area, one above, or its team wants a second look."""
    lineage = session.get_one(Area, activity.area_id).lineage
    if session.scalar(select(Area.id).where(Area.id.in_(lineage), Area.needs_review).limit(1)) is not None:
        return True
    return activity.team_id is not None and session.get_one(Team, activity.team_id).needs_review


def latest(session: Session, activity_id: int) -> Review | None:
    """The last time somebody was asked to look, if ever."""
    asked = select(Review).where(Review.activity_id == activity_id).order_by(Review.id.desc()).limit(1)
    return session.scalar(asked.execution_options(populate_existing=True))


def is_cleared(session: Session, activity: Activity) -> bool:
    """Whether nothing is in the way of publishing it. A change under way waits until this is settled."""
    if not is_needed(session, activity):
        return True
    approved = select(Review.id).where(Review.activity_id == activity.id, Review.state == ReviewState.APPROVED)
    return session.scalar(approved.with_for_update()) is not None


def ask(session: Session, activity: Activity, *, account_id: int, now: datetime) -> Review:
    """Somebody else is to look at the draft. Twice is harmless. Raises ReviewRefused."""
    if activity.state != ActivityState.DRAFT:
        raise ReviewRefused("not_a_draft")
    standing = latest(session, activity.id)
    if standing is not None and standing.state in STANDING:
        return standing
    made = Review(
        area_id=activity.area_id, activity_id=activity.id, asked_by=account_id, asked_at=now, state=ReviewState.ASKED
    )
    with refusing(session, "uq_review_standing", ReviewRefused("changed")):
        session.add(made)
    outbox.record(session, ReviewAsked(activity.id))
    audit.note_about(session, "asked_review", activity, account_id=account_id, now=now)
    return made


def decide(
    session: Session,
    activity: Activity,
    *,
    review_id: int,
    is_approved: bool,
    account_id: int,
    now: datetime,
    reason: str = "",
) -> Review:
    """Somebody else has looked: it may be published, or goes back to its author with a reason.

    The first answer stands; the same again is harmless. Raises ReviewRefused: of what was changed since it was asked
    nobody has seen what would be published.
    """
    review = session.get(Review, review_id, with_for_update=True, populate_existing=True)
    to = ReviewState.APPROVED if is_approved else ReviewState.REFUSED
    if review is None or review.activity_id != activity.id:
        raise ReviewRefused("changed")
    if review.state == to and review.decided_by == account_id:
        return review
    if review.state != ReviewState.ASKED:
        raise ReviewRefused("changed")
    if account_id in (activity.created_by, review.asked_by):
        raise ReviewRefused("own_draft")
    if not is_approved and not reason.strip():
        raise ReviewRefused("reason_missing")
    review.state, review.reason = to, reason.strip()
    review.decided_by, review.decided_at = account_id, now
    session.flush()
    outbox.record(session, ReviewDecided(activity.id))
    verb = "approved_activity" if is_approved else "sent_back_activity"
    audit.note_about(session, verb, activity, account_id=account_id, now=now)
    return review


def lapse(session: Session, activity_id: int) -> None:
    """The draft was changed: what was said of it does not hold any more."""
    standing = update(Review).where(Review.activity_id == activity_id, Review.state.in_(STANDING))
    session.execute(standing.values(state=ReviewState.LAPSED))


def to_review(session: Session, *, scope_ids: Sequence[int], account_id: int) -> Sequence[Row[Review, Activity]]:
    """Drafts in scope that somebody else than `account_id` wrote and wants looked at, who asked first in front."""
    return session.execute(
        select(Review, Activity)
        .join(Activity, Activity.id == Review.activity_id)
        .where(Review.state == ReviewState.ASKED, Activity.state == ActivityState.DRAFT)
        .where(within(Review.area_id, scope_ids), Review.asked_by != account_id)
        .where(or_(Activity.created_by.is_(None), Activity.created_by != account_id))
        .order_by(Review.id)
    ).all()


def sent_back(session: Session, *, account_id: int) -> Sequence[Row[Review, Activity]]:
    """Drafts of hers that came back with a reason, and were not asked about again."""
    later = select(Review.activity_id, Review.id).subquery()
    return session.execute(
        select(Review, Activity)
        .join(Activity, Activity.id == Review.activity_id)
        .where(Review.state == ReviewState.REFUSED, Activity.state == ActivityState.DRAFT)
        .where(or_(Review.asked_by == account_id, Activity.created_by == account_id))
        .where(~select(later.c.id).where(later.c.activity_id == Review.activity_id, later.c.id > Review.id).exists())
        .order_by(Review.id)
    ).all()
