"""The phone desk: find or register the person, choose a shift, read it back."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from service.activities.models import Shift
from service.activities.rules import RolePlan
from service.audit import AuditEntry
from service.db import transaction
from service.places.models import Area
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.models import SignUp
from service.terms import AskedHow, ConsentHow, ConsentPurpose, Mode, QualificationKind, SignUpState, SignUpVia
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person


@pytest.fixture
def desk(at_now: Settings) -> tuple[Person, Area]:
    """A coordinator at her desk."""
    return desks.coordinator()


def known(area: Area, name: str = "王秀英", **details: Any) -> Volunteer:
    with transaction() as session:
        return factories.volunteer(session, area, name, **details)


def role_id(shift_id: int) -> int:
    with transaction() as session:
        return factories.only_role(session, session.get_one(Shift, shift_id)).id


def test_a_caller_is_found_by_initials_and_signed_up(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area, what_to_bring="老花镜")
    person = known(area)
    she.open("/co/proxy")
    text = she.send("/co/proxy", who="wxy")
    assert she.path == "/co/proxy"
    assert f"/co/proxy/{person.id}" in text
    text = she.open(f"/co/proxy/{person.id}")
    assert "11月28日（星期六）上午9:00—11:30，社区义诊的引导员" in text
    assert "还有2个名额" in text
    text = she.send(f"/co/proxy/{person.id}", shift_role_id=role_id(shift.id), asked_how="phone", asked_by="女儿")
    assert "王秀英，给您报上了：11月28日（星期六）上午9:00—11:30，在人民路社区，做社区义诊的引导员。" in text
    assert "请带上：老花镜。" in text
    with transaction() as session:
        signup = session.scalars(select(SignUp)).one()
        assert (signup.via, signup.asked_by, signup.asked_how) == (SignUpVia.PROXY, "女儿", AskedHow.PHONE)
        assert session.scalars(select(AuditEntry.verb).where(AuditEntry.verb == "signed_up_for")).one()


def test_a_telephone_number_leads_straight_to_the_person_and_never_into_an_address(desk: tuple[Person, Area]) -> None:
    she, area = desk
    person = known(area, phone="+8613900012345")
    she.open("/co/proxy")
    assert "替王秀英报名" in she.send("/co/proxy", who="139 0001 2345")
    assert she.path == f"/co/proxy/{person.id}"
    assert she.page is not None
    assert "13900012345" not in she.page.request.url
    assert "139" not in she.text.split("<main")[1]
    with transaction() as session:
        looked = session.scalars(select(AuditEntry).where(AuditEntry.verb == "searched_people")).one()
        assert looked.details == {"by": ["phone"], "found": 1}


def test_an_unknown_number_is_carried_into_the_form_for_somebody_new(desk: tuple[Person, Area]) -> None:
    she, _area = desk
    she.open("/co/proxy")
    text = she.send("/co/proxy", who="139 0001 2345")
    assert she.path == "/co/proxy/new"
    assert "这个号码还没有登记" in text
    assert 'value="+8613900012345"' in text or 'value="139 0001 2345"' in text


def test_a_number_of_another_community_tells_nothing_about_her(desk: tuple[Person, Area]) -> None:
    she, _area = desk
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
        factories.volunteer(session, elsewhere, "李大雪", phone="+8613900012345")
    she.open("/co/proxy")
    text = she.send("/co/proxy", who="13900012345")
    assert she.status == 422
    assert "登记在别的社区" in text
    assert "李大雪" not in text
    assert "李大雪" not in she.send("/co/proxy", who="ldx")


@pytest.mark.parametrize(("typed", "message"), [("", "请填写找谁"), ("12345678", "请填写11位手机号")])
def test_a_search_for_nothing_is_refused(desk: tuple[Person, Area], typed: str, message: str) -> None:
    she, _area = desk
    she.open("/co/proxy")
    assert message in she.send("/co/proxy", who=typed)
    assert she.status == 422


def test_somebody_new_is_registered_in_four_fields_with_oral_consent(desk: tuple[Person, Area]) -> None:
    she, area = desk
    text = she.open("/co/proxy/new")
    visible = text.split("<main")[1].count('class="govuk-form-group')
    assert visible == 4
    new = {"name": "王秀英", "phone": "139 0001 2345", "birth_year": "1954", "area_id": area.id}
    assert "请先勾选" in she.send("/co/proxy/new", **new)
    assert (she.status, 'value="1954"' in she.text) == (422, True)
    assert "替王秀英报名" in she.send("/co/proxy/new", **new, agreed="true")
    with transaction() as session:
        person = session.scalars(select(Volunteer)).one()
        assert person.birth_on == date(1954, 12, 31), "whoever may be too young counts as too young"
        assert {(c.purpose, c.how) for c in person.consents} == {
            (ConsentPurpose.SERVICE, ConsentHow.ORAL),
            (ConsentPurpose.REMINDERS, ConsentHow.ORAL),
        }
        assert all(consent.recorded_by for consent in person.consents)


def test_a_known_number_suggests_the_person_it_belongs_to(desk: tuple[Person, Area]) -> None:
    she, area = desk
    person = known(area, phone="+8613900012345")
    she.open("/co/proxy/new")
    text = she.send("/co/proxy/new", name="王秀荣", phone="13900012345", area_id=area.id, agreed="true")
    assert she.status == 422
    assert "这个号码已经登记过" in text
    assert f"/co/proxy/{person.id}" in text


def test_a_namesake_without_a_number_is_asked_about_first(desk: tuple[Person, Area]) -> None:
    she, area = desk
    known(area, phone=None)
    new = {"name": "王秀英", "area_id": area.id, "agreed": "true"}
    she.open("/co/proxy/new")
    assert "是不是已经登记过的这一位" in she.send("/co/proxy/new", **new)
    assert she.status == 422
    assert "替王秀英报名" in she.send("/co/proxy/new", **new, anyway="1")
    with transaction() as session:
        assert len(session.scalars(select(Volunteer)).all()) == 2


def test_areas_of_others_cannot_be_chosen(desk: tuple[Person, Area]) -> None:
    she, _area = desk
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
    she.open("/co/proxy/new")
    assert "请选择列出的社区" in she.send("/co/proxy/new", name="王秀英", area_id=elsewhere.id, agreed="true")


def test_every_reason_against_is_told(desk: tuple[Person, Area]) -> None:
    she, area = desk
    doctor = RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,), max_age=60)
    _made, [shift] = desks.published(area, roles=[doctor])
    person = known(area, birth_on=date(1950, 1, 1))
    text = she.open(f"/co/proxy/{person.id}")
    assert "不能报的1班，为什么" in text
    assert "这个岗位要有医师资格，还没有核验过的证件；这个岗位不超过60岁，服务那天是76岁。" in text
    she.open("/co/proxy")
    text = she.send(f"/co/proxy/{person.id}", shift_role_id=role_id(shift.id), asked_how="phone", asked_by="本人")
    assert she.status == 422
    summary = text.split("error-summary__body")[1].split("</ul>")[0]
    assert "医师资格" in summary
    assert "不超过60岁" in summary


def test_a_full_shift_queues_her_and_the_sentence_says_so(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area, roles=[RolePlan(name="引导员", min_needed=1, max_needed=1)])
    with transaction() as session:
        desks.signed_up(session, area, shift, "李大雪")
    person = known(area)
    assert "满了，先排候补" in she.open(f"/co/proxy/{person.id}")
    text = she.send(f"/co/proxy/{person.id}", shift_role_id=role_id(shift.id), asked_how="phone", asked_by="本人")
    assert "您排在候补第1位" in text


def test_a_matched_activity_takes_her_wish(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area, mode=Mode.MATCHED)
    person = known(area)
    assert "先登记，排好了再问" in she.open(f"/co/proxy/{person.id}")
    text = she.send(f"/co/proxy/{person.id}", shift_role_id=role_id(shift.id), asked_how="in_person", asked_by="本人")
    assert "给您登记了" in text


def test_a_slip_can_be_taken_back(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    person = known(area)
    she.open(f"/co/proxy/{person.id}")
    text = she.send(f"/co/proxy/{person.id}", shift_role_id=role_id(shift.id), asked_how="phone", asked_by="本人")
    undo = re.search(r'action="(/co/proxy/signups/\d+/take-back)"', text)
    assert undo
    assert "已经撤销" in she.send(undo[1])
    with transaction() as session:
        assert session.scalars(select(SignUp.state)).one() == SignUpState.WITHDRAWN
    assert "社区义诊" in she.text


def test_what_she_has_already_is_not_offered_again(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    with transaction() as session:
        person_id = desks.signed_up(session, area, shift, "王秀英").volunteer_id
    text = she.open(f"/co/proxy/{person_id}")
    assert "现在没有能报的班次" in text
    assert "已经报了这一班" in text


def test_the_list_narrows_to_an_activity_and_a_day(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area)
    desks.published(area, title="合唱队")
    person = known(area)
    text = she.open(f"/co/proxy/{person.id}?activity={made.id}&on=2026-11-28")
    assert "社区义诊的引导员" in text
    assert "合唱队的引导员" not in text
    form = f"/co/proxy/{person.id}?activity={made.id}&on=2026-11-28"
    assert f'action="{form}"' in text
    assert "社区义诊的引导员" not in she.open(f"/co/proxy/{person.id}?on=2026-11-29")
    she.open(form)
    she.send(form, shift_role_id=role_id(shift.id), asked_how="phone", asked_by="本人")
    with transaction() as session:
        assert session.scalars(select(Assignment)).one().volunteer_id == person.id


def test_a_shift_of_another_community_does_not_exist(desk: tuple[Person, Area]) -> None:
    she, area = desk
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
    _made, [shift] = desks.published(elsewhere)
    person = known(area)
    she.open("/co/proxy")
    she.send(f"/co/proxy/{person.id}", shift_role_id=role_id(shift.id), asked_how="phone", asked_by="本人")
    assert she.status == 404
