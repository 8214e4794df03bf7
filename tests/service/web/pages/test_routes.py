"""巡查路线: a coordinator lays it in lines of text, who serves walks it; nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from service import clock
from service.accounts import actions as accounts
from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan
from service.db import transaction
from service.places import actions as places
from service.places.models import Area
from service.routes.models import RouteStop, StopVisit
from service.terms import AreaKind
from tests import desks, factories
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")

TWO = (RolePlan(name="巡逻员", min_needed=2, max_needed=3),)


@pytest.fixture
def desk() -> tuple[Person, Area]:
    """A coordinator whose community has two courtyards."""
    coordinator, area = desks.coordinator()
    with transaction() as session:
        for name in ("1号院", "2号院"):
            places.add_area(session, parent=session.get_one(Area, area.id), kind=AreaKind.COURTYARD, name=name)
    return coordinator, area


def round_of(area: Area, roles: tuple[RolePlan, ...] = TWO) -> tuple[Activity, Shift]:
    made, [shift] = desks.published(area, title="清晨巡逻", roles=roles)
    return made, shift


def stops() -> list[tuple[str, list[str]]]:
    with transaction() as session:
        rows = session.execute(
            select(Area.name, RouteStop).join(Area, Area.id == RouteStop.place_id).order_by(RouteStop.position)
        )
        return [(f"{place} {stop.name}".strip(), stop.checks) for place, stop in rows if stop.off_at is None]


def test_a_coordinator_lays_a_route_line_by_line(desk: tuple[Person, Area]) -> None:
    coordinator, area = desk
    made, _shift = round_of(area)
    address = f"/co/activities/{made.id}/route"
    coordinator.open(address)
    coordinator.send(address, stops="2号院\n\n 1号院／饺子馆 ", checks="飞线充电\n楼道堆物")
    assert "路线定好了：2处" in coordinator.text
    assert stops() == [("2号院", ["飞线充电", "楼道堆物"]), ("1号院 饺子馆", ["飞线充电", "楼道堆物"])]
    assert "1号院/饺子馆" in coordinator.open(address), "as it was typed, to be changed"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"stops": ""}, "请填写按顺序走哪些地方"),
        ({"stops": "3号院"}, "没有叫“3号院”的地方"),
        ({"stops": "1号院\n1号院"}, "有一处写了两遍"),
        ({"stops": "1号院", "at_once": "0"}, "1到200处"),
        ({"stops": "1号院", "within_days": "2"}, "这些天里没有班次"),
        ({"stops": "1号院\n2号院", "at_once": "1", "within_days": "9"}, "一趟至少要查2处"),
    ],
)
def test_what_is_wrong_is_told(desk: tuple[Person, Area], typed: dict[str, str], words: str) -> None:
    coordinator, area = desk
    made, _shift = round_of(area)
    coordinator.open(f"/co/activities/{made.id}/route")
    coordinator.send(f"/co/activities/{made.id}/route", **typed)
    assert (coordinator.status, words in coordinator.text) == (422, True)
    assert stops() == []


def test_nobody_is_sent_round_alone(desk: tuple[Person, Area]) -> None:
    coordinator, area = desk
    made, _shift = round_of(area, (RolePlan(name="巡逻员", min_needed=1, max_needed=3),))
    coordinator.open(f"/co/activities/{made.id}/route")
    coordinator.send(f"/co/activities/{made.id}/route", stops="1号院")
    assert "至少要两个人一起" in coordinator.text


def test_who_serves_walks_it_and_nobody_else(desk: tuple[Person, Area]) -> None:
    coordinator, area = desk
    made, shift = round_of(area)
    coordinator.open(f"/co/activities/{made.id}/route")
    coordinator.send(f"/co/activities/{made.id}/route", stops="1号院\n2号院", checks="飞线充电")
    with transaction() as session:
        person = factories.volunteer(session, area)
        desks.ask(session, person, session.get_one(Shift, shift.id))
        account = accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)
        clock.turn_to(session, instant=shift.starts_at + timedelta(minutes=10))
        she = desks.seated(account)
    address = f"/me/rounds/{shift.id}"
    first, second = re.findall(rf'action="{address}/(\d+)"', she.open(address))
    she.send(f"{address}/{first}", wrong="飞线充电")
    assert "已经去了1处" in she.text
    she.open(address)
    she.send(f"{address}/{second}", wrong="没有这一项")
    assert she.status == 404
    she.open(address)
    she.send(f"{address}/999")
    assert she.status == 404
    stranger = desks.volunteer_account()
    stranger.open(address)
    assert stranger.status == 404
    stranger.open("/me")
    stranger.send(f"{address}/{second}")
    assert stranger.status == 404
    with transaction() as session:
        assert [one.wrong for one in session.scalars(select(StopVisit))] == [["飞线充电"]]
