"""The volunteer's pages, as she meets them: three screens, what happens next, my shifts, the link in a message."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service import clock, links
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.calendars.rules import local
from service.db import transaction
from service.roster.actions import offer
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.models import SignUp
from service.signups.queries import opening as row_of
from service.terms import AssignmentState, QualificationKind, SignUpState
from tests import factories
from tests.browsing import Person, last_code


@pytest.fixture
def role(database: Settings) -> ShiftRole:
    """One shift of two places in real time."""
    return opening()


def opening(**role: object) -> ShiftRole:
    """A published activity with one role, five days from now."""
    with transaction() as session:
        now = clock.now(session)
        plan = RolePlan(**{"name": "引导员", "min_needed": 1, "max_needed": 2, **role})  # type: ignore[arg-type]  # a test's own values
        made = factories.activity(
            session, factories.community(session), roles=[plan], plans=[factories.once_from(now)], now=now
        )
        return factories.only_role(session, factories.shifts(session, made)[0])


def born(years_ago: int) -> dict[str, str]:
    """A birth date as its three fields: on New Year's Day, so many years ago."""
    year = local(datetime.now(UTC)).year - years_ago
    return {"birth_on-year": str(year), "birth_on-month": "1", "birth_on-day": "1"}


def test_a_newcomer_signs_up_in_three_screens(role: ShiftRole) -> None:
    she = Person()
    assert "社区义诊" in she.open("/")
    assert "第1步，共3步" in she.open(f"/signup/{role.shift_id}")
    assert "第2步，共3步" in she.send(f"/signup/{role.shift_id}", role_id=role.id)
    assert "第3步，共3步" in she.send(she.path, name="林晚晴", phone="１３９ ０００１ ０００１", consent="true")
    assert "报名成功" in she.send(she.path, code=last_code())
    assert "林晚晴" not in Person().open("/")
    with transaction() as session:
        assert session.query(SignUp).one().state == SignUpState.CONFIRMED


def test_a_wrong_code_keeps_her_on_the_screen_and_counts(role: ShiftRole) -> None:
    she = Person()
    she.open(f"/signup/{role.shift_id}")
    she.send(f"/signup/{role.shift_id}", role_id=role.id)
    she.send(she.path, name="林晚晴", phone="13900010001", consent="true")

    assert "这6位数字不对" in she.send(she.path, code="000000")
    assert she.status == 422


def test_what_is_missing_is_said_and_what_was_typed_stays(role: ShiftRole) -> None:
    she = Person()
    she.open(f"/signup/{role.shift_id}")
    she.send(f"/signup/{role.shift_id}", role_id=role.id)
    text = she.send(she.path, name="林晚晴", phone="123")

    assert she.status == 422
    assert 'value="林晚晴"' in text
    assert "请填写11位手机号" in text
    assert "请先勾选" in text


def test_refusals_are_all_shown(database: Settings) -> None:
    role = opening(requires=(QualificationKind.DOCTOR,), min_age=18)
    with transaction() as session:
        area = factories.community(session)
        factories.volunteer(session, area, phone="+8613900020001", purposes=())
    she = Person()
    she.log_in("13900020001")
    she.open(f"/signup/{role.shift_id}")
    text = she.send(f"/signup/{role.shift_id}", role_id=role.id, consent="true", **born(16))

    assert she.status == 422
    for words in ("要有医师资格", "这个岗位要满18岁"):
        assert words in text


def test_withdrawing_can_be_undone(role: ShiftRole) -> None:
    with transaction() as session:
        factories.volunteer(session, factories.community(session), phone="+8613900020001")
    she = Person()
    assert "还没有班次" in she.log_in("13900020001")
    she.open(f"/signup/{role.shift_id}")
    assert "报名成功" in she.send(f"/signup/{role.shift_id}", role_id=role.id)
    signup = she.path
    assert "撤销" in she.send(f"{signup}/withdrawal")
    assert "您还在名单上" in she.send(f"{signup}/withdrawal/undo")


def test_others_sign_ups_do_not_exist_for_her(role: ShiftRole) -> None:
    with transaction() as session:
        area = factories.community(session)
        for phone in ("+8613900020001", "+8613900020002"):
            factories.volunteer(session, area, phone=phone)
    she, other = Person(), Person()
    she.log_in("13900020001")
    she.open(f"/signup/{role.shift_id}")
    she.send(f"/signup/{role.shift_id}", role_id=role.id)
    other.log_in("13900020002")
    other.open(she.path)
    assert other.status == 404
    other.open("/me")
    other.send(f"{she.path}/withdrawal")
    assert other.status == 404
    with transaction() as session:
        assert session.query(SignUp).one().state == SignUpState.CONFIRMED


def test_a_link_shows_on_get_and_acts_on_post(role: ShiftRole) -> None:
    with transaction() as session:
        now = clock.now(session)
        person = factories.volunteer(session, factories.community(session))
        row = row_of(session, shift_id=role.shift_id, shift_role_id=role.id)
        assert row is not None
        made = offer(session, row=row, volunteer_id=person.id, now=now)
        assert made is not None
        token = links.answer_token(made.id)
    she = Person()
    assert "我能来" in she.open(f"/answers/{token}")
    assert "我能来" in she.open(f"/answers/{token}")
    with transaction() as session:
        assert session.query(Assignment).one().state == AssignmentState.OFFERED
    assert "已经记下您能来" in she.send(f"/answers/{token}", answer="yes")
    she.send(f"/answers/{token}", answer="yes")
    assert she.status == 200
    assert "我们找别人顶上" in she.send(f"/answers/{token}", answer="no", reason="要带孙子")
    she.send(f"/answers/{token}", answer="yes")
    assert she.status == 409


def test_a_mistyped_link_is_explained(role: ShiftRole) -> None:
    she = Person()
    she.open("/answers/1.broken")
    assert she.status == 404


def test_a_form_without_its_token_changes_nothing(role: ShiftRole) -> None:
    she = Person()
    she.page = she.client.post(f"/signup/{role.shift_id}", data={"role_id": role.id})
    assert she.status == 400


def test_guests_are_sent_to_log_in_and_back(role: ShiftRole) -> None:
    with transaction() as session:
        factories.volunteer(session, factories.community(session), phone="+8613900020001")
    she = Person()
    she.open("/me")
    assert she.path == "/login"
    she.send("/login", phone="13900020001")
    she.send("/login/code", code=last_code())
    assert she.path == "/me"


def test_a_new_person_who_logs_in_is_registered(role: ShiftRole) -> None:
    she = Person()
    assert "先认识一下您" in she.log_in("13900030003")
    with transaction() as session:
        area_id = factories.community(session).id
    she.send("/register", name="周听雨", area_id=area_id, consent="true")
    assert she.path == "/me"
    assert "登记好了" in she.text
