"""一院一策 at a desk: noted, moved on, handed on; what is wrong says so."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from service.db import transaction
from service.places.models import Area
from service.promises import actions
from service.promises.models import Promise
from tests import desks, factories
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")


def promised() -> tuple[Person, Area, Promise]:
    coordinator, area = desks.coordinator()
    with transaction() as session:
        owner = factories.volunteer(session, session.get_one(Area, area.id)).id
    coordinator.open(f"/co/promises?area_id={area.id}")
    typed = {"title": "修楼道灯", "area_id": area.id, "owner_id": owner, "due_on": "2026-11-30"}
    assert "记下了：修楼道灯" in coordinator.send("/co/promises", **typed)
    with transaction() as session:
        return coordinator, area, session.scalars(select(Promise)).one()


def test_it_is_noted_moved_on_and_final() -> None:
    coordinator, _area, made = promised()
    address = f"/co/promises/{made.id}"
    assert "正在办" in coordinator.send(address, state="doing")
    assert "不办了要写明原因" in coordinator.send(address, state="dropped", reason=" ")
    assert coordinator.status == 422
    assert "没有经费" in coordinator.send(address, state="dropped", reason="没有经费")
    coordinator.open("/co/promises")
    assert "已经有了结果" in coordinator.send(address, state="done")
    assert "2026年答应了0件" in coordinator.open("/co/promises")


def test_it_is_handed_on_within_the_community_only() -> None:
    coordinator, area, made = promised()
    with transaction() as session:
        other = factories.volunteer(session, session.get_one(Area, area.id), "李大雪").id
        stranger = factories.volunteer(session, factories.community(session, "杜甫路社区"), "何秋分").id
    address = f"/co/promises/{made.id}"
    coordinator.open(address)
    assert "李大雪" in coordinator.send(f"{address}/owner", owner_id=other, due_on="2026-12-10")
    for wrong in ({"owner_id": stranger, "due_on": "2026-12-10"}, {"owner_id": other, "due_on": ""}):
        coordinator.send(f"{address}/owner", **wrong)
        assert coordinator.status == 422
    with transaction() as session:
        kept = session.get_one(Promise, made.id)
        assert (kept.owner_id, kept.due_on.isoformat()) == (other, "2026-12-10")


def test_past_its_day_it_stands_on_the_first_page_of_its_desk_only() -> None:
    coordinator, area, made = promised()
    assert "修楼道灯" not in coordinator.open("/co"), "it is due at the end of the month"
    with transaction() as session:
        session.get_one(Promise, made.id).due_on = date(2026, 11, 22)
        elsewhere = factories.community(session, "杜甫路社区")
        owner = factories.volunteer(session, elsewhere)
        theirs = {"area_id": elsewhere.id, "owner_id": owner.id, "due_on": date(2026, 11, 1), "account_id": 1}
        actions.promise(session, title="别处的事", now=factories.NOW, **theirs)  # type: ignore[arg-type]  # a test's own values
    desks.published(area)
    page = coordinator.open("/co")
    assert "答应的事过了日子：1件" in page
    assert "原定11月22日（星期日）前办完" in page
    assert "别处的事" not in page
    coordinator.open(f"/co/promises/{made.id}")
    coordinator.send(f"/co/promises/{made.id}", state="done")
    assert "修楼道灯" not in coordinator.open("/co")
