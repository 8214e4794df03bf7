"""The three screens of a sign-up: the plain way, and every way a person or a browser can go wrong on them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service import clock
from service.accounts import actions as accounts
from service.activities import actions as activities
from service.activities.models import Shift, ShiftRole
from service.activities.rules import RolePlan
from service.db import transaction
from service.settings import Settings
from service.signups.models import SignUp
from service.terms import ConsentPurpose, Mode, QualificationKind, SignUpState
from service.volunteers.actions import withdraw_consent
from service.volunteers.models import Consent, Volunteer
from tests import factories
from tests.browsing import Person, last_code
from tests.factories import NOW

PHONE, NAME = "13900020001", "林晚晴"
E164 = f"+86{PHONE}"

pytestmark = pytest.mark.usefixtures("at_now")


@pytest.fixture
def role(at_now: Settings) -> ShiftRole:
    """One shift of two places, five days from NOW."""
    return opening()


def opening(*, days: int = 5, details: dict[str, object] | None = None, **role: object) -> ShiftRole:
    """A published activity with one role."""
    with transaction() as session:
        plan = RolePlan(**{"name": "引导员", "min_needed": 1, "max_needed": 2, **role})  # type: ignore[arg-type]  # a test's own values
        made = factories.activity(
            session,
            factories.community(session),
            roles=[plan],
            plans=[factories.once_from(NOW, days=days)],
            **(details or {}),  # type: ignore[arg-type]
        )
        return factories.only_role(session, factories.shifts(session, made)[0])


def known(name: str = NAME, **details: object) -> int:
    """Somebody registered with PHONE; her id."""
    with transaction() as session:
        return factories.volunteer(session, factories.community(session), name, phone=E164, **details).id


def choose(she: Person, role: ShiftRole, **more: str) -> str:
    she.open(f"/signup/{role.shift_id}")
    return she.send(f"/signup/{role.shift_id}", role_id=role.id, **more)


def say_who(she: Person, *, name: str = NAME, phone: str = PHONE, **more: str) -> str:
    return she.send(she.path, name=name, phone=phone, **{"consent": "true", **more})


def born(on: date) -> dict[str, str]:
    """A birth date as its three fields."""
    return {"birth_on-year": str(on.year), "birth_on-month": str(on.month), "birth_on-day": str(on.day)}


def signups() -> list[tuple[int, int, str]]:
    """(volunteer, role, state) of every sign-up."""
    with transaction() as session:
        return [(s.volunteer_id, s.shift_role_id, s.state) for s in session.scalars(select(SignUp).order_by(SignUp.id))]


def only_volunteer(session: Session) -> Volunteer:
    return session.scalars(select(Volunteer)).one()


def test_a_newcomer_signs_up_in_three_screens(role: ShiftRole) -> None:
    she = Person()
    assert "社区义诊" in she.open("/")
    assert "第1步，共3步" in she.open(f"/signup/{role.shift_id}")
    assert "第2步，共3步" in she.send(f"/signup/{role.shift_id}", role_id=role.id)
    assert "第3步，共3步" in say_who(she, phone="１３９ ０００２ ０００１")
    assert "报名成功" in she.send(she.path, code=last_code())
    assert NAME not in Person().open("/")
    with transaction() as session:
        person = only_volunteer(session)
        assert signups() == [(person.id, role.id, SignUpState.CONFIRMED)]
        given = session.scalars(select(Consent.purpose).where(Consent.volunteer_id == person.id))
        assert set(given) == {ConsentPurpose.SERVICE, ConsentPurpose.REMINDERS}


def test_somebody_logged_in_needs_one_screen(role: ShiftRole) -> None:
    person_id = known()
    she = Person()
    she.log_in(PHONE)
    assert "我要报名" in she.open(f"/signup/{role.shift_id}")
    assert "第1步" not in she.text
    assert "报名成功" in she.send(f"/signup/{role.shift_id}", role_id=role.id)
    assert signups() == [(person_id, role.id, SignUpState.CONFIRMED)]


def test_what_is_missing_is_said_and_what_was_typed_stays(role: ShiftRole) -> None:
    she = Person()
    choose(she, role)
    text = she.send(she.path, name=NAME, phone="123")
    assert she.status == 422
    assert f'value="{NAME}"' in text
    assert "请填写11位手机号" in text
    assert "请先勾选" in text


def test_a_role_must_be_chosen_and_be_of_this_shift(role: ShiftRole) -> None:
    other = opening(days=9)
    she = Person()
    for nonsense in ("", "0", "九", str(other.id), "9" * 30):
        she.open(f"/signup/{role.shift_id}")
        she.send(f"/signup/{role.shift_id}", role_id=nonsense)
        assert she.status == 422, nonsense
    for address in (f"/signup/who/{role.shift_id}/{other.id}", f"/signup/code/{role.shift_id}/{other.id}"):
        she.open(address)
        assert she.status == 404


def test_unknown_numbers_are_pages_that_do_not_exist(role: ShiftRole) -> None:
    she = Person()
    for where in ("/a/{}", "/signup/{}", "/signup/who/{}/1", "/signup/code/1/{}"):
        for number in ("0", "99999", "9" * 19, "9" * 5000):
            she.open(where.format(number))
            assert she.status == 404, (where, number)


def test_a_draft_does_not_exist_for_anybody(at_now: Settings) -> None:
    with transaction() as session:
        area = factories.community(session)
        draft = factories.activity(session, area, is_published=False)
        published = factories.activity(session, area)
        shift = factories.shifts(session, published)[0]
        shift.activity_id = draft.id
        draft_id, shift_id, role_id = draft.id, shift.id, factories.only_role(session, shift).id
    she = Person()
    for address in (f"/a/{draft_id}", f"/signup/{shift_id}", f"/signup/who/{shift_id}/{role_id}"):
        she.open(address)
        assert she.status == 404
        assert "社区义诊" not in she.text


# --- the code ---


def test_a_wrong_code_keeps_her_on_the_screen_and_counts(role: ShiftRole) -> None:
    she = Person()
    choose(she, role)
    say_who(she)
    right = last_code()
    for _try in range(5):
        assert "这6位数字不对" in she.send(she.path, code="000000" if right != "000000" else "111111")
        assert she.status == 422
    assert "这6位数字不对" in she.send(she.path, code=right), "five tries are all there are"
    assert signups() == []


def test_the_last_screen_sent_twice_is_one_sign_up(role: ShiftRole) -> None:
    """A double tap without JavaScript: both requests carry the cookie of before."""
    she = Person()
    choose(she, role)
    say_who(she)
    before, address, code = cookie(she), she.path, last_code()
    form = she.text
    assert "报名成功" in she.send(address, code=code)
    set_cookie(she, before)
    she.page = None
    token = form.split('name="csrf_token" value="')[1].split('"')[0]
    she.page = she.client.post(address, data={"csrf_token": token, "code": code}, follow_redirects=True)
    assert "报名成功" in she.text
    assert len(signups()) == 1


def test_the_first_screen_sent_twice_is_one_sign_up(role: ShiftRole) -> None:
    known()
    she = Person()
    she.log_in(PHONE)
    choose(she, role)
    done = she.path
    she.open("/me")
    assert "报名成功" in she.send(f"/signup/{role.shift_id}", role_id=role.id)
    assert she.path == done
    assert len(signups()) == 1


def test_going_back_to_mend_the_name_needs_no_new_code(role: ShiftRole) -> None:
    she = Person()
    choose(she, role)
    say_who(she, name="林晚情")
    code = last_code()
    assert 'value="林晚情"' in she.open(f"/signup/who/{role.shift_id}/{role.id}")
    assert "刚才发的验证码还能用" in say_who(she)
    assert "报名成功" in she.send(she.path, code=code)
    with transaction() as session:
        assert only_volunteer(session).name == NAME


def test_another_code_is_sent_when_asked_for_but_not_at_once(role: ShiftRole) -> None:
    she = Person()
    choose(she, role)
    say_who(she)
    code = last_code()
    assert re.search("验证码发得太勤了，请上午10:0[12]以后再试", she.send(f"{she.path}/again"))
    assert she.path == f"/signup/code/{role.shift_id}/{role.id}"
    with transaction() as session:
        clock.turn_to(session, instant=NOW + timedelta(minutes=2))
    assert "又发了一条短信" in she.send(f"{she.path}/again")
    assert last_code() != code
    assert "报名成功" in she.send(she.path, code=last_code())


# --- steps out of order, browsers that forget ---


@pytest.mark.parametrize("step", ["code", "who"])
def test_a_step_opened_by_itself_leads_to_the_screen_that_asks(role: ShiftRole, step: str) -> None:
    she = Person()
    text = she.open(f"/signup/{step}/{role.shift_id}/{role.id}")
    assert she.path == f"/signup/who/{role.shift_id}/{role.id}"
    assert "第2步，共3步" in text
    assert ("请再填一次" in text) == (step == "code")


def test_a_session_lost_between_two_screens_loses_nothing_typed(role: ShiftRole) -> None:
    she = Person()
    choose(she, role)
    she.client.delete_cookie("lunzhi")
    address = she.path
    she.page = she.client.post(
        address,
        data={"csrf_token": "of before", "name": NAME, "phone": PHONE, "consent": "true"},
        headers={"Origin": "http://localhost"},
    )
    assert she.status == 400
    assert "页面放久了" in she.text
    assert f'value="{NAME}"' in she.text
    kept = dict(re.findall(r'<input type="hidden" name="(name|phone|consent)" value="([^"]*)">', she.text))
    assert "第3步，共3步" in she.send(address, **kept)


def test_a_session_lost_before_the_code_asks_who_again(role: ShiftRole) -> None:
    she = Person()
    choose(she, role)
    say_who(she)
    code, address = last_code(), she.path
    she.client.delete_cookie("lunzhi")
    she.open(f"/signup/{role.shift_id}")
    assert "请再填一次" in she.send(address, code=code)
    assert she.path == f"/signup/who/{role.shift_id}/{role.id}"
    assert "刚才发的验证码还能用" in say_who(she)
    assert "报名成功" in she.send(she.path, code=code)


def test_back_and_again_after_all_is_done(role: ShiftRole) -> None:
    she = Person()
    choose(she, role)
    say_who(she)
    last = she.path
    she.send(last, code=last_code())
    done = she.path
    for address in (f"/signup/{role.shift_id}", f"/signup/who/{role.shift_id}/{role.id}", last):
        she.open(address)
        assert she.path == done, address
    she.open("/me")
    she.send(last, code="123456")
    assert she.path == done
    assert len(signups()) == 1


def test_two_tabs_with_two_people_and_two_shifts_do_not_mix(role: ShiftRole) -> None:
    other = opening(days=6)
    she = Person()
    choose(she, role)
    say_who(she, name="林晚晴", phone="13900020001")
    first, first_code = she.path, last_code()
    choose(she, other)
    say_who(she, name="周听雨", phone="13900020002")
    second, second_code = she.path, last_code()
    assert "报名成功" in she.send(first, code=first_code)
    she.open("/me/profile")
    assert "报名成功" in she.send(second, code=second_code)
    with transaction() as session:
        held = session.execute(
            select(Volunteer.name, SignUp.shift_role_id)
            .join(SignUp, SignUp.volunteer_id == Volunteer.id)
            .order_by(SignUp.id)
        ).all()
    assert [tuple(row) for row in held] == [("林晚晴", role.id), ("周听雨", other.id)]


def test_many_tabs_fit_into_one_cookie(at_now: Settings) -> None:
    she = Person()
    roles = [opening(days=days) for days in range(2, 8)]
    for number, each in enumerate(roles):
        choose(she, each)
        say_who(she, name="林" * 30, phone=f"1390002{number:04}")
    assert len(cookie(she)) < 4000
    assert "报名成功" in she.send(she.path, code=last_code())


# --- who is known already ---


def test_a_number_known_under_another_name_is_told_and_signs_nobody_up_by_itself(role: ShiftRole) -> None:
    person_id = known("王大山")
    she = Person()
    choose(she, role)
    say_who(she, name="李秀英")
    text = she.send(she.path, code=last_code())
    assert "这个手机号登记的是王大山" in text
    assert signups() == []
    assert "报名成功" in she.send(f"/signup/{role.shift_id}", role_id=role.id)
    assert signups() == [(person_id, role.id, SignUpState.CONFIRMED)]
    with transaction() as session:
        assert only_volunteer(session).name == "王大山"


def test_who_took_her_consent_back_gives_it_again_by_the_tick(role: ShiftRole) -> None:
    person_id = known()
    with transaction() as session:
        for purpose in (ConsentPurpose.SERVICE, ConsentPurpose.REMINDERS):
            withdraw_consent(session, volunteer_id=person_id, purpose=purpose, now=NOW)
    she = Person()
    choose(she, role)
    say_who(she)
    assert "报名成功" in she.send(she.path, code=last_code())


def test_somebody_logged_in_who_took_her_consent_back_is_asked_for_it(role: ShiftRole) -> None:
    person_id = known()
    with transaction() as session:
        withdraw_consent(session, volunteer_id=person_id, purpose=ConsentPurpose.SERVICE, now=NOW)
    she = Person()
    she.log_in(PHONE)
    assert "请先勾选" in choose(she, role)
    assert she.status == 422
    assert "报名成功" in choose(she, role, consent="true")


def test_anothers_tick_does_not_give_consent_for_the_owner_of_the_number(role: ShiftRole) -> None:
    person_id = known("王大山", purposes=())
    she = Person()
    choose(she, role)
    say_who(she, name="李秀英")
    she.send(she.path, code=last_code())
    with transaction() as session:
        assert session.scalars(select(Consent).where(Consent.volunteer_id == person_id)).all() == []


def test_who_had_left_is_back_when_she_signs_up(role: ShiftRole) -> None:
    known()
    with transaction() as session:
        only_volunteer(session).left_at = NOW - timedelta(days=400)
    she = Person()
    choose(she, role)
    say_who(she)
    assert "报名成功" in she.send(she.path, code=last_code())
    with transaction() as session:
        assert only_volunteer(session).left_at is None


def test_a_disabled_account_cannot_sign_up(role: ShiftRole) -> None:
    known()
    with transaction() as session:
        accounts.open_account(session, phone=E164, name=NAME).disabled_at = NOW
    she = Person()
    choose(she, role)
    say_who(she)
    assert "停用" in she.send(she.path, code=last_code())
    assert she.status == 422
    assert signups() == []
    she.open("/me")
    assert she.path == "/login"


# --- reasons against ---


def test_refusals_are_all_shown(at_now: Settings) -> None:
    role = opening(requires=(QualificationKind.DOCTOR,), min_age=18)
    same_time = opening()
    known(birth_on=date(2012, 1, 1))
    she = Person()
    she.log_in(PHONE)
    choose(she, same_time)
    text = choose(she, role)
    assert she.status == 422
    for words in ("要有医师资格", "这个岗位要满18岁，服务那天是14岁", "时间重叠"):
        assert words in text
    assert len(signups()) == 1


def test_a_missing_birth_date_is_asked_for_where_it_matters(at_now: Settings) -> None:
    role = opening(min_age=60)
    known()
    she = Person()
    she.log_in(PHONE)
    assert "出生日期" in she.open(f"/signup/{role.shift_id}")
    assert "请填写出生日期" in choose(she, role)
    assert "这个岗位要满60岁，服务那天是30岁" in choose(she, role, **born(date(1996, 1, 1)))
    with transaction() as session:
        assert only_volunteer(session).birth_on == date(1996, 1, 1)


@pytest.mark.parametrize(
    ("birth_on", "words"),
    [
        (date(2009, 1, 1), "这个岗位要满18岁，服务那天是17岁"),
        (date(2016, 1, 1), "未满14岁，请家长打本页下方的电话登记"),
        (date(2027, 1, 1), "出生日期不能在今天以后"),
        (date(1800, 1, 1), "请填写出生日期"),
    ],
)
def test_an_age_that_is_not_right_is_said_before_anything_is_kept(at_now: Settings, birth_on: date, words: str) -> None:
    role = opening(min_age=18)
    she = Person()
    choose(she, role)
    text = say_who(she, **born(birth_on))
    assert she.status == 422
    assert words in text
    assert f'value="{NAME}"' in text
    with transaction() as session:
        assert session.scalars(select(Volunteer)).all() == []


def test_an_age_that_is_right_is_kept(at_now: Settings) -> None:
    role = opening(min_age=60, max_age=75)
    she = Person()
    assert "年满60岁，不超过75岁" in she.open(f"/signup/{role.shift_id}")
    choose(she, role)
    say_who(she, **born(date(1957, 3, 8)))
    assert "报名成功" in she.send(she.path, code=last_code())
    with transaction() as session:
        assert only_volunteer(session).birth_on == date(1957, 3, 8)


def test_a_cancelled_shift_says_why_and_has_no_button(role: ShiftRole) -> None:
    with transaction() as session:
        activities.cancel_shift(session, role.shift_id, reason="下大雪", now=NOW, account_id=None)
    she = Person()
    text = she.open(f"/signup/{role.shift_id}")
    assert "这一班已经取消" in text
    assert "下大雪" in text
    assert "继续" not in text
    she.open(f"/signup/who/{role.shift_id}/{role.id}")
    assert "这一班已经取消" in say_who(she)
    assert she.status == 422


def test_a_full_shift_offers_to_wait_or_says_that_nobody_waits(at_now: Settings) -> None:
    waits, does_not = opening(max_needed=1), opening(days=6, max_needed=1, details={"has_waitlist": False})
    with transaction() as session:
        for role in (waits, does_not):
            factories.sign_up(session, factories.volunteer(session, factories.community(session)), role)
    known()
    she = Person()
    she.log_in(PHONE)
    text = she.open(f"/signup/{does_not.shift_id}")
    assert "这个活动不排候补" in text
    assert "可以候补" not in text
    she.open("/me")
    assert "名额满了，这个活动不排候补" in she.send(f"/signup/{does_not.shift_id}", role_id=does_not.id)
    assert she.status == 422
    assert "我要候补" in she.open(f"/signup/{waits.shift_id}")
    assert "您现在排在候补第1位" in choose(she, waits)


def test_an_arranged_activity_says_that_it_is_not_certain_yet(at_now: Settings) -> None:
    role = opening(details={"mode": Mode.MATCHED})
    known()
    she = Person()
    she.log_in(PHONE)
    assert "排好以后再请您确认" in she.open(f"/signup/{role.shift_id}")
    assert "报名收到了" in choose(she, role)


def test_a_shift_filled_while_she_typed_queues_her_and_says_so(at_now: Settings) -> None:
    role = opening(max_needed=1)
    she = Person()
    choose(she, role)
    say_who(she)
    with transaction() as session:
        factories.sign_up(session, factories.volunteer(session, factories.community(session)), role)
    assert "已经替您排队" in she.send(she.path, code=last_code())


def test_a_shift_that_began_while_she_typed_is_refused_in_words(role: ShiftRole) -> None:
    she = Person()
    choose(she, role)
    say_who(she)
    with transaction() as session:
        shift = session.get_one(Shift, role.shift_id)
        shift.starts_at = NOW - timedelta(minutes=1)
    text = she.send(she.path, code=last_code())
    assert she.status == 422
    assert "已经开始" in text
    assert "我的班次" in text, "she is logged in all the same"


def test_strange_and_endless_input_is_answered_with_the_form(role: ShiftRole) -> None:
    she = Person()
    choose(she, role)
    for name in ("林" * 5000, "<script>alert(1)</script>", "林\x00晚晴 OR 1=1", "🙂🙂🙂"):
        say_who(she, name=name, phone="1" * 5000)
        assert she.status == 422
        assert "<script>alert" not in (she.page.text if she.page else "")


def test_a_form_without_its_token_changes_nothing(role: ShiftRole) -> None:
    known()
    she = Person()
    she.log_in(PHONE)
    she.page = she.client.post(f"/signup/{role.shift_id}", data={"role_id": role.id})
    assert she.status == 400
    assert signups() == []


def cookie(she: Person) -> str:
    found = she.client.get_cookie("lunzhi")
    assert found is not None
    return str(found.value)


def set_cookie(she: Person, value: str) -> None:
    she.client.set_cookie("lunzhi", value)
