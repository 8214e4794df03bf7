"""Drafting, publishing, and the horizon of shifts that moves on with the days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from service.activities import actions, laying_out, queries
from service.activities.models import Activity, Occurrence, Series, Shift
from service.activities.rules import HORIZON, NIGHT_REST, RolePlan, once, weekly_plan
from service.calendars.days import NATIONAL
from service.calendars.rules import local
from service.settings import Settings
from service.teams import actions as teams
from service.terms import ActivityState, DayRule, Mode
from tests import factories
from tests.at_once import committed, together
from tests.ledger import audited, facts

DAY = date(2026, 11, 28)
EVERY_DAY = weekly_plan(starts=time(9), ends=time(11), from_on=DAY, until_on=DAY + timedelta(days=60))
WATCH = weekly_plan(starts=time(22), ends=time(6), from_on=DAY, until_on=DAY)


@pytest.mark.parametrize(
    ("details", "problems"),
    [
        ({"roles": []}, {"roles": ["empty"]}),
        ({"plans": []}, {"dates": ["empty"]}),
        ({"roles": [], "plans": []}, {"roles": ["empty"], "dates": ["empty"]}),
        ({"plans": [once(date(2026, 11, 22), starts=time(9), ends=time(10))]}, {"dates": ["past"]}),
        (
            {
                "plans": [
                    once(date(2026, 11, 22), starts=time(9), ends=time(10)),
                    weekly_plan(starts=time(9), ends=time(10), from_on=DAY, until_on=DAY, weekdays={7}),
                ]
            },
            {"dates": ["empty", "past"]},
        ),
    ],
)
def test_a_draft_is_refused_with_all_that_is_wrong(
    session: Session, now: datetime, details: dict[str, Any], problems: dict[str, list[str]]
) -> None:
    area = factories.community(session)
    asked: dict[str, Any] = {
        "roles": [RolePlan(name="引导员", min_needed=1, max_needed=2)],
        "plans": [EVERY_DAY],
        **details,
    }

    with pytest.raises(actions.ActivityRefused) as refused:
        actions.draft(
            session,
            area_id=area.id,
            place_id=area.id,
            title="社区义诊",
            mode=Mode.INSTANT,
            contact_name="陈协调",
            contact_phone="0371-64350001",
            created_by=None,
            now=now,
            **asked,
        )
    assert refused.value.problems == problems


def test_a_draft_has_no_shifts_and_no_facts(session: Session) -> None:
    made = factories.activity(session, factories.community(session), is_published=False)

    assert list(factories.shifts(session, made)) == []
    assert facts(session) == []
    assert queries.published(session, made.id) is None


def test_publishing_lays_out_shifts_with_their_roles_and_tells_once(session: Session, now: datetime) -> None:
    roles = [
        RolePlan(name="引导员", min_needed=1, max_needed=2),
        RolePlan(name="医生", min_needed=1, max_needed=1),
    ]
    made = factories.activity(session, factories.community(session), roles=roles, plans=[WATCH])
    actions.publish(session, made, now=now, account_id=None)

    [shift] = factories.shifts(session, made)
    assert (shift.starts_at, shift.ends_at) == (
        datetime(2026, 11, 28, 14, tzinfo=UTC),
        datetime(2026, 11, 28, 22, tzinfo=UTC),
    )
    assert shift.rest_after == NIGHT_REST
    assert sorted((r.min_needed, r.max_needed, r.taken) for r in shift.roles) == [(1, 1, 0), (1, 2, 0)]
    assert facts(session) == [("ActivityPublished", made.id)]
    assert audited(session) == [("published_activity", "activity", made.id, None)]


def test_a_cancelled_activity_is_not_published_again(session: Session, now: datetime) -> None:
    made = factories.activity(session, factories.community(session), is_published=False)
    actions.cancel_activity(session, made, reason="下雨", now=now, account_id=None)

    with pytest.raises(actions.ActivityRefused) as refused:
        actions.publish(session, made, now=now, account_id=None)
    assert refused.value.problems == {"state": ["cancelled"]}


def test_a_team_publishes_once_the_committee_agreed(session: Session, now: datetime) -> None:
    area = factories.community(session)
    team = teams.found_team(session, area_id=area.id, name="红色管家")
    made = factories.activity(session, area, team_id=team.id, is_published=False)

    with pytest.raises(actions.ActivityRefused) as refused:
        actions.publish(session, made, now=now, account_id=None)
    assert (refused.value.problems, made.state) == ({"team": ["not_approved"]}, ActivityState.DRAFT)

    teams.approve_team(session, team, account_id=1, now=now)
    assert actions.publish(session, made, now=now, account_id=None).state == ActivityState.PUBLISHED


def on_dates(session: Session, made: Activity) -> list[date]:
    return [local(shift.starts_at).date() for shift in factories.shifts(session, made)]


def test_shifts_exist_up_to_the_horizon_and_follow_it(session: Session, now: datetime) -> None:
    made = factories.activity(session, factories.community(session), plans=[EVERY_DAY])
    horizon = local(now).date() + HORIZON
    assert on_dates(session, made) == [DAY + timedelta(days=n) for n in range((horizon - DAY).days + 1)]

    assert laying_out.extend(session, now=now) == (0, 0)
    assert laying_out.extend(session, now=now + timedelta(days=3)) == (1, 3)
    assert on_dates(session, made)[-1] == horizon + timedelta(days=3)
    laying_out.extend(session, now=now + timedelta(days=30))
    laying_out.extend(session, now=now + timedelta(days=400))
    assert on_dates(session, made) == EVERY_DAY.dates(NATIONAL)


def test_the_horizon_leaves_drafts_and_cancelled_activities_alone(session: Session, now: datetime) -> None:
    area = factories.community(session)
    factories.activity(session, area, title="草稿", plans=[EVERY_DAY], is_published=False)
    cancelled = factories.activity(session, area, title="取消", plans=[EVERY_DAY])
    actions.cancel_activity(session, cancelled, reason="下雨", now=now, account_id=None)

    assert laying_out.extend(session, now=now + timedelta(days=10)) == (0, 0)


def test_a_day_laid_out_late_gets_no_shift_that_has_begun(session: Session, now: datetime) -> None:
    daily = weekly_plan(starts=time(9), ends=time(11), from_on=date(2026, 11, 24), until_on=date(2026, 11, 26))
    made = factories.activity(session, factories.community(session), plans=[daily], is_published=False)
    actions.publish(session, made, now=now + timedelta(days=1), account_id=None)  # Tuesday 10:00

    assert on_dates(session, made) == [date(2026, 11, 25), date(2026, 11, 26)]


def test_two_series_of_one_activity_share_a_date(session: Session) -> None:
    plans = [once(DAY, starts=time(9), ends=time(11)), once(DAY, starts=time(14), ends=time(16))]
    made = factories.activity(session, factories.community(session), plans=plans)

    assert on_dates(session, made) == [DAY, DAY]


def test_a_series_of_workdays_skips_the_holiday_and_takes_the_make_up_day(session: Session) -> None:
    """Around the Spring Festival of 2026, as the notice says: off Monday 16 to 23, work on Saturdays 14 and 28."""
    school = weekly_plan(
        starts=time(16, 30),
        ends=time(18),
        from_on=date(2026, 2, 12),
        until_on=date(2026, 3, 2),
        weekdays=frozenset(range(1, 6)),
        day_rule=DayRule.WORKDAYS,
    )
    then = datetime(2026, 2, 9, 2, tzinfo=UTC)
    made = factories.activity(session, factories.community(session), plans=[school], now=then, is_published=False)
    actions.publish(session, made, now=then, account_id=None)

    assert [day.isoformat()[5:] for day in on_dates(session, made)] == [
        "02-12", "02-13", "02-14", "02-24", "02-25", "02-26", "02-27", "02-28", "03-02",
    ]  # fmt: skip


# --- at once, with real commits ---


def test_two_publish_at_once_one_of_them_does(database: Settings, now: datetime) -> None:
    made = committed(lambda s: factories.activity(s, factories.community(s), plans=[EVERY_DAY], is_published=False).id)

    def publish(session: Session) -> int:
        return actions.publish(session, session.get_one(Activity, made), now=now, account_id=None).id

    outcomes = together(publish, publish, publish)
    assert made in outcomes
    assert all(outcome == made or isinstance(outcome, StaleDataError) for outcome in outcomes)
    assert committed(lambda s: facts(s, "ActivityPublished")) == [("ActivityPublished", made)]
    assert committed(shifts_by_date) == dict.fromkeys(EVERY_DAY.dates(NATIONAL, before=date(2026, 12, 29)), 1)


def test_laying_out_at_once_makes_nothing_twice(database: Settings, now: datetime) -> None:
    committed(lambda s: factories.activity(s, factories.community(s), plans=[EVERY_DAY]).id)
    later = now + timedelta(days=10)

    made = together(*[lambda s: laying_out.extend(s, now=later).shifts] * 4)
    assert sorted(made, key=str) == [0, 0, 0, 10]
    assert committed(shifts_by_date) == dict.fromkeys(EVERY_DAY.dates(NATIONAL, before=date(2027, 1, 8)), 1)


def shifts_by_date(session: Session) -> dict[date, int]:
    rows = session.execute(
        select(Occurrence.on_date, func.count(Shift.id))
        .join(Series, Series.id == Occurrence.series_id)
        .outerjoin(Shift, Shift.occurrence_id == Occurrence.id)
        .group_by(Occurrence.id)
        .order_by(Occurrence.on_date)
    )
    return dict(rows.all())
