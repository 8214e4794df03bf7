"""联建单位 and 合办 at a desk: registered, its number looked at, its people, an activity shared and taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.activities.models import Activity
from service.audit import AuditEntry
from service.db import transaction
from service.partners.models import CoHost, Partner, PartnerMember
from service.places.models import Area
from service.terms import CoHostState
from tests import desks, factories
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")


def registered() -> tuple[Person, Area, Partner]:
    """A coordinator who has just registered a hospital."""
    coordinator, area = desks.coordinator()
    coordinator.open("/co/partners")
    typed = {"name": "市人民医院", "kind": "hospital", "area_id": area.id, "contact_name": "海棠花"}
    coordinator.send("/co/partners", phone="139 0000 8888", **typed)
    with transaction() as session:
        return coordinator, area, session.scalars(select(Partner)).one()


def test_it_is_registered_once_and_its_number_is_shown_only_for_a_reason() -> None:
    coordinator, area, one = registered()
    assert b"8888" not in (one.phone_sealed or b"")
    assert "海棠花" in coordinator.text
    assert "0000 8888" not in coordinator.text
    address = f"/co/partners/{one.id}/phone"
    coordinator.open(address)
    coordinator.send(address, why="")
    assert coordinator.status == 422
    assert "0000 8888" in coordinator.send(address, why="confirm")
    with transaction() as session:
        looks = session.scalars(select(AuditEntry.subject_id).where(AuditEntry.verb == "looked_at_partner_phone"))
        assert looks.all() == [one.id]
    coordinator.open("/co/partners")
    again = {"name": "市人民医院", "kind": "hospital", "area_id": area.id, "contact_name": "别人"}
    assert "这里已经有这个单位" in coordinator.send("/co/partners", **again)


def test_its_people_come_and_go_and_so_does_the_partnership() -> None:
    coordinator, area, one = registered()
    with transaction() as session:
        her = factories.volunteer(session, session.get_one(Area, area.id), "王小满").id
        stranger = factories.volunteer(session, factories.community(session, "杜甫路社区"), "李大雪").id
    address = f"/co/partners/{one.id}"
    coordinator.open(address)
    assert "带队" in coordinator.send(f"{address}/members", volunteer_id=her, is_lead="true")
    coordinator.send(f"{address}/members", volunteer_id=stranger)
    assert coordinator.status == 422
    with transaction() as session:
        assert [row.volunteer_id for row in session.scalars(select(PartnerMember))] == [her]
    coordinator.open(address)
    assert "还没有记下单位里的志愿者" in coordinator.send(f"{address}/members/{her}/dismiss")
    assert "海棠红" in coordinator.send(f"{address}/contact", contact_name="海棠红", phone="")
    assert "还没有登记联建单位" in coordinator.send(f"{address}/end")
    with transaction() as session:
        assert session.get_one(Partner, one.id).phone_sealed == one.phone_sealed, "a number not typed anew stays"


def test_an_activity_is_shared_with_roles_and_taken_back() -> None:
    coordinator, area, one = registered()
    made, _shifts = desks.published(area)
    with transaction() as session:
        role_id = session.get_one(Activity, made.id).roles[0].id
        far = factories.team(session, factories.community(session, "文化街社区", street="新华路街道"), "远处的队").id
    address = f"/co/activities/{made.id}/co-hosts"
    assert "远处的队" not in coordinator.open(address), "another street's"
    for wrong in ({"host": f"partner:{one.id}"}, {"host": f"team:{far}", "role_ids": role_id}, {"role_ids": role_id}):
        coordinator.send(address, **wrong)
        assert coordinator.status == 422
    assert "出人的岗位：引导员" in coordinator.send(address, host=f"partner:{one.id}", role_ids=role_id)
    assert "已经在合办这个活动" in coordinator.send(address, host=f"partner:{one.id}", role_ids=role_id)
    assert "替他们答复" in coordinator.open(address), "the hospital is of her own area, and said so on the telephone"
    with transaction() as session:
        co_host = session.scalars(select(CoHost)).one()
    assert "市人民医院" in coordinator.open(f"/parts/{co_host.id}"), "its area is hers"
    coordinator.send(f"/parts/{co_host.id}", reply="accept")
    assert "我们办不了了" in coordinator.open(f"/parts/{co_host.id}")
    coordinator.send(f"/parts/{co_host.id}", reply="decline")
    with transaction() as session:
        assert session.get_one(CoHost, co_host.id).state == CoHostState.DECLINED
    coordinator.open(address)
    assert "现在是自己办" in coordinator.send(f"/co/co-hosts/{co_host.id}/end")
    coordinator.open(f"/parts/{co_host.id}")
    assert coordinator.status == 404
