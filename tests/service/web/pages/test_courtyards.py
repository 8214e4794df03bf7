"""院落: a coordinator sees what lacks a council, and says who answers for what."""

from __future__ import annotations

import pytest

from service.db import transaction
from service.places import actions as places
from service.places.models import Area
from service.terms import AreaKind
from tests import desks, factories
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")


def court(area: Area, name: str = "1号院") -> int:
    with transaction() as session:
        return places.add_area(session, parent=session.get_one(Area, area.id), kind=AreaKind.COURTYARD, name=name).id


def person(area: Area, name: str) -> int:
    with transaction() as session:
        return factories.volunteer(session, session.get_one(Area, area.id), name).id


@pytest.fixture
def desk() -> tuple[Person, Area]:
    return desks.coordinator()


def test_what_lacks_a_council_is_counted_and_listed(desk: tuple[Person, Area]) -> None:
    coordinator, area = desk
    court(area)
    other = court(area, "2号院")
    with transaction() as session:
        factories.team(session, session.get_one(Area, other), "2号院理事会")
    assert "2个院落，1个有理事会" in coordinator.open("/co/courtyards")
    lacking = coordinator.open("/co/courtyards?lacks=council")
    assert ("1号院" in lacking, "2号院" in lacking) == (True, False)


def test_somebody_answers_for_it_and_somebody_stands_in(desk: tuple[Person, Area]) -> None:
    coordinator, area = desk
    address = f"/co/courtyards/{court(area)}"
    first, second = person(area, "王小满"), person(area, "李大雪")
    assert "没有人负责" in coordinator.open(address)
    coordinator.send(f"{address}/charges", volunteer_id=str(first))
    coordinator.send(f"{address}/charges", volunteer_id=str(second), is_substitute="true")
    assert "<b>王小满</b>" in coordinator.text
    assert "替补李大雪" in coordinator.text
    coordinator.send(f"{address}/charges", volunteer_id=str(second))
    assert (coordinator.status, "已经安排了别人" in coordinator.text) == (422, True)
    charge = coordinator.text.split("/co/courtyards/charges/")[1].split("/")[0]
    coordinator.send(f"/co/courtyards/charges/{charge}/end")
    assert "从今天起不再负责" in coordinator.text


def test_what_it_is(desk: tuple[Person, Area]) -> None:
    coordinator, area = desk
    address = f"/co/courtyards/{court(area)}"
    coordinator.open(address)
    coordinator.send(address, managed="no", owner="县社", built_in="1994", households="120")
    assert 'value="1994"' in coordinator.text
    assert "没有物业" in coordinator.open("/co/courtyards?lacks=management")
    coordinator.open(address)
    coordinator.send(address, managed="perhaps")
    assert coordinator.status == 422


def test_people_and_courtyards_of_elsewhere_are_none_of_hers(desk: tuple[Person, Area]) -> None:
    coordinator, area = desk
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
    theirs, stranger = court(elsewhere, "9号院"), person(elsewhere, "赵立夏")
    address = f"/co/courtyards/{court(area)}"
    assert "9号院" not in coordinator.open("/co/courtyards")
    coordinator.open(address)
    assert "赵立夏" not in coordinator.text
    coordinator.send(f"{address}/charges", volunteer_id=str(stranger))
    assert coordinator.status == 422
    coordinator.open(f"/co/courtyards/{theirs}")
    assert coordinator.status == 404
