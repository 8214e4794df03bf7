"""Groups in WeCom, DingTalk and Feishu with a bot of ours."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Many, Text
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import Channel, NotificationKind

HEARS = {
    NotificationKind.GROUP_GAP: Lazy("哪一班缺人"),
    NotificationKind.GROUP_FREE_PLACE: Lazy("哪一班空出位子"),
}


class NewGroup(Input):
    """A bot somebody made in a group's settings, and what the group is to hear."""

    area_id = Id(required=True, label=Lazy("社区"), widget="select")
    team_id = Id(label=Lazy("只管一支队伍"), hint=Lazy("不选就是社区里所有的活动。"), widget="select")
    name = Text(required=True, shortest=2, longest=60, label=Lazy("群的名字"))
    address = Text(
        required=True,
        longest=300,
        label=Lazy("机器人的地址"),
        hint=Lazy("在企业微信、钉钉或者飞书的群设置里添加机器人，复制它的Webhook地址。以后不再显示。"),
    )
    secret = Text(
        longest=200,
        label=Lazy("加签密钥"),
        hint=Lazy("钉钉、飞书选了“加签”或者“签名校验”的才要填。选“关键词”的，关键词填社区的名字。"),
    )
    hears = Many(
        Choice(NotificationKind, words=HEARS, label=Lazy("说什么")),
        required=True,
        most=len(HEARS),
        label=Lazy("说什么"),
    )


class GroupShown(Shown):
    """A group. The address of its bot is never shown."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    team_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    channel = one_of(Channel, required=True)
    hears = fields.List(one_of(NotificationKind), required=True)
    opened_at = LocalDateTime(required=True)
    closed_at = LocalDateTime(required=True, allow_none=True)


class GroupsShown(Shown):
    """All open groups of one's areas."""

    items = fields.List(fields.Nested(GroupShown), required=True)
