"""How long things are kept, in days."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from schemas import Input
from schemas.fields import Whole
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.retention.rules import BOUNDS
from service.terms import Kept


def _days(kind: Kept, label: Lazy) -> Any:
    bounds = BOUNDS[kind]
    return Whole(least=bounds.least, most=bounds.most, required=True, label=label)


class DaysInput(Input):
    """How many days one kind is kept; what may be chosen depends on the kind."""

    days = Whole(least=1, required=True, label=Lazy("天数"))


class KeepingInput(Input):
    """All of them at once, as administrators see them."""

    login_codes = _days(Kept.LOGIN_CODES, Lazy("登录验证码"))
    messages = _days(Kept.MESSAGES, Lazy("发过的消息的内容"))
    remarks = _days(Kept.REMARKS, Lazy("报名、请假、退出时写的话"))
    pupils = _days(Kept.PUPILS, Lazy("孩子的信息，活动停了以后"))
    idle = _days(Kept.IDLE, Lazy("一直没来的人，多久算不再来了"))
    contacts = _days(Kept.CONTACTS, Lazy("不再来的人的电话、生日、账号"))
    names = _days(Kept.NAMES, Lazy("不再来的人的姓名和服务记录"))
    audit = _days(Kept.AUDIT, Lazy("操作记录"))


class KeepingTimeShown(Shown):
    """How long one kind is kept, and between what one may choose."""

    kind = one_of(Kept, required=True)
    days = fields.Integer(required=True)
    usual = fields.Integer(required=True)
    least = fields.Integer(required=True)
    most = fields.Integer(required=True)


class KeepingTimesShown(Shown):
    """All kinds."""

    items = fields.List(fields.Nested(KeepingTimeShown), required=True)
