"""A copy of one's own data, and to be forgotten: what goes, what stays, and who is not touched."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service.accounts import actions as accounts
from service.accounts.models import Account
from service.company import actions as company
from service.db import transaction
from service.people import erasing
from service.people.actions import HasRoles
from service.people.own_data import NOT_HERS, own_data
from service.people.references import references
from service.places.models import Area
from service.roster.models import Assignment
from service.settings import Settings
from service.skills import actions as skills
from service.terms import AssignmentState, BondKind, QualificationKind, Role
from service.volunteers.models import Volunteer
from service.volunteers.queries import by_phone
from tests import factories, street
from tests.factories import NOW
from tests.invariants import check
from tests.ledger import audited
from tests.service.people.test_merging import rows

PHONE = "+8613900009001"
DUE = NOW + erasing.WAIT


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def test_a_copy_has_every_row_of_hers_and_nothing_that_is_sealed(database: Settings) -> None:
    her_id = street.build().volunteer_id
    with transaction() as session:
        person = session.get_one(Volunteer, her_id)
        copy = own_data(session, person, account_id=7, now=NOW)
        expected = {one.table for one in references(session) if one.name not in NOT_HERS and rows(her_id)[one.name]}
        name = person.name
    assert copy["records"].keys() == expected
    assert len(expected) > 8
    assert (copy["person"]["name"], copy["person"]["phone"]) == (name, "+8613900020001")
    told = json.dumps(copy, ensure_ascii=False)
    assert "_sealed" not in told
    assert "_digest" not in told
    with transaction() as session:
        assert ("exported_own_data", "volunteer", her_id, 7) in audited(session)


def test_nobody_learns_whom_she_must_not_meet_and_why(session: Session, area: Area) -> None:
    her, other = (factories.volunteer(session, area, name) for name in ("王秀英", "钱谷雨"))
    company.bind(session, her, other=other, kind=BondKind.APART, note="吵过架", account_id=1, now=NOW)

    assert "吵过架" not in json.dumps(own_data(session, her, account_id=1, now=NOW), ensure_ascii=False)


def somebody(session: Session, area: Area) -> tuple[Volunteer, Account]:
    """Somebody with an account, a skill, a paper, a past and a coming shift."""
    her = factories.volunteer(session, area, "王秀英", phone=PHONE, birth_on=date(1956, 3, 8), email="a@b.cn")
    account = accounts.open_account(session, phone=PHONE, name=her.name)
    skills.claim(session, her, name="书法", now=NOW)
    factories.qualified(session, her, QualificationKind.NURSE)
    first = factories.shift_on(session, area, NOW + timedelta(days=10))
    for start in (NOW - timedelta(days=5), NOW + timedelta(days=12)):
        shift = factories.further_shift(session, first, start)
        factories.sign_up(session, her, factories.only_role(session, shift), now=NOW - timedelta(days=9), note="王秀英")
    return her, account


def test_after_a_week_nothing_leads_to_her_and_what_she_did_counts(session: Session, area: Area) -> None:
    her, account = somebody(session, area)
    erasing.ask(session, her, account_id=account.id, now=NOW)
    assert erasing.erase_due(session, now=DUE - timedelta(seconds=1)) == 0
    assert [erasing.erase_due(session, now=DUE) for _ in range(2)] == [1, 0]
    session.expire_all()

    assert (her.name, her.pinyin) == (erasing.ERASED_NAME, "")
    assert (her.birth_on, her.email, her.phone_sealed) == (None, None, None)
    assert by_phone(session, PHONE) is None
    assert her.left_at == DUE
    [served, ahead] = session.scalars(select(Assignment).order_by(Assignment.id))
    assert (served.volunteer_id, served.state) == (her.id, AssignmentState.CONFIRMED)
    assert ahead.state == AssignmentState.RELEASED
    assert [one.evidence for one in her.qualifications] == [""]
    assert {one.withdrawn_at for one in her.consents} == {DUE}
    assert (account.name, account.volunteer_id, account.disabled_at) == (erasing.ERASED_NAME, None, DUE)
    whole = "王秀英"
    for name in session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")).all():
        told = text(f'SELECT count(*) FROM "{name}" t WHERE t::text LIKE :whole')
        assert session.scalar(told, {"whole": f"%{whole}%"}) == 0, name
    assert check(session, now=DUE) == []
    again = accounts.open_account(session, phone=PHONE, name="")
    assert (again.id != account.id, again.volunteer_id) == (True, None), "who comes anew begins anew"


def test_she_may_think_again_and_asking_twice_is_once(session: Session, area: Area) -> None:
    her, account = somebody(session, area)
    first = erasing.ask(session, her, account_id=account.id, now=NOW)
    assert erasing.ask(session, her, account_id=account.id, now=NOW + timedelta(days=1)) is first
    for _ in range(2):
        erasing.take_back(session, her.id, account_id=account.id, now=NOW + timedelta(days=6))

    assert erasing.erase_due(session, now=DUE) == 0
    assert (her.name, her.left_at, erasing.pending(session, her.id)) == ("王秀英", None, None)
    assert [verb for verb, *_ in audited(session) if "erasure" in verb] == ["asked_erasure", "cancelled_erasure"]


def test_who_has_roles_hands_them_back_first(session: Session, area: Area) -> None:
    her, account = somebody(session, area)
    accounts.grant_role(session, account, role=Role.COORDINATOR, area_id=area.id, granted_by=None, now=NOW)
    session.refresh(account)
    with pytest.raises(HasRoles):
        erasing.ask(session, her, account_id=account.id, now=NOW)


def test_nobody_else_loses_anything(session: Session, area: Area) -> None:
    her, account = somebody(session, area)
    other = factories.volunteer(session, area, "王秀英")
    skills.claim(session, other, name="书法", now=NOW)
    before = session.scalar(select(func.count()).select_from(Volunteer))
    erasing.ask(session, her, account_id=account.id, now=NOW)
    erasing.erase_due(session, now=DUE)
    session.expire_all()

    assert (other.name, other.left_at, len(other.consents)) == ("王秀英", None, 2)
    assert session.scalar(select(func.count()).select_from(Volunteer)) == before
