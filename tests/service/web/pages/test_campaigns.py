"""摘星夺旗 at a desk: begun by lines that are read, looked at, ended."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from service.campaigns.models import Campaign, Indicator
from service.db import transaction
from service.places.models import Area
from tests import desks

pytestmark = pytest.mark.usefixtures("at_now")

LINES = "文明劝导 2\n\n清洁家园：3场"


def typed(area: Area, **changes: Any) -> dict[str, Any]:
    span = {"from_on": "2026-11-01", "until_on": "2026-12-31"}
    return {"title": "摘星夺旗", "area_id": area.id, "indicators": LINES, **span, **changes}


def test_it_is_begun_read_and_ended() -> None:
    coordinator, area = desks.coordinator()
    assert "/co/campaigns" in coordinator.open("/co/quotas")
    coordinator.open("/co/campaigns")
    page = coordinator.send("/co/campaigns", **typed(area))
    assert "每个社区的任务量里都有了" in page
    assert "不是名次" in page
    assert "要3场" in page
    with transaction() as session:
        asked = session.execute(select(Indicator.title, Indicator.needed).order_by(Indicator.position)).all()
        assert [tuple(one) for one in asked] == [("文明劝导", 2), ("清洁家园", 3)]
        made = session.scalars(select(Campaign)).one()
    assert "摘星夺旗·文明劝导" in coordinator.open("/co/quotas")
    coordinator.open(f"/co/campaigns/{made.id}")
    assert "结束了，表还在" in coordinator.send(f"/co/campaigns/{made.id}/close")
    coordinator.open(f"/co/campaigns/{made.id}/table.doc")
    assert coordinator.status == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"indicators": "文明劝导"}, "看不懂"),
        ({"indicators": "文明劝导 0"}, "看不懂"),
        ({"indicators": "清洁 1\n清洁 2"}, "有两项叫一个名字"),
        ({"indicators": ""}, "请填写指标"),
        ({"until_on": "2026-10-01"}, "结束日期不能早于开始日期"),
        ({"area_id": "999"}, "请从列出的里面选一个"),
    ],
)
def test_what_is_wrong_is_told(wrong: dict[str, str], words: str) -> None:
    coordinator, area = desks.coordinator()
    coordinator.open("/co/campaigns")
    page = coordinator.send("/co/campaigns", **typed(area, **wrong))
    assert (coordinator.status, words in page) == (422, True)
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0
