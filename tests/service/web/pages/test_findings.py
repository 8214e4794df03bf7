"""看到的和要议的: who serves writes and settles, coordinators say where it is carried; nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service import clock
from service.accounts import actions as accounts
from service.activities.models import Activity, Shift
from service.db import transaction
from service.findings import actions
from service.findings.models import Carrying, Finding
from service.places.models import Area
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.service.web.pages.test_desk_guards import found_there

pytestmark = pytest.mark.usefixtures("at_now")


def findings() -> list[Finding]:
    with transaction() as session:
        return list(session.scalars(select(Finding).order_by(Finding.id)))


def kept(area: Area) -> tuple[Activity, Shift]:
    """An activity that carries what it finds to its own next shift."""
    made, [shift] = desks.published(area)
    with transaction() as session:
        actions.carry(session, made, to=made, account_id=1, now=NOW)
    return made, shift


def on_duty(area: Area, shift: Shift) -> Person:
    """Somebody who serves in the shift, which has begun."""
    with transaction() as session:
        person = factories.volunteer(session, area)
        desks.ask(session, person, session.get_one(Shift, shift.id))
        account = accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)
        clock.turn_to(session, instant=shift.starts_at + timedelta(minutes=10))
        return desks.seated(account)


def test_who_serves_writes_down_what_she_sees() -> None:
    _coordinator, area = desks.coordinator()
    _made, shift = kept(area)
    she, address = on_duty(area, shift), f"/me/findings/{shift.id}"
    she.open(address)
    she.send(address, words="")
    assert (she.status, "请填写看到了什么" in she.text) == (422, True)
    she.send(address, words="西门路灯不亮", place_id=str(area.id))
    assert [(one.words, one.place_id) for one in findings()] == [("西门路灯不亮", area.id)]


def test_a_place_of_elsewhere_is_none() -> None:
    _coordinator, area = desks.coordinator()
    _made, shift = kept(area)
    she, address = on_duty(area, shift), f"/me/findings/{shift.id}"
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
    she.open(address)
    she.send(address, words="西门路灯不亮", place_id=str(elsewhere.id))
    assert she.status == 422
    assert findings() == []


def test_who_does_not_serve_there_finds_no_such_page() -> None:
    _coordinator, area = desks.coordinator()
    _made, shift = kept(area)
    stranger = desks.volunteer_account()
    stranger.open(f"/me/findings/{shift.id}")
    assert stranger.status == 404
    stranger.open("/me")
    assert stranger.client.post(f"/me/findings/{shift.id}", data={"words": "随便"}).status_code == 400
    stranger.send(f"/me/findings/{shift.id}", words="随便")
    assert stranger.status == 404
    assert findings() == []


def test_a_coordinator_writes_for_who_telephones_and_settles_at_the_desk() -> None:
    coordinator, area = desks.coordinator()
    _made, shift = kept(area)
    address = f"/co/shifts/{shift.id}/findings"
    coordinator.open(address)
    coordinator.send(address, words="井盖松了")
    [one] = findings()
    assert "井盖松了" in coordinator.open("/co/findings")
    coordinator.send(f"/co/findings/{one.id}", outcome=" ")
    assert coordinator.status == 422
    coordinator.send(f"/co/findings/{one.id}", outcome="焊好了")
    assert "没有还没处理的事" in coordinator.text
    assert [one.outcome for one in findings()] == ["焊好了"]


def test_a_coordinator_says_where_it_is_carried_and_takes_that_back() -> None:
    coordinator, area = desks.coordinator()
    made, _shifts = desks.published(area, title="晨巡")
    other, _others = desks.published(area, title="午议")
    with transaction() as session:
        elsewhere = factories.activity(session, factories.community(session, "杜甫路社区"), title="别处")
    form = f"/co/activities/{made.id}/carrying"
    coordinator.open(form)
    assert "别处" not in coordinator.text
    coordinator.send(form, to_id=str(elsewhere.id))
    assert coordinator.status == 422
    coordinator.send(form, to_id=str(other.id), within_days="0")
    assert coordinator.status == 422
    coordinator.send(form, to_id=str(other.id), within_days="7")
    with transaction() as session:
        [row] = session.scalars(select(Carrying))
        assert (row.activity_id, row.to_id, row.within_days) == (made.id, other.id, 7)
    assert 'value="7"' in coordinator.open(form)
    coordinator.send(f"{form}/stop")
    with transaction() as session:
        assert session.scalars(select(Carrying)).all() == []


def test_where_nothing_is_carried_nothing_is_written() -> None:
    coordinator, area = desks.coordinator()
    made, [shift] = desks.published(area)
    assert f"/co/shifts/{shift.id}/findings" not in coordinator.open(f"/co/activities/{made.id}")
    assert "记下来" not in coordinator.open(f"/co/shifts/{shift.id}/findings")
    coordinator.open(f"/co/activities/{made.id}")
    coordinator.send(f"/co/shifts/{shift.id}/findings", words="井盖松了")
    assert coordinator.status == 422
    assert findings() == []


def test_the_ledger_of_another_community_is_not_hers() -> None:
    stranger, _area = desks.coordinator()
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
    made, [shift] = desks.published(elsewhere)
    with transaction() as session:
        found_there(session, session.get_one(Activity, made.id), session.get_one(Shift, shift.id))
    assert "西门路灯不亮" not in stranger.open("/co/findings")
