"""Publishing in four steps: what is typed stays, dates are shown with their holidays, one activity comes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import func, select

from service.activities.models import Activity, ActivityRole, Series, Shift, UnfinishedActivity
from service.activities.rules import DatesPlan, weekly_plan
from service.calendars.days import Calendar
from service.calendars.rules import local
from service.db import transaction
from service.duties.queries import belongings
from service.findings import actions as findings
from service.places.models import Area
from service.settings import Settings
from service.teams.models import Team
from service.terms import ActivityState, DayRule, Mode, QualificationKind, TeamState
from tests import desks, factories
from tests.browsing import Person

WEEKLY = {"weekdays": ["3", "6"], "starts": "9:00", "ends": "11:30", "from_on": "2026-11-25", "until_on": "2026-12-19"}
ROLES = {"name_1": "医生", "least_1": "1", "name_2": "引导员", "least_2": "2"}


@pytest.fixture
def desk(at_now: Settings) -> tuple[Person, Area]:
    """A coordinator at her desk."""
    return desks.coordinator()


def what(area: Area, **changes: Any) -> dict[str, Any]:
    typed = {"title": "社区义诊", "place_id": area.id, "mode": "instant", "repeats": "weekly"}
    return {**typed, "contact_name": "陈协调", "contact_phone": "0371 6435 0001", **changes}


def begin(she: Person, area: Area, **changes: Any) -> str:
    """Through the first step; the address of the steps to come."""
    she.open("/co/activities/new")
    she.send("/co/activities/new", **what(area, **changes))
    assert she.path.endswith("/when"), she.text
    return she.path.removesuffix("/when")


def through(she: Person, area: Area, *, when: dict[str, Any] | None = None, roles: dict[str, Any] | None = None) -> str:
    """Up to the preview; its address."""
    steps = begin(she, area)
    she.send(f"{steps}/when", day_rule="every_day", **(when or WEEKLY))
    she.send(f"{steps}/roles", **(roles or ROLES))
    assert she.path == f"{steps}/preview", she.text
    return she.path


def only_activity() -> Activity:
    with transaction() as session:
        found = session.scalars(select(Activity)).one()
        assert found.roles
        assert found.series
        return found


def test_a_weekly_roster_is_published_in_four_steps(desk: tuple[Person, Area]) -> None:
    she, area = desk
    assert "第1步，共4步" in she.open("/co/activities/new")
    preview = through(she, area)
    assert "一共8次" in she.text
    assert "每周三、周六，11月25日（星期三）到12月19日（星期六），上午9:00—11:30" in she.text
    assert "医生：1人" in she.text
    assert "引导员：2人" in she.text
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 0, "nothing exists before 发布"
    assert "发布了，志愿者现在就能报名。" in she.send(preview)
    made = only_activity()
    assert (made.state, made.title, made.area_id) == (ActivityState.PUBLISHED, "社区义诊", area.id)
    assert [(role.name, role.min_needed, role.max_needed) for role in made.roles] == [("医生", 1, 1), ("引导员", 2, 2)]
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Shift)) == 8


def test_a_weekly_roster_takes_no_more_than_fourteen_fields(desk: tuple[Person, Area]) -> None:
    she, area = desk
    usual = {
        name
        for name in ("mode", "repeats", "contact_name", "contact_phone")
        if f'name="{name}"' in she.open("/co/activities/new")
    }
    assert usual == {"mode", "repeats", "contact_name", "contact_phone"}
    assert 'value="陈协调"' in she.text
    assert 'value="0371 6435 0001"' in she.text
    assert f'value="{area.id}" selected' in she.text, "the only place is chosen already"
    typed = [
        "title",
        "weekdays",
        "starts",
        "ends",
        "from_on",
        "until_on",
        *(f"{f}_{n}" for n in (1, 2, 3) for f in ("name", "least")),
    ]
    assert len(typed) + len(["place_id"]) <= 14


def test_one_date_asks_for_one_date(desk: tuple[Person, Area]) -> None:
    she, area = desk
    steps = begin(she, area, repeats="once")
    assert 'name="on"' in she.text
    assert 'name="weekdays"' not in she.text
    she.send(f"{steps}/when", on="2026-11-28", starts="22:00", ends="6:00")
    she.send(f"{steps}/roles", **ROLES)
    assert "11月28日（星期六），晚上22:00—次日上午6:00" in she.text
    she.send(f"{steps}/preview")
    with transaction() as session:
        shift = session.scalars(select(Shift)).one()
        assert shift.ends_at == datetime(2026, 11, 28, 22, 0, tzinfo=UTC)


def test_the_dates_can_be_seen_before_going_on_with_holidays_and_make_up_days(desk: tuple[Person, Area]) -> None:
    she, area = desk
    steps = begin(she, area)
    new_year = {**WEEKLY, "weekdays": ["1", "2", "3", "4", "5"], "from_on": "2026-12-28", "until_on": "2027-01-08"}
    text = she.send(f"{steps}/when", **new_year, day_rule="every_day", look="1")
    assert she.path == f"{steps}/when"
    assert "一共10次" in text
    assert "元旦" in text
    text = she.send(f"{steps}/when", **new_year, day_rule="workdays", look="1")
    assert "元旦" not in text
    assert "周一到周五" in text


def test_make_up_days_are_marked(desk: tuple[Person, Area], monkeypatch: pytest.MonkeyPatch) -> None:
    she, area = desk
    # The notice for the next year's make-up days is not out at NOW: pretend one.
    monkeypatch.setattr(Calendar, "is_workday", lambda _self, day: day.isoweekday() < 6 or day == date(2027, 1, 9))
    steps = begin(she, area)
    weekdays = {**WEEKLY, "weekdays": ["1", "2", "3", "4", "5"], "from_on": "2027-01-04", "until_on": "2027-01-10"}
    text = she.send(f"{steps}/when", **weekdays, day_rule="workdays", look="1")
    assert "一共6次" in text
    saturday = text.split("1月9日（星期六）")[1].split("</li>")[0]
    assert "调休上班" in saturday


def test_what_is_wrong_is_said_and_what_was_typed_stays(desk: tuple[Person, Area]) -> None:
    she, area = desk
    she.open("/co/activities/new")
    text = she.send("/co/activities/new", **what(area, title="", contact_phone="12345"))
    assert she.status == 422
    assert "请填写活动名称" in text
    assert "请填写11位手机号，或者带区号的固定电话" in text
    assert 'value="12345"' in text
    steps = begin(she, area)
    text = she.send(f"{steps}/when", **{**WEEKLY, "until_on": "2026-11-20"}, day_rule="every_day")
    assert (she.status, "要在开始的那天以后" in text) == (422, True)
    text = she.send(f"{steps}/when", **{**WEEKLY, "from_on": "2026-11-18"}, day_rule="every_day")
    assert (she.status, "第一次的开始时间已经过去" in text) == (422, True)
    text = she.send(f"{steps}/when", **{**WEEKLY, "weekdays": ["3"], "until_on": "2026-11-25", "from_on": "2026-11-26"})
    assert she.status == 422
    only_sundays = {**WEEKLY, "weekdays": ["7"], "from_on": "2026-11-24", "until_on": "2026-11-28"}
    text = she.send(f"{steps}/when", **only_sundays, day_rule="every_day")
    assert "这段时间里没有符合的日子" in text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({}, "至少要有一个岗位"),
        ({"least_1": "2"}, "请填写岗位名称"),
        ({"name_1": "医生"}, "请填写最少几人"),
        ({"name_1": "医生", "least_1": "3", "most_1": "2"}, "最多人数不能少于最少人数"),
        ({"name_1": "医生", "least_1": "1", "name_2": "医生", "least_2": "1"}, "这个岗位上面已经有了"),
        ({"name_1": "医生", "least_1": "1", "min_age_1": "60", "max_age_1": "18"}, "最大年龄不能小于最小年龄"),
        ({"name_1": "医生", "least_1": "三"}, "最少几人要填整数"),
    ],
)
def test_roles_that_make_no_sense_are_refused(desk: tuple[Person, Area], typed: dict[str, str], message: str) -> None:
    she, area = desk
    steps = begin(she, area)
    she.send(f"{steps}/when", day_rule="every_day", **WEEKLY)
    text = she.send(f"{steps}/roles", **{"name_1": "", "name_2": "", **typed})
    assert she.status == 422
    assert message in text


def test_roles_take_qualifications_ages_and_more_rows(desk: tuple[Person, Area]) -> None:
    she, area = desk
    steps = begin(she, area)
    she.send(f"{steps}/when", day_rule="every_day", **WEEKLY)
    assert "岗位3" not in she.text
    text = she.send(f"{steps}/roles", name_1="医生", least_1="1", name_2="", more="1")
    assert "岗位3" in text
    assert 'value="医生"' in text
    typed = {"name_1": "医生", "least_1": "1", "most_1": "2", "requires_1": ["doctor", "nurse"], "min_age_1": "18"}
    she.send(f"{steps}/roles", **typed, name_2="", name_3="引导员", most_3="4")
    assert "医生：1到2人，要有医师资格、护士资格，满18岁" in she.text
    she.send(f"{steps}/preview")
    with transaction() as session:
        doctor, guide = session.scalars(select(ActivityRole).order_by(ActivityRole.id))
        assert doctor.requires == [QualificationKind.DOCTOR, QualificationKind.NURSE]
        assert (guide.min_needed, guide.max_needed) == (1, 4)


def test_sending_the_last_step_twice_makes_one_activity(desk: tuple[Person, Area]) -> None:
    she, area = desk
    preview = through(she, area)
    she.send(preview)
    first = she.path
    she.send(preview)
    assert she.path == first
    assert only_activity().state == ActivityState.PUBLISHED


def test_a_draft_is_kept_reworked_and_published(desk: tuple[Person, Area]) -> None:
    she, area = desk
    preview = through(she, area)
    assert "草稿存好了，志愿者看不到。" in she.send(preview, draft="1")
    draft = only_activity()
    assert draft.state == ActivityState.DRAFT
    she.send(f"/co/activities/{draft.id}/rework")
    assert 'value="社区义诊"' in she.text
    steps = she.path.removesuffix("/what")
    she.send(f"{steps}/roles", name_1="护士", least_1="2")
    assert she.path == f"{steps}/preview"
    she.send(f"{steps}/preview")
    made = only_activity()
    assert (made.id, made.state) == (draft.id, ActivityState.PUBLISHED)
    assert [(role.name, role.min_needed) for role in made.roles] == [("护士", 2)]
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Series)) == 1
    she.send(f"/co/activities/{made.id}/rework")
    assert she.status == 409


def test_dates_struck_out_stay_so_in_a_draft_that_is_reworked(desk: tuple[Person, Area]) -> None:
    she, area = desk
    preview = through(she, area, when={**WEEKLY, "left_out": ["2026-12-02", "2026-12-05"]})
    assert "一共6次" in she.text
    she.send(preview, draft="1")
    she.send(f"/co/activities/{only_activity().id}/rework")
    steps = she.path.removesuffix("/what")

    assert 'value="2026-12-02" checked' in she.open(f"{steps}/when")
    she.open(f"{steps}/preview")
    she.send(f"{steps}/preview")

    with transaction() as session:
        days = [local(shift.starts_at).date() for shift in session.scalars(select(Shift))]
    assert len(days) == 6
    assert not {date(2026, 12, 2), date(2026, 12, 5)} & set(days)


def test_a_draft_whose_rule_has_no_form_is_not_taken_apart(desk: tuple[Person, Area]) -> None:
    she, area = desk
    plan = DatesPlan(
        starts=time(9), ends=time(11), from_on=date(2026, 12, 1), until_on=None, rule="FREQ=MONTHLY;BYMONTHDAY=15"
    )
    made, _shifts = desks.published(area, plans=[plan], is_published=False)
    she.open("/co/activities/new")

    she.send(f"/co/activities/{made.id}/rework")

    assert she.status == 409


def test_an_earlier_activity_is_copied_with_dates_to_come(desk: tuple[Person, Area]) -> None:
    she, area = desk
    plan = weekly_plan(
        starts=time(22), ends=time(6), from_on=date(2026, 11, 25), until_on=date(2026, 12, 9), weekdays=frozenset({3})
    )
    made, _shifts = desks.published(area, plans=[plan], mode=Mode.ROTA, title="守夜", what_to_bring="手电")
    she.open(f"/co/activities/{made.id}")
    she.send(f"/co/activities/{made.id}/copy")
    steps = she.path.removesuffix("/what")
    text = she.open(f"{steps}/preview")
    assert "每周三，12月16日（星期三）到12月30日（星期三），晚上22:00—次日上午6:00" in text
    assert "手电" in text
    assert "轮值排班" in text
    she.send(f"{steps}/preview")
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 2


def test_what_belongs_to_an_earlier_activity_is_taken_over(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, _shifts = desks.published(area)
    with transaction() as session:
        source = session.get_one(Activity, made.id)
        findings.carry(session, source, to=source, account_id=1, now=factories.NOW)
    she.open(f"/co/activities/{made.id}")
    she.send(f"/co/activities/{made.id}/copy")
    steps = she.path.removesuffix("/what")
    she.send(f"{steps}/when", on="2026-12-19", starts="9:00", ends="11:00", day_rule="every_day")
    assert "自己的下一班" in she.open(f"{steps}/preview")
    she.send(f"{steps}/preview")
    with transaction() as session:
        new = session.scalars(select(Activity).where(Activity.id != made.id)).one()
        assert belongings(session, new) == {"findings": {"to_id": None, "within_days": None}}


def test_what_was_begun_waits_and_can_be_dropped(desk: tuple[Person, Area]) -> None:
    she, area = desk
    steps = begin(she, area)
    text = she.open("/co/activities")
    assert "没写完的" in text
    assert f"{steps}/preview" in text
    assert she.open(f"{steps}/preview")
    assert she.path == f"{steps}/when", "on to the first step that is still to do"
    assert "丢掉了" in she.send(f"{steps}/drop")
    assert "没写完的</h2>" not in she.text
    she.open(f"{steps}/when")
    assert she.status == 404


def test_what_somebody_else_is_typing_does_not_exist(desk: tuple[Person, Area]) -> None:
    she, area = desk
    steps = begin(she, area)
    other, _area = desks.coordinator()
    for step in ("what", "when", "roles", "preview"):
        other.open(f"{steps}/{step}")
        assert other.status == 404


def test_places_and_teams_of_other_communities_cannot_be_chosen(desk: tuple[Person, Area]) -> None:
    she, area = desk
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
        team = factories.team(session, elsewhere)
    she.open("/co/activities/new")
    text = she.send("/co/activities/new", **what(area, place_id=elsewhere.id, team_id=team.id))
    assert she.status == 422
    assert text.count("请从列出的里面选一个") >= 2
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(UnfinishedActivity)) == 0


def test_a_team_without_approval_is_refused_at_the_end_and_nothing_is_left(desk: tuple[Person, Area]) -> None:
    she, area = desk
    with transaction() as session:
        team = factories.team(session, area)
    steps = begin(she, area, team_id=team.id)
    she.send(f"{steps}/when", day_rule="every_day", **WEEKLY)
    she.send(f"{steps}/roles", **ROLES)
    with transaction() as session:
        session.get_one(Team, team.id).state = TeamState.CLOSED
    text = she.send(f"{steps}/preview")
    assert she.status == 422
    assert "志愿队还没有经居委会同意" in text
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 0


def test_the_list_shows_what_is_next_first_and_what_is_over_last(desk: tuple[Person, Area]) -> None:
    she, area = desk
    desks.published(area, title="草拟的", is_published=False)
    desks.published(area, title="周六的")
    plan = weekly_plan(starts=time(9), ends=time(10), from_on=date(2026, 11, 24), until_on=date(2026, 11, 24))
    desks.published(area, title="周二的", plans=[plan])
    text = she.open("/co/activities")
    order = [text.index(title) for title in ("周二的", "周六的", "草拟的")]
    assert order == sorted(order)
    assert "11月24日（星期二）上午9:00" in text
    assert "上一页" not in she.open("/co/activities?page=99999999999999999999")


def test_the_day_rule_is_kept(desk: tuple[Person, Area]) -> None:
    she, area = desk
    steps = begin(she, area)
    weekdays = {**WEEKLY, "weekdays": ["1", "2", "3", "4", "5"]}
    she.send(f"{steps}/when", day_rule="workdays", **weekdays)
    she.send(f"{steps}/roles", **ROLES)
    assert "只在工作日" in she.text
    she.send(f"{steps}/preview")
    assert only_activity().series[0].day_rule == DayRule.WORKDAYS
