"""How far the second look at a draft is, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from service.activities import reviewing
from service.activities.models import Activity, Review
from service.terms import ActivityState, ReviewState
from service.web.desk import Desk


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The last time somebody was asked, if ever; whether the reader may answer, or may ask (again)."""

    review: Review | None
    may_decide: bool
    may_ask: bool

    @property
    def is_cleared(self) -> bool:
        """Whether it may be published."""
        return self.review is not None and self.review.state == ReviewState.APPROVED


def second_look(desk: Desk, activity: Activity) -> SecondLook | None:
    """None where nobody asks for one, and once it is published."""
    if activity.state != ActivityState.DRAFT or not reviewing.is_needed(desk.db, activity):
        return None
    review = reviewing.latest(desk.db, activity.id)
    is_open = review is not None and review.state == ReviewState.ASKED
    hers = review is not None and desk.account_id in (activity.created_by, review.asked_by)
    return SecondLook(
        review,
        may_decide=is_open and not hers,
        may_ask=review is None or review.state not in reviewing.STANDING,
    )
