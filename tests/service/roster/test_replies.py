from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from service.activities.rules import RolePlan
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.roster.replies import Replies, replies
from service.signups.queries import opening
from service.terms import Mode, ReleaseReason
from tests import factories
from tests.factories import NOW

MONDAY = date(2026, 11, 23)


def asked(session: Session, area: Area, people: int) -> list[Assignment]:
    roles = (RolePlan(name="引导员", min_needed=1, max_needed=people),)
    shift = factories.shift_on(session, area, NOW + timedelta(days=3), mode=Mode.ROTA, roles=roles)
    row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
    assert row is not None
    offers = [
        roster.offer(session, row=row, volunteer_id=factories.volunteer(session, area).id, now=NOW)
        for _one in range(people)
    ]
    return [offer for offer in offers if offer is not None]


def test_each_answer_is_counted_once_in_the_week_of_the_question(session: Session) -> None:
    area = factories.community(session)
    yes, left, no, silent, called_off, _waiting, before = asked(session, area, 7)
    for one in (yes, left):
        roster.accept(session, assignment_id=one.id, now=NOW)
    roster.release(session, left, reason=ReleaseReason.WITHDREW)
    roster.decline(session, assignment_id=no.id, now=NOW)
    roster.release(session, silent, reason=ReleaseReason.OFFER_EXPIRED)
    roster.release(session, called_off, reason=ReleaseReason.COORDINATOR)
    #: Sunday night here is still Sunday, though it is only four in the afternoon in UTC.
    before.assigned_at = NOW - timedelta(hours=10, minutes=1)
    session.flush()
    span = {"from_at": NOW - timedelta(days=14), "until_at": NOW + timedelta(hours=1)}
    assert replies(session, scope_ids=[area.id], **span) == {
        MONDAY: Replies(yes=2, no=1, silent=1, waiting=1),
        MONDAY - timedelta(days=7): Replies(yes=0, no=0, silent=0, waiting=1),
    }
    elsewhere = factories.community(session, "杜甫路社区")
    assert replies(session, scope_ids=[elsewhere.id], **span) == {}
