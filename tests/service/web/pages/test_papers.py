"""证件: said by herself or written down for her; it counts once somebody else has seen it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.accounts import actions as accounts
from service.activities.rules import RolePlan
from service.audit import AuditEntry
from service.db import transaction
from service.terms import QualificationKind, Role
from service.volunteers.models import Qualification
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")
TYPED = {"kind": "doctor", "evidence": "110410181000001，市卫健委", "valid_from": "2020-01-01", "valid_until": ""}


def held() -> list[tuple[str, bool]]:
    with transaction() as session:
        return [(one.kind, one.verified_at is not None) for one in session.scalars(select(Qualification)).all()]


def test_she_says_what_she_holds_and_takes_back_what_nobody_has_seen() -> None:
    her = desks.volunteer_account()
    assert "我有证，记一张" in her.open("/me/skills")
    her.open("/me/papers/new")
    wrong = her.send("/me/papers/new", **{**TYPED, "valid_until": "2019-01-01"})
    assert her.status == 422
    assert "有效期不能早于生效日期" in wrong
    assert "核实以后才作数" in her.send("/me/papers/new", **TYPED)
    assert "医师资格" in her.text
    assert held() == [("doctor", False)]
    with transaction() as session:
        paper = session.scalars(select(Qualification)).one()
    stranger = desks.volunteer_account()
    stranger.open("/me/skills")
    stranger.send(f"/me/papers/{paper.id}/take-back")
    assert stranger.status == 404
    her.open("/me/skills")
    her.send(f"/me/papers/{paper.id}/take-back")
    assert held() == []


def test_a_coordinator_who_saw_it_makes_it_count_and_may_doubt_it_later() -> None:
    she, area = desks.coordinator()
    stranger, _elsewhere = desks.coordinator("石窟路社区")
    with transaction() as session:
        person = factories.volunteer(session, area, "王秀英")
    address = f"/co/people/{person.id}/papers/new"
    she.open(address)
    assert "已核实：王秀英，医师资格" in she.send(address, **TYPED, was_seen="true")
    assert held() == [("doctor", True)]
    with transaction() as session:
        paper = session.scalars(select(Qualification)).one()
    doubting = f"/co/papers/{paper.id}/doubt"
    stranger.open("/co/skills")
    stranger.send(doubting)
    assert stranger.status == 404
    stranger.open(address)
    assert stranger.status == 404
    she.open(f"/co/people/{person.id}")
    assert "不作数了。要这张证的班" in she.send(doubting)
    assert held() == [("doctor", False)]
    she.send(f"/co/skills/qualifications/{paper.id}/verify")
    assert held() == [("doctor", True)]
    with transaction() as session:
        assert "doubted_qualification" in session.scalars(select(AuditEntry.verb)).all()


def test_nobody_verifies_a_paper_of_her_own() -> None:
    _other, area = desks.coordinator()
    with transaction() as session:
        person = factories.volunteer(session, area, "陈协调")
        account = accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)
        accounts.grant_role(session, account, role=Role.COORDINATOR, area_id=area.id, granted_by=None, now=NOW)
        she: Person = desks.seated(account)
    address = f"/co/people/{person.id}/papers/new"
    she.open(address)
    assert "自己的证，要别人来核实" in she.send(address, **TYPED, was_seen="true")
    assert she.status == 422
    she.send(address, **TYPED)
    with transaction() as session:
        paper = session.scalars(select(Qualification)).one()
    assert "自己的证，要别人来核实" in she.send(f"/co/skills/qualifications/{paper.id}/verify")
    assert held() == [("doctor", False)]


def test_who_holds_a_place_by_a_paper_that_is_doubted_is_marked_on_the_roster() -> None:
    she, area = desks.coordinator()
    clinic = (RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,)),)
    activity, [shift, *_more] = desks.published(area, roles=clinic)
    with transaction() as session:
        doctor = factories.qualified(session, factories.volunteer(session, area, "王秀英"), QualificationKind.DOCTOR)
        [paper] = doctor.qualifications
        factories.sign_up(session, doctor, factories.only_role(session, shift))
    roster = f"/co/activities/{activity.id}?on={shift.starts_at.date().isoformat()}"
    lacking = "这个岗位要有医师资格，还没有核验过的证件"
    assert lacking not in she.open(roster)
    she.open(f"/co/people/{doctor.id}")
    she.send(f"/co/papers/{paper.id}/doubt")
    assert lacking in she.open(roster)
