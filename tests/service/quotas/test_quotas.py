"""A quota counts what was held with somebody there, within its days, of the activities that count."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Activity
from service.activities.rules import weekly_plan
from service.places.models import Area
from service.quotas import actions, queries
from service.quotas.models import Quota
from service.terms import QuotaState
from tests import factories
from tests.factories import NOW

FIRST, LAST = date(2026, 11, 24), date(2026, 11, 26)
AFTER = NOW + timedelta(days=10)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def drills(session: Session, area: Area) -> Activity:
    """Five of them on five days; three within the quota's."""
    plan = weekly_plan(starts=time(9), ends=time(10, 30), from_on=FIRST, until_on=LAST + timedelta(days=2))
    return factories.activity(session, area, title="消防演练", plans=[plan])


def quota(session: Session, area: Area, *counted: Activity, needed: int = 3) -> Quota:
    return actions.set_quota(
        session,
        area_id=area.id,
        title="培训演练",
        needed=needed,
        from_on=FIRST,
        until_on=LAST,
        now=NOW,
        account_id=1,
        activity_ids=[one.id for one in counted],
    )


def numbers(session: Session, one: Quota, *, at: datetime) -> tuple[int, int, int, int]:
    found = queries.standing(session, one, now=at)
    return found.progress.held, found.progress.planned, found.people, found.minutes


def attend(session: Session, area: Area, activity: Activity, *positions: int, name: str = "王小满") -> None:
    shifts = factories.shifts(session, activity)
    person = factories.volunteer(session, area, name)
    for position in positions:
        factories.sign_up(session, person, factories.only_role(session, shifts[position]))


def test_what_was_held_with_somebody_there_counts_within_its_days(
    session: Session, area: Area, drills: Activity
) -> None:
    one = quota(session, area, drills)
    attend(session, area, drills, 0, 1, 3)
    attend(session, area, drills, 0, name="李大雪")
    assert numbers(session, one, at=NOW) == (0, 3, 0, 0)
    assert numbers(session, one, at=AFTER) == (2, 0, 3, 3 * 90), "nobody came to the third, the fourth is too late"
    assert queries.standing(session, one, now=AFTER).state == QuotaState.MISSED


def test_what_was_called_off_does_not_count(session: Session, area: Area, drills: Activity) -> None:
    one = quota(session, area, drills)
    attend(session, area, drills, 0, 1, 2)
    activities.cancel_shift(session, factories.shifts(session, drills)[1].id, reason="下雪", now=NOW, account_id=1)
    assert numbers(session, one, at=NOW)[1] == 2
    assert numbers(session, one, at=AFTER)[0] == 2


def test_what_counts_can_be_changed_and_the_past_counts_too(session: Session, area: Area, drills: Activity) -> None:
    one = quota(session, area)
    attend(session, area, drills, 0)
    assert numbers(session, one, at=AFTER)[0] == 0
    actions.count(session, one, activity_ids=[drills.id, drills.id])
    assert numbers(session, one, at=AFTER)[0] == 1
    actions.count(session, one, activity_ids=[])
    assert numbers(session, one, at=AFTER)[0] == 0


def test_who_is_closed_alarms_nobody_and_other_areas_have_none(session: Session, area: Area, drills: Activity) -> None:
    one = quota(session, area, drills)
    elsewhere = factories.community(session, "杜甫路社区")
    assert [found.quota.id for found in queries.alarming(session, scope_ids=[area.id], now=AFTER)] == [one.id]
    assert queries.listed(session, scope_ids=[elsewhere.id], now=AFTER) == []
    for _twice in range(2):
        actions.close(session, one, now=AFTER, account_id=1)
    assert queries.alarming(session, scope_ids=[area.id], now=AFTER) == []


def test_the_day_it_is_about_lies_within_it(session: Session, area: Area) -> None:
    one = quota(session, area)
    one.anchor_on = LAST + timedelta(days=1)
    with pytest.raises(IntegrityError):
        session.flush()
