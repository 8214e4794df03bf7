"""The dashboard: coverage with words, what waits, first steps, and whose rows it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from sqlalchemy import select

from service import clock
from service.activities import actions as activities
from service.activities.rules import RolePlan, weekly_plan
from service.db import transaction
from service.outbox import OutboxEvent, OutboxReaction
from service.people import erasing
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings
from service.terms import Role
from tests import desks, factories
from tests.factories import NOW

EVERY_DAY = weekly_plan(starts=time(8), ends=time(10), from_on=date(2026, 11, 24), until_on=date(2026, 12, 1))
TWO = (RolePlan(name="巡逻员", min_needed=2, max_needed=4),)


def test_an_empty_desk_says_where_to_begin(at_now: Settings) -> None:
    she, _area = desks.coordinator()
    text = she.open("/co")
    assert "从这里开始" in text
    assert "/co/activities/new" in text
    assert "要做的事" not in text


def test_the_page_says_when_it_was_read_and_whom_to_call(at_now: Settings) -> None:
    she, _area = desks.coordinator()
    text = she.open("/co")
    assert "11月23日（星期一）上午10:0" in text
    assert "0371 6435 0001" in text


def test_cells_say_enough_missing_and_awaited_in_words(at_now: Settings) -> None:
    she, area = desks.coordinator()
    _made, shifts = desks.published(area, roles=TWO, plans=[EVERY_DAY], title="平安巡逻")
    with transaction() as session:
        for name in ("王小满", "李大雪"):
            desks.signed_up(session, area, shifts[0], name)
        desks.signed_up(session, area, shifts[1], "赵立冬")
        for name in ("钱谷雨", "孙白露"):
            desks.offered(session, area, shifts[2], name)
    text = she.open("/co")
    assert "平安巡逻，11月24日（星期二）：</span>够<small>2/2" in text
    assert "平安巡逻，11月25日（星期三）：</span>缺1<small>1/2" in text
    assert "平安巡逻，11月26日（星期四）：</span>待回复2<small>0/2" in text
    assert "平安巡逻，11月27日（星期五）：</span>没有人<small>0/2" in text
    assert "等回复：2人" in text


def test_a_day_without_a_shift_is_told_for_what_serves_daily(at_now: Settings) -> None:
    she, area = desks.coordinator()
    _made, shifts = desks.published(area, plans=[EVERY_DAY], title="平安巡逻")
    weekly = replace(EVERY_DAY, rule="FREQ=WEEKLY;BYDAY=WE")
    desks.published(area, plans=[weekly], title="合唱队")
    with transaction() as session:
        activities.cancel_shift(session, shifts[1].id, reason="大雪", now=NOW, account_id=None)
    text = she.open("/co")
    assert "平安巡逻，11月25日（星期三）：</span>没有班次" in text, "called off"
    assert "平安巡逻，12月2日（星期三）：</span>没有班次" in text, "nobody has prolonged it"
    assert "平安巡逻，11月23日（星期一）" not in text, "it had not begun"
    assert "合唱队，11月26日" not in text


def test_gaps_come_soonest_first_with_what_is_missing(at_now: Settings) -> None:
    she, area = desks.coordinator()
    later = replace(EVERY_DAY, from_on=date(2026, 11, 27))
    desks.published(area, roles=TWO, plans=[later], title="晚些的")
    desks.published(area, roles=TWO, plans=[EVERY_DAY], title="早些的")
    todo = she.open("/co").split("人手不够：")[1].split("</section>")[0]
    assert todo.startswith("13处")
    assert todo.index("早些的") < todo.index("晚些的")
    assert "缺2人" in todo
    assert "另外5处在下面的表里" in todo


def test_who_said_no_is_told_with_the_reason(at_now: Settings) -> None:
    she, area = desks.coordinator()
    _made, shifts = desks.published(area)
    with transaction() as session:
        desks.signed_up(session, area, shifts[0], "王小满")
        held = session.scalars(select(Assignment)).one()
        roster.decline(session, assignment_id=held.id, now=NOW, reason="那天要住院检查")
    text = she.open("/co")
    assert "说了来不了：1人" in text
    assert "“那天要住院检查”" in text


def test_other_communities_are_not_there(at_now: Settings) -> None:
    _other, area = desks.coordinator("杜甫路社区")
    desks.published(area, title="别人的活动")
    she, _area = desks.coordinator()
    assert "别人的活动" not in she.open("/co")


def test_dead_reactions_are_told_to_administrators_only(at_now: Settings) -> None:
    with transaction() as session:
        event = OutboxEvent(kind="SignedUp", payload={"signup_id": 1}, recorded_at=NOW, fanned_out_at=NOW)
        session.add(event)
        session.flush()
        session.add(OutboxReaction(event_id=event.id, reaction="acknowledge_sign_up", attempts=8, dead_at=NOW))
    she, area = desks.coordinator()
    admin, _area = desks.coordinator(role=Role.ADMIN)
    desks.published(area)
    assert "系统没有做成" not in she.open("/co")
    assert "系统没有做成：1件" in admin.open("/co")
    assert "/ad/jobs" in admin.text


def test_holidays_and_make_up_days_are_marked(at_now: Settings) -> None:
    with transaction() as session:
        clock.turn_to(session, instant=NOW + timedelta(days=33))
    she, area = desks.coordinator()
    desks.published(area, plans=[replace(EVERY_DAY, until_on=date(2027, 2, 1))])
    assert "元旦" in she.open("/co")


def test_who_asked_to_be_forgotten_is_named_until_she_is_or_thinks_again(at_now: Settings) -> None:
    she, area = desks.coordinator()
    stranger, _elsewhere = desks.coordinator("石窟路社区")
    with transaction() as session:
        her = factories.volunteer(session, area, "王秀英")
        erasing.ask(session, her, account_id=1, now=NOW)
    text = she.open("/co")
    assert "要注销的人：1位" in text
    assert "2026年11月30日以后删掉" in text
    assert f'href="/co/people/{her.id}">王秀英' in text
    assert "王秀英" not in stranger.open("/co")
    with transaction() as session:
        erasing.take_back(session, her.id, account_id=1, now=NOW)
    assert "要注销的人" not in she.open("/co")
