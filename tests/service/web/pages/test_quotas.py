"""任务量: a coordinator sets it, says what counts, ends it; what is short stands on the desk."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service.db import transaction
from service.quotas.models import Quota, QuotaActivity
from tests import desks, factories
from tests.service.web.pages.test_desk_guards import to_be_held

pytestmark = pytest.mark.usefixtures("at_now")


def typed(area_id: int, **other: Any) -> dict[str, Any]:
    dates = {"from_on": "2026-11-23", "until_on": "2026-11-30"}
    return {"title": "安全生产月宣传", "needed": "3", "area_id": area_id, **dates, **other}


def quotas() -> list[Quota]:
    with transaction() as session:
        return list(session.scalars(select(Quota)))


def test_it_is_set_counted_and_ended() -> None:
    coordinator, area = desks.coordinator()
    made, _shifts = desks.published(area, title="安全宣传")
    assert "还没有记任务量" in coordinator.open("/co/quotas")
    coordinator.send("/co/quotas", **typed(area.id, activity_ids=[str(made.id)]))
    assert "要办3场，办了0场，还排着1场。" in coordinator.text
    assert "还要排2场" in coordinator.text
    assert "安全生产月宣传" in coordinator.open("/co"), "it ends in a week, and too little is planned"
    [one] = quotas()
    coordinator.open(f"/co/quotas/{one.id}")
    coordinator.send(f"/co/quotas/{one.id}")
    with transaction() as session:
        assert session.scalars(select(QuotaActivity)).all() == []
    coordinator.send(f"/co/quotas/{one.id}/close")
    assert "还没有记任务量" in coordinator.text
    assert "安全生产月宣传" not in coordinator.open("/co")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": ""}, "请填写叫什么"),
        ({"needed": "0"}, "要办几场"),
        ({"until_on": "2026-11-01"}, "结束日期不能早于开始日期"),
        ({"anchor_on": "2026-12-12"}, "这一天要在开始和结束之间"),
        ({"activity_ids": ["999"]}, "请从列出的里面选一个"),
    ],
)
def test_what_is_wrong_is_told(wrong: dict[str, Any], words: str) -> None:
    coordinator, area = desks.coordinator()
    coordinator.open("/co/quotas")
    coordinator.send("/co/quotas", **typed(area.id) | wrong)
    assert (coordinator.status, words in coordinator.text) == (422, True)
    assert quotas() == []


def test_another_communitys_activity_does_not_count_and_its_quotas_are_not_seen() -> None:
    coordinator, area = desks.coordinator()
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
        other = factories.activity(session, elsewhere)
        to_be_held(session, elsewhere)
    assert "冬季培训演练" not in coordinator.open("/co/quotas")
    coordinator.send("/co/quotas", **typed(area.id, activity_ids=[str(other.id)]))
    assert coordinator.status == 422
    coordinator.send("/co/quotas", **typed(elsewhere.id))
    assert coordinator.status == 422
    assert len(quotas()) == 1
