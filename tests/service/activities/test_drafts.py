"""Drafts written anew, activities while they are typed, the list a coordinator works from."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions, unfinished
from service.activities.listing import for_desk
from service.activities.models import ActivityRole, Series
from service.activities.queries import daily, starts
from service.activities.rules import DatesPlan, RolePlan, once, weekly_plan
from service.terms import DayRule
from tests import factories

NURSE = [RolePlan(name="护士", min_needed=1, max_needed=1)]


def test_a_draft_is_written_anew_as_a_whole(session: Session, now: datetime) -> None:
    draft = factories.activity(session, factories.community(session), is_published=False)
    plans = [once(date(2026, 12, 5), starts=time(9), ends=time(10))]
    actions.redraft(session, draft, roles=NURSE, plans=plans, changes={"title": "量血压"}, now=now)
    assert draft.title == "量血压"
    assert [role.name for role in session.scalars(select(ActivityRole))] == ["护士"]
    assert [series.from_on for series in session.scalars(select(Series))] == [date(2026, 12, 5)]
    with pytest.raises(actions.ActivityRefused):
        actions.redraft(session, draft, roles=[], plans=plans, changes={}, now=now)


def test_what_is_published_is_no_draft(session: Session, now: datetime) -> None:
    made = factories.activity(session, factories.community(session))
    with pytest.raises(actions.ActivityRefused, match="not_a_draft"):
        actions.redraft(session, made, roles=NURSE, plans=[], changes={}, now=now)


def test_what_lies_too_long_is_swept_when_something_new_is_begun(session: Session, now: datetime) -> None:
    old = unfinished.begin(session, account_id=1, now=now - timedelta(days=31))
    others = unfinished.begin(session, account_id=2, now=now - timedelta(days=31))
    new = unfinished.begin(session, account_id=1, now=now)
    assert [row.id for row in unfinished.waiting(session, account_id=1)] == [new.id]
    assert unfinished.of_account(session, old.id, account_id=1) is None
    assert unfinished.of_account(session, others.id, account_id=2) is not None
    assert unfinished.of_account(session, others.id, account_id=1) is None


def test_steps_are_kept_one_by_one(session: Session, now: datetime) -> None:
    row = unfinished.begin(session, account_id=1, now=now, steps={"what": {"title": ["义诊"]}})
    unfinished.keep(row, step="when", typed={"weekdays": ["3", "6"]}, now=now)
    session.flush()
    session.refresh(row)
    assert row.steps == {"what": {"title": ["义诊"]}, "when": {"weekdays": ["3", "6"]}}


def test_the_list_has_what_is_next_in_front_and_what_is_over_at_the_end(session: Session, now: datetime) -> None:
    area = factories.community(session)
    over = factories.activity(
        session, area, title="过去的", plans=[once(date(2026, 11, 24), starts=time(9), ends=time(10))]
    )
    called_off = factories.activity(session, area, title="取消的")
    actions.cancel_activity(session, called_off, reason="大雪", now=now, account_id=None)
    factories.activity(session, area, title="草拟的", is_published=False)
    factories.activity(session, area, title="下一个")
    session.flush()
    later = datetime(2026, 11, 25, tzinfo=now.tzinfo)
    rows = for_desk(session, scope_ids=[area.id], now=later)
    assert [row.Activity.title for row in rows] == ["下一个", "草拟的", "取消的", "过去的"]
    assert rows[0][1] == datetime(2026, 11, 28, 1, tzinfo=now.tzinfo)
    assert starts(session, over.id, now=later)[2] is None


def test_only_what_serves_all_the_year_serves_daily(session: Session, now: datetime) -> None:
    area = factories.community(session)

    def plan(
        weekdays: set[int], *, until_on: date = date(2026, 12, 31), rule: DayRule = DayRule.EVERY_DAY
    ) -> DatesPlan:
        return weekly_plan(
            starts=time(8),
            ends=time(9),
            from_on=date(2026, 11, 25),
            until_on=until_on,
            weekdays=frozenset(weekdays),
            day_rule=rule,
        )

    whole = {1, 2, 3, 4, 5, 6, 7}
    every_day = factories.activity(session, area, title="天天", plans=[plan(whole)])
    shared = factories.activity(session, area, title="分两段", plans=[plan({1, 2, 3, 4, 5}), plan({6, 7})])
    factories.activity(session, area, title="工作日", plans=[plan(whole, rule=DayRule.WORKDAYS)])
    factories.activity(session, area, title="缺周日", plans=[plan(whole - {7})])
    factories.activity(session, area, title="快完了", plans=[plan(whole, until_on=date(2026, 11, 27))])
    factories.activity(session, area, title="草拟的", plans=[plan(whole)], is_published=False)
    factories.activity(session, area, title="一次", plans=[once(date(2026, 11, 29), starts=time(8), ends=time(9))])
    session.flush()
    found = daily(session, scope_ids=[area.id], on=date(2026, 11, 28))
    assert found == {every_day.id: ("天天", date(2026, 11, 25)), shared.id: ("分两段", date(2026, 11, 25))}
