"""What a volunteer is told of her sign-up, from every mix of rows that change at their own pace."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.activities.models import Shift
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.terms import AssignmentState as A
from service.terms import ReleaseReason, ShiftState
from service.terms import SignUpState as S
from service.web import words
from service.web.outcome import Outcome, of_place, of_sign_up
from tests.factories import NOW

STARTS_AT, ENDS_AT = NOW + timedelta(days=1), NOW + timedelta(days=1, hours=2)
HOUR = timedelta(hours=1)


def shift(state: ShiftState = ShiftState.OPEN) -> Shift:
    return Shift(starts_at=STARTS_AT, ends_at=ENDS_AT, state=state)


def place(state: A, reason: ReleaseReason | None = None) -> Assignment:
    """One that its person was asked about, but for a draft."""
    return Assignment(state=state, release_reason=reason, answer_by=STARTS_AT - HOUR if state != A.DRAFTED else None)


DROPPED = Assignment(state=A.RELEASED, release_reason=ReleaseReason.REPLANNED)


@pytest.mark.parametrize(
    ("assignment", "now", "told"),
    [
        (place(A.DRAFTED), NOW, Outcome.PENDING),
        (place(A.OFFERED), STARTS_AT - HOUR, Outcome.OFFERED),
        (place(A.OFFERED), STARTS_AT - HOUR + timedelta(seconds=1), Outcome.EXPIRED),
        (place(A.CONFIRMED), ENDS_AT - HOUR, Outcome.CONFIRMED),
        (place(A.CONFIRMED), ENDS_AT, Outcome.SERVED),
        (place(A.CHECKED_IN), NOW, Outcome.CONFIRMED),
        (place(A.COMPLETED), ENDS_AT, Outcome.SERVED),
        (place(A.NO_SHOW), ENDS_AT, Outcome.MISSED),
        (place(A.DECLINED), NOW, Outcome.SAID_NO),
        (place(A.RELEASED), NOW, Outcome.RELEASED),
        (place(A.RELEASED, ReleaseReason.COORDINATOR), NOW, Outcome.RELEASED),
        (place(A.RELEASED, ReleaseReason.WITHDREW), NOW, Outcome.WITHDRAWN),
        (place(A.RELEASED, ReleaseReason.OFFER_EXPIRED), NOW, Outcome.EXPIRED),
        (place(A.RELEASED, ReleaseReason.REPLANNED), NOW, Outcome.REPLANNED),
        (place(A.RELEASED, ReleaseReason.SHIFT_CANCELLED), NOW, Outcome.CALLED_OFF),
    ],
)
def test_a_place(assignment: Assignment, now: datetime, told: Outcome) -> None:
    assert of_place(assignment, shift(), now=now) == told
    assert of_place(assignment, shift(ShiftState.CANCELLED), now=now) == Outcome.CALLED_OFF


@pytest.mark.parametrize(
    ("state", "assignment", "now", "told"),
    [
        (S.WAITLISTED, None, NOW, Outcome.WAITING),
        (S.WAITLISTED, None, STARTS_AT, Outcome.NOT_PLACED),
        (S.PENDING, None, NOW, Outcome.PENDING),
        (S.PENDING, None, STARTS_AT, Outcome.NOT_PLACED),
        (S.CONFIRMED, place(A.CONFIRMED), NOW, Outcome.CONFIRMED),
        (S.CONFIRMED, place(A.CONFIRMED), ENDS_AT, Outcome.SERVED),
        (S.DECLINED, None, NOW, Outcome.NOT_PLACED),
        (S.WITHDRAWN, place(A.RELEASED, ReleaseReason.WITHDREW), NOW, Outcome.WITHDRAWN),
        (S.WITHDRAWN, None, NOW, Outcome.WITHDRAWN),
        (S.EXPIRED, place(A.RELEASED, ReleaseReason.OFFER_EXPIRED), NOW, Outcome.EXPIRED),
        # The place has moved on, the sign-up follows a moment later.
        (S.PENDING, place(A.OFFERED), NOW, Outcome.OFFERED),
        (S.PENDING, place(A.CONFIRMED), NOW, Outcome.CONFIRMED),
        (S.PENDING, place(A.DECLINED), NOW, Outcome.SAID_NO),
        (S.CONFIRMED, place(A.DECLINED), NOW, Outcome.SAID_NO),
        (S.PENDING, place(A.RELEASED, ReleaseReason.OFFER_EXPIRED), NOW, Outcome.EXPIRED),
        (S.CONFIRMED, place(A.RELEASED, ReleaseReason.REPLANNED), NOW, Outcome.REPLANNED),
        # A draft of the matcher is nobody's business, nor one that was dropped.
        (S.PENDING, place(A.DRAFTED), NOW, Outcome.PENDING),
        (S.PENDING, place(A.RELEASED, ReleaseReason.REPLANNED), NOW, Outcome.PENDING),
        (S.WAITLISTED, place(A.RELEASED, ReleaseReason.REPLANNED), NOW, Outcome.WAITING),
        (S.PENDING, DROPPED, NOW, Outcome.PENDING),
        (S.DECLINED, DROPPED, NOW, Outcome.NOT_PLACED),
        (S.WITHDRAWN, DROPPED, NOW, Outcome.WITHDRAWN),
    ],
)
def test_a_sign_up(state: S, assignment: Assignment | None, now: datetime, told: Outcome) -> None:
    signup = SignUp(state=state)
    assert of_sign_up(signup, assignment, shift(), now=now) == told
    assert of_sign_up(signup, assignment, shift(ShiftState.CANCELLED), now=now) == Outcome.CALLED_OFF


def test_each_outcome_has_its_words() -> None:
    assert set(words.OUTCOMES) == set(Outcome)
