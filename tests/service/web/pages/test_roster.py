"""An activity's week: who is there, who waits, and what a coordinator does about each."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from service import clock
from service.activities import actions as activities
from service.activities.models import Activity, Shift, ShiftRole
from service.activities.rules import RolePlan, weekly_plan
from service.audit import AuditEntry
from service.backfill.models import Backfill
from service.db import transaction
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.models import SignUp
from service.signups.queries import opening
from service.terms import (
    ActivityState,
    AssignmentState,
    BackfillCause,
    Mode,
    ReleaseReason,
    Role,
    ShiftState,
    SignUpState,
)
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.desks import offered, signed_up
from tests.factories import NOW
from tests.outbox import drain

SATURDAY = datetime(2026, 11, 28, 1, 0, tzinfo=NOW.tzinfo)


@pytest.fixture
def desk(at_now: Settings) -> tuple[Person, Area]:
    """A coordinator at her desk."""
    return desks.coordinator()


def state_of(assignment_id: int) -> str:
    with transaction() as session:
        return str(session.get_one(Assignment, assignment_id).state)


def test_the_same_week_is_read_person_by_person(desk: tuple[Person, Area]) -> None:
    she, area = desk
    every_day = weekly_plan(starts=time(8), ends=time(10), from_on=date(2026, 11, 24), until_on=date(2026, 11, 26))
    made, shifts = desks.published(area, plans=[every_day])
    with transaction() as session:
        person = factories.volunteer(session, area, "王小满")
        for shift in (shifts[0], shifts[2]):
            factories.sign_up(session, person, factories.only_role(session, session.merge(shift)))
        offered(session, area, shifts[1], "李大雪")
    text = she.open(f"/co/activities/{made.id}?on=2026-11-24").split('id="by-person"')[1].split("</details>")[0]
    assert "按人看：2人" in text
    rows = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in text.split("<tr>")[2:]]
    assert rows == ["李大雪 — 引导员 等回复 — 2小时", "王小满 引导员 已确认 — 引导员 已确认 4小时"]


def test_the_week_shows_who_comes_who_is_asked_and_who_waits(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area)
    with transaction() as session:
        signed_up(session, area, shift, "王小满")
        offered(session, area, shift, "李大雪")
        signed_up(session, area, shift, "赵立冬")
        signed_up(session, area, shift, "钱谷雨")
    text = she.open(f"/co/activities/{made.id}")
    assert "11月23日（星期一）到11月29日（星期日）" in text
    assert "已排2人，最少1人，最多2人" in text
    assert "王小满" in text
    assert "11月23日（星期一）上午10:00确认" in text
    assert "11月23日（星期一）上午10:00请的，等到11月24日（星期二）上午10:00" in text
    assert text.index("第1位</b> 赵立冬") < text.index("第2位</b> 钱谷雨")
    assert "+86" not in text
    assert "139" not in text.split("<main")[1], "telephone numbers are not on the page"


def test_the_page_turns_to_the_week_in_which_the_activity_is_next(desk: tuple[Person, Area]) -> None:
    she, area = desk
    plan = weekly_plan(
        starts=time(9), ends=time(10), from_on=date(2026, 12, 7), until_on=date(2026, 12, 20), weekdays=frozenset({1})
    )
    made, _shifts = desks.published(area, plans=[plan])
    text = she.open(f"/co/activities/{made.id}")
    assert "12月7日（星期一）到12月13日（星期日）" in text
    assert "上一周" not in text
    text = she.open(f"/co/activities/{made.id}?on=2026-12-14")
    assert "12月14日（星期一）到12月20日（星期日）" in text
    assert ("上一周" in text, "下一周" in text) == (True, False)
    assert "这一周没有班次" in she.open(f"/co/activities/{made.id}?on=2027-01-04")
    assert she.open(f"/co/activities/{made.id}?on=nonsense")


def test_answering_for_somebody_by_telephone(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area)
    with transaction() as session:
        yes, no = (offered(session, area, shift, name).id for name in ("王小满", "李大雪"))
    she.open(f"/co/activities/{made.id}")
    assert "记下了：王小满能来。" in she.send(f"/co/assignments/{yes}/answer", reply="accept")
    assert "记下了：李大雪来不了。" in she.send(f"/co/assignments/{no}/answer", reply="decline")
    assert (state_of(yes), state_of(no)) == (AssignmentState.CONFIRMED, AssignmentState.DECLINED)
    with transaction() as session:
        typed = session.get_one(Assignment, yes).answered_by
        audited = session.scalars(select(AuditEntry).where(AuditEntry.verb == "answered_accept_for")).one()
        assert typed is not None
        assert (audited.account_id, audited.subject_id) == (typed, yes)


def test_a_confirmed_no_can_be_taken_back_for_ten_minutes(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area)
    with transaction() as session:
        signup = signed_up(session, area, shift, "王小满")
        held = session.scalars(select(Assignment)).one()
    she.open(f"/co/activities/{made.id}")
    text = she.send(f"/co/assignments/{held.id}/answer", reply="decline")
    assert "记下了：王小满来不了。" in text
    assert f"/co/signups/{signup.id}/restore" in text
    assert "名额还是原来的人" in she.send(f"/co/signups/{signup.id}/restore")
    assert state_of(held.id) == AssignmentState.CONFIRMED
    assert "撤销不了" in she.send(f"/co/signups/{signup.id}/restore")


def test_past_her_own_deadline_the_coordinator_can_still_say_no_for_her(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area, withdraw_before=7 * 24 * 60)
    with transaction() as session:
        signed_up(session, area, shift, "王小满")
        held = session.scalars(select(Assignment)).one()
    she.open(f"/co/activities/{made.id}")
    assert "记下了：王小满来不了。" in she.send(f"/co/assignments/{held.id}/answer", reply="decline")
    assert state_of(held.id) == AssignmentState.RELEASED


def test_an_answer_that_comes_too_late_changes_nothing_and_shows_how_it_is(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area)
    with transaction() as session:
        place = offered(session, area, shift, "王小满")
        roster.release(session, place, reason=ReleaseReason.OFFER_EXPIRED)
    she.open(f"/co/activities/{made.id}")
    assert "没有改成" in she.send(f"/co/assignments/{place.id}/answer", reply="accept")
    assert she.status == 409
    assert state_of(place.id) == AssignmentState.RELEASED
    assert "请选“能来”或者“来不了”" in she.send(f"/co/assignments/{place.id}/answer", reply="perhaps")
    assert she.status == 422


def test_letting_somebody_go_asks_why_and_is_written_down(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    with transaction() as session:
        place = offered(session, area, shift, "王小满")
    assert "换下王小满" in she.open(f"/co/assignments/{place.id}/release")
    assert "请填写原因" in she.send(f"/co/assignments/{place.id}/release")
    assert she.status == 422
    assert "已把王小满换下" in she.send(f"/co/assignments/{place.id}/release", reason="人手已经够了")
    with transaction() as session:
        gone = session.get_one(Assignment, place.id)
        assert (gone.state, gone.release_reason) == (AssignmentState.RELEASED, ReleaseReason.COORDINATOR)
        assert session.scalars(select(ShiftRole.taken)).one() == 0
        audited = session.scalars(select(AuditEntry).where(AuditEntry.verb == "released")).one()
        assert audited.details == {"reason": "人手已经够了"}
    assert "没有换下" in she.send(f"/co/assignments/{place.id}/release", reason="再来一次")
    assert she.status == 409


def test_a_draft_holds_no_place_and_cannot_be_released(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area, mode=Mode.ROTA)
    with transaction() as session:
        person = factories.volunteer(session, area, "王小满")
        draft = Assignment(
            area_id=area.id,
            shift_id=shift.id,
            shift_role_id=factories.only_role(session, shift).id,
            volunteer_id=person.id,
            state=AssignmentState.DRAFTED,
            occupies=roster.occupied(shift),
            assigned_at=NOW,
        )
        session.add(draft)
    text = she.open(f"/co/activities/{made.id}")
    assert "草案" in text
    assert "志愿者看不到" in text
    assert f"/co/assignments/{draft.id}/release" not in text
    she.send(f"/co/assignments/{draft.id}/release", reason="试一试")
    assert she.status == 409
    assert state_of(draft.id) == AssignmentState.DRAFTED


def test_the_next_in_line_is_asked(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area, roles=[RolePlan(name="引导员", min_needed=1, max_needed=1)])
    with transaction() as session:
        place = offered(session, area, shift, "王小满")
        waiting = signed_up(session, area, shift, "李大雪")
        roster.decline(session, assignment_id=place.id, now=NOW)
        role = factories.only_role(session, shift)
    assert "请下一位" in she.open(f"/co/activities/{made.id}")
    assert "已请1位候补" in she.send(f"/co/shift-roles/{role.id}/offer")
    with transaction() as session:
        assert session.get_one(SignUp, waiting.id).state == SignUpState.PENDING
    assert "没有请成" in she.send(f"/co/shift-roles/{role.id}/offer")


def test_moving_a_shift(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    text = she.open(f"/co/shifts/{shift.id}/move")
    assert 'value="2026-11-28"' in text
    assert 'value="09:00"' in text
    text = she.send(f"/co/shifts/{shift.id}/move", on="2026-11-29", starts="22:00", ends="6:00", version="1")
    assert "时间改好了：11月29日（星期日）晚上22:00—11月30日（星期一）上午6:00。" in text
    with transaction() as session:
        assert session.get_one(Shift, shift.id).starts_at == datetime(2026, 11, 29, 14, 0, tzinfo=NOW.tzinfo)


def test_a_move_into_the_past_is_refused_and_what_was_typed_stays(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    she.open(f"/co/shifts/{shift.id}/move")
    text = she.send(f"/co/shifts/{shift.id}/move", on="2026-11-20", starts="9:00", ends="11:00", version="1")
    assert she.status == 422
    assert "开始时间已经过去" in text
    assert 'value="2026-11-20"' in text


def test_two_people_moving_one_shift_see_each_other(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    she.open(f"/co/shifts/{shift.id}/move")
    with transaction() as session:
        row = session.get_one(Shift, shift.id)
        activities.move_shift(
            session,
            row,
            starts_at=row.starts_at + timedelta(hours=1),
            ends_at=row.ends_at + timedelta(hours=1),
            now=NOW,
            account_id=None,
        )
    text = she.send(f"/co/shifts/{shift.id}/move", on="2026-11-28", starts="8:30", ends="11:00", version="1")
    assert she.status == 409
    assert "别人刚刚改过" in text
    assert "<td>8:30</td><td>10:00</td>" in text
    assert 'name="version" value="2"' in text
    text = she.send(f"/co/shifts/{shift.id}/move", on="2026-11-28", starts="8:30", ends="11:00", version="2")
    assert "时间改好了：11月28日（星期六）上午8:30—11:00。" in text


def test_calling_a_shift_off_needs_a_reason(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area)
    with transaction() as session:
        signed_up(session, area, shift, "王小满")
    assert "有1位志愿者已经排上" in she.open(f"/co/shifts/{shift.id}/cancel")
    assert "请填写原因" in she.send(f"/co/shifts/{shift.id}/cancel")
    text = she.send(f"/co/shifts/{shift.id}/cancel", reason="路面结冰")
    assert "这一班取消了" in text
    assert "取消原因：路面结冰" in text
    she.open(f"/co/shifts/{shift.id}/cancel")
    assert she.path == f"/co/activities/{made.id}"
    with transaction() as session:
        assert session.get_one(Shift, shift.id).state == ShiftState.CANCELLED


def test_calling_the_activity_off(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area)
    assert "现在还没有排上人" in she.open(f"/co/activities/{made.id}/cancel")
    assert "活动取消了" in she.send(f"/co/activities/{made.id}/cancel", reason="场地维修")
    with transaction() as session:
        assert session.get_one(Activity, made.id).state == ActivityState.CANCELLED
        assert session.get_one(Shift, shift.id).state == ShiftState.CANCELLED
    assert "代报名</a>" not in she.text.split("更多操作")[0].split("<main")[1].split("</nav>")[1]


def test_the_words_can_be_changed_and_two_editors_see_each_other(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, _shifts = desks.published(area)
    words = {"title": "社区义诊", "contact_name": "陈协调", "contact_phone": "0371-64350001"}
    assert 'value="0371 6435 0001"' in she.open(f"/co/activities/{made.id}/edit")
    version = int(she.text.split('name="version" value="')[1].split('"')[0])
    text = she.send(f"/co/activities/{made.id}/edit", **words, what_to_bring="自带水杯", version=version)
    assert "改好了。" in text
    text = she.send(f"/co/activities/{made.id}/edit", **words, what_to_bring="带伞", version=version)
    assert she.status == 409
    assert "<td>带伞</td><td>自带水杯</td>" in text
    text = she.send(f"/co/activities/{made.id}/edit", **{**words, "title": ""}, version=version)
    assert (she.status, "请填写活动名称" in text) == (422, True)


def test_paper_masks_names_and_leaves_lines_for_who_is_missing(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area, roles=[RolePlan(name="引导员", min_needed=2, max_needed=4)])
    with transaction() as session:
        signed_up(session, area, shift, "王小满")
    text = she.open(f"/co/activities/{made.id}/print")
    assert "王**" in text
    assert "王小满" not in text
    assert text.count("paper__blank") == 1
    assert "0371 6435 0001" in text


def test_a_telephone_number_is_shown_for_a_reason_and_audited(desk: tuple[Person, Area]) -> None:
    she, area = desk
    with transaction() as session:
        person = factories.volunteer(session, area, "王小满", phone="+8613900012345")
    assert "13900012345" not in she.open(f"/co/people/{person.id}/phone").replace(" ", "")
    she.send(f"/co/people/{person.id}/phone")
    assert she.status == 422
    text = she.send(f"/co/people/{person.id}/phone", why="confirm", back="//elsewhere.example/")
    assert "tel:+8613900012345" in text
    assert "elsewhere" not in text
    assert she.page is not None
    assert she.page.headers["Cache-Control"] == "no-store"
    with transaction() as session:
        look = session.scalars(select(AuditEntry).where(AuditEntry.verb == "looked_at_phone")).one()
        assert (look.subject_id, look.details) == (person.id, {"why": "confirm"})
        assert "13900012345" not in str(look.details)


def test_who_serves_here_can_be_called_wherever_she_lives(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
        stranger = factories.volunteer(session, elsewhere, "李大雪")
        helper = signed_up(session, elsewhere, shift, "王小满").volunteer_id
    she.open(f"/co/people/{stranger.id}/phone")
    assert she.status == 404
    assert "为什么要看王小满的电话？" in she.open(f"/co/people/{helper}/phone")


def test_a_kept_draft_says_that_nobody_sees_it(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, _shifts = desks.published(area, is_published=False)
    text = she.open(f"/co/activities/{made.id}")
    assert "这是草稿，志愿者看不到" in text
    assert "引导员：1到2人" in text
    assert "11月28日（星期六），上午9:00—11:30" in text
    assert "发布了，志愿者现在就能报名。" in she.send(f"/co/activities/{made.id}/publish")
    with transaction() as session:
        assert session.scalars(select(Shift)).one().starts_at == SATURDAY


def test_administrators_work_at_the_same_desk(at_now: Settings) -> None:
    she, area = desks.coordinator(role=Role.ADMIN)
    made, _shifts = desks.published(area)
    she.open(f"/co/activities/{made.id}")
    assert she.status == 200
    with transaction() as session:
        assert session.scalars(select(Volunteer)).all() == []


def test_a_long_waitlist_is_told_by_its_head_and_its_length(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area, roles=[RolePlan(name="引导员", min_needed=1, max_needed=1)])
    with transaction() as session:
        for _n in range(34):
            signed_up(session, area, shift, "王小满")
    text = she.open(f"/co/activities/{made.id}")
    assert "候补：33人" in text
    assert "第30位" in text
    assert "第31位" not in text
    assert "后面还有3人没有列出。" in text


@pytest.fixture
def begun(desk: tuple[Person, Area]) -> tuple[Person, int, str]:
    """(her coordinator, assignment id, address of the week) of somebody who said yes; the shift has just begun."""
    she, area = desk
    made, [shift] = desks.published(area, roles=[RolePlan(name="引导员", min_needed=1, max_needed=1)])
    with transaction() as session:
        signup = signed_up(session, area, shift, "王小满")
    with transaction() as session:
        clock.turn_to(session, instant=shift.starts_at + timedelta(minutes=5))
        [place] = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id))
    return she, place.id, f"/co/activities/{made.id}"


def test_who_is_not_there_is_marked_and_sought_for_and_it_can_be_undone(begun: tuple[Person, int, str]) -> None:
    she, assignment_id, week = begun
    assert "没有来" in she.open(week)
    text = she.send(f"/co/assignments/{assignment_id}/no-show")
    assert "记下了：王小满没有来。" in text
    assert "已排0人" in text
    assert state_of(assignment_id) == AssignmentState.NO_SHOW
    drain()
    with transaction() as session:
        [search] = session.scalars(select(Backfill))
        assert search.cause == BackfillCause.NO_SHOW

    assert "记下了：王小满来了。" in she.send(f"/co/assignments/{assignment_id}/came")
    assert state_of(assignment_id) == AssignmentState.CONFIRMED
    with transaction() as session:
        ours = select(AuditEntry.verb).where(AuditEntry.subject_kind == "assignment")
        noted = session.scalars(ours.order_by(AuditEntry.id)).all()
    assert noted == ["marked_no_show", "came_after_all"]


def test_who_comes_when_another_has_her_place_is_not_counted_twice(begun: tuple[Person, int, str]) -> None:
    she, assignment_id, week = begun
    she.open(week)
    she.send(f"/co/assignments/{assignment_id}/no-show")
    with transaction() as session:
        place = session.get_one(Assignment, assignment_id)
        other = factories.volunteer(session, session.get_one(Area, place.area_id), "李顶班")
        row = opening(session, shift_id=place.shift_id, shift_role_id=place.shift_role_id)
        assert row is not None
        roster.take(session, row=row, volunteer_id=other.id, now=NOW)

    text = she.send(f"/co/assignments/{assignment_id}/came")
    assert (she.status, "王小满的名额已经有人顶上了" in text) == (409, True)
    assert state_of(assignment_id) == AssignmentState.NO_SHOW


def test_nobody_is_marked_before_the_start(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area)
    with transaction() as session:
        signup = signed_up(session, area, shift, "王小满")
        session.flush()
        [place] = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id))
    she.open(f"/co/activities/{made.id}")
    assert "这一班还没有开始" in she.send(f"/co/assignments/{place.id}/no-show")
    assert (she.status, state_of(place.id)) == (409, AssignmentState.CONFIRMED)
