"""What people ask for, and which line covers it."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validates

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Many, Text
from schemas.shown import Shown, one_of
from service.language import Lazy, _
from service.terms import Audience, DemandState

#: What may be a telephone number, with or without something between its digits.
NUMBER = re.compile(r"(?:[0-9][ -]?){7,}")
AUDIENCES = {
    Audience.EVERYBODY: Lazy("一般居民"),
    Audience.ELDERS: Lazy("老人"),
    Audience.CHILDREN: Lazy("儿童"),
    Audience.WOMEN: Lazy("妇女"),
    Audience.DISABLED: Lazy("残疾人"),
    Audience.ILL: Lazy("慢性病人"),
    Audience.POOR: Lazy("困难家庭"),
}


class NewDemand(Input):
    """Something asked for."""

    area_id = Id(required=True, label=Lazy("哪里"), widget="select")
    audience = Choice(Audience, words=AUDIENCES, required=True, label=Lazy("什么人要"))
    words = Text(
        required=True,
        shortest=2,
        longest=200,
        label=Lazy("要什么"),
        hint=Lazy("写要的服务，不写姓名、门牌和电话。比如：想听高血压的健康讲座"),
    )

    @validates("words")
    def check_no_number(self, value: str, **_options: Any) -> None:
        """No telephone number stands in it."""
        if NUMBER.search(value):
            raise ValidationError([_("不要写电话号码")])


class CoverInput(Input):
    """Whom a line is for, and by which words it is asked for."""

    audiences = Many(
        Choice(Audience, words=AUDIENCES, label=Lazy("给什么人的")),
        most=10,
        load_default=list,
        label=Lazy("给什么人的"),
        hint=Lazy("都不选，就是谁都可以"),
    )
    words = Many(Text(longest=20, label=Lazy("词")), most=30, load_default=list, label=Lazy("词"))


class CoverForm(Input):
    """The same as the page asks it: the words in one line."""

    audiences = Many(
        Choice(Audience, words=AUDIENCES, label=Lazy("给什么人的")),
        most=10,
        load_default=list,
        label=Lazy("给什么人的"),
        hint=Lazy("都不选，就是谁都可以"),
        widget="checkboxes",
    )
    words = Text(
        longest=300,
        load_default="",
        label=Lazy("说到哪些词就可能是它"),
        hint=Lazy("名字自己算一个。几个之间用顿号隔开，比如：血压、血糖"),
    )


class GivenInput(Input):
    """To which line it is given."""

    programme_id = Id(required=True, label=Lazy("服务项目"))


class FitShown(Shown):
    """A line that covers it, and why."""

    programme_id = fields.Integer(required=True)
    name = fields.String(required=True)
    team = fields.String(required=True)
    heard = fields.List(fields.String(), required=True, metadata={"description": "Its words in what is asked."})
    is_for_them = fields.Boolean(required=True, metadata={"description": "It was declared for just these people."})


class DemandShown(Shown):
    """Something asked for."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    audience = one_of(Audience, required=True)
    words = fields.String(required=True)
    state = one_of(DemandState, required=True)
    programme_id = fields.Integer(required=True, allow_none=True)
    asked_at = LocalDateTime(required=True)
    fits = fields.List(fields.Nested(FitShown), required=True, metadata={"description": "The best first; while open."})


class DemandsShown(Shown):
    """Those of one's areas."""

    items = fields.List(fields.Nested(DemandShown), required=True)


class CoverShown(Shown):
    """What a line is declared for."""

    programme_id = fields.Integer(required=True)
    audiences = fields.List(one_of(Audience), required=True)
    words = fields.List(fields.String(), required=True)
