"""群机器人: a coordinator connects a group of her areas and ends it; the bot's address is never shown again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service.db import transaction
from service.notifications.models import ChatGroup
from tests import desks, factories

pytestmark = pytest.mark.usefixtures("at_now")

ADDRESS = "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec1c2e8d9f00"


def group() -> ChatGroup | None:
    with transaction() as session:
        return session.scalars(select(ChatGroup)).first()


def typed(area_id: int, **other: Any) -> dict[str, Any]:
    return {"name": "楼长群", "address": ADDRESS, "area_id": area_id, "hears": ["group_gap"], **other}


def test_a_group_is_connected_and_ended() -> None:
    coordinator, area = desks.coordinator()
    assert "还没有接上的群" in coordinator.open("/co/groups")
    coordinator.send("/co/groups", **typed(area.id, secret="SECabc"))
    assert "楼长群" in coordinator.text
    assert "钉钉群" in coordinator.text
    for hidden in ("566cc69da782ec1c2e8d9f00", "SECabc"):
        assert hidden not in coordinator.open("/co/groups")
    made = group()
    assert made is not None
    assert (made.channel, made.hears, made.area_id, made.team_id) == ("dingtalk", ["group_gap"], area.id, None)
    coordinator.send(f"/co/groups/{made.id}/close")
    assert "还没有接上的群" in coordinator.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"address": "https://example.cn/hook"}, "这不是企业微信、钉钉或者飞书群机器人的地址"),
        ({"hears": []}, "请选择说什么"),
        ({"hears": ["login_code"]}, "请从列出的选一项"),
        ({"name": ""}, "请填写群的名字"),
        ({"team_id": "999"}, "请从列出的选一项"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_connected(wrong: dict[str, Any], words: str) -> None:
    coordinator, area = desks.coordinator()
    coordinator.open("/co/groups")
    coordinator.send("/co/groups", **typed(area.id) | wrong)
    assert (coordinator.status, words in coordinator.text) == (422, True)
    assert group() is None


def test_nobody_connects_or_ends_a_group_of_elsewhere() -> None:
    coordinator, area = desks.coordinator()
    coordinator.open("/co/groups")
    coordinator.send("/co/groups", **typed(area.id))
    made = group()
    assert made is not None
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        stranger = desks.seated(factories.coordinator(session, elsewhere, "林协调"))
    assert "楼长群" not in stranger.open("/co/groups")
    stranger.send("/co/groups", **typed(area.id))
    assert stranger.status == 422
    stranger.open("/co/groups")
    stranger.send(f"/co/groups/{made.id}/close")
    assert stranger.status == 404
    still = group()
    assert still is not None
    assert still.closed_at is None
    volunteer = desks.volunteer_account()
    volunteer.open("/co/groups")
    assert volunteer.status == 403
