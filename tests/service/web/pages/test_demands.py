"""居民的需求 at a desk: noted, matched with reasons, given to a line or let rest."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.db import transaction
from service.demands.models import Demand, LineCover
from service.places.models import Area
from service.teams import actions as teams
from service.terms import DemandState
from tests import desks, factories
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")


def with_lines() -> tuple[Person, Area, int]:
    """A coordinator, her community, and one of its team's two lines."""
    coordinator, area = desks.coordinator()
    with transaction() as session:
        team = factories.team(session, session.get_one(Area, area.id))
        teams.add_programme(session, team, name="心理辅导")
        return coordinator, area, teams.add_programme(session, team, name="健康讲座").id


def test_it_finds_its_line_says_why_and_the_desk_decides() -> None:
    coordinator, area, line_id = with_lines()
    coordinator.open(f"/co/demands/lines/{line_id}")
    page = coordinator.send(f"/co/demands/lines/{line_id}", audiences="elders", words="血压、 血糖")
    assert "老人，血压、血糖" in page
    with transaction() as session:
        assert session.get_one(LineCover, line_id).words == ["血压", "血糖"]
    coordinator.open("/co/demands")
    page = coordinator.send("/co/demands", words="想知道血压怎么量", audience="elders", area_id=area.id)
    assert "说到“血压”，专门给老人的" in page
    assert page.index("健康讲座") < page.index("心理辅导"), "the other is offered too, behind"
    with transaction() as session:
        [demand_id] = session.scalars(select(Demand.id))
    assert "请从列出的里面选一个" in coordinator.send(f"/co/demands/{demand_id}", programme_id="999")
    assert "交给健康讲座" in coordinator.send(f"/co/demands/{demand_id}", programme_id=line_id)
    coordinator.open("/co/demands")
    assert "已经定过了" in coordinator.send(f"/co/demands/{demand_id}/rest")
    with transaction() as session:
        assert session.get_one(Demand, demand_id).state == DemandState.GIVEN


def test_no_number_stands_in_it_and_another_place_is_not_offered() -> None:
    coordinator, area, _line_id = with_lines()
    with transaction() as session:
        elsewhere = factories.community(session, "建设路社区").id
    for wrong, words in (
        ({"words": "打138 0000 1234找她"}, "不要写电话号码"),
        ({"words": ""}, "请填写要什么"),
        ({"area_id": elsewhere}, "请从列出的里面选一个"),
    ):
        coordinator.open("/co/demands")
        typed = {"words": "想听讲座", "audience": "everybody", "area_id": area.id, **wrong}
        assert words in coordinator.send("/co/demands", **typed)
        assert coordinator.status == 422
    with transaction() as session:
        assert session.scalars(select(Demand)).all() == []


def test_what_no_line_covers_rests() -> None:
    coordinator, area, _line_id = with_lines()
    coordinator.open("/co/demands")
    page = coordinator.send("/co/demands", words="修楼道灯", audience="everybody", area_id=area.id)
    assert "没有哪个项目说自己管这个" in page
    with transaction() as session:
        [demand_id] = session.scalars(select(Demand.id))
    assert "没有合适的项目" in coordinator.send(f"/co/demands/{demand_id}/rest")
