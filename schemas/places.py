"""Areas."""

from __future__ import annotations

from marshmallow import fields, missing

from schemas import Input
from schemas.fields import Choice, Id, Text, Ticked
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy
from service.terms import AreaKind


class AreasAsked(PageAsked):
    """Which areas."""

    below = Id(label=Lazy("上级"), metadata={"description": "This area and everything below it."})
    kind = Choice(AreaKind, label=Lazy("类型"))


class AreaChange(Input):
    """What can be changed about an area."""

    name = Text(shortest=1, longest=80, label=Lazy("名称"))
    landline = Text(longest=40, label=Lazy("电话"), allow_none=True)
    landline_hours = Text(longest=40, label=Lazy("几点有人接"), allow_none=True)
    address = Text(longest=200, label=Lazy("地址"), allow_none=True)
    needs_review = Ticked(
        load_default=missing,
        label=Lazy("发布活动前，要别的协调员看一眼"),
        metadata={"description": "Somebody else reads what is published here or below, first."},
    )


class NewArea(Input):
    """An area below another."""

    parent_id = Id(required=True, label=Lazy("上级"))
    kind = Choice(AreaKind, required=True, label=Lazy("类型"))
    name = Text(required=True, shortest=1, longest=80, label=Lazy("名称"))
    landline = Text(longest=40, label=Lazy("电话"), allow_none=True)
    landline_hours = Text(longest=40, label=Lazy("几点有人接"), allow_none=True)
    address = Text(longest=200, label=Lazy("地址"), allow_none=True)


class AreaShown(Shown):
    """A node of the area tree."""

    id = fields.Integer(required=True)
    parent_id = fields.Integer(required=True, allow_none=True)
    kind = one_of(AreaKind, required=True)
    name = fields.String(required=True)
    landline = fields.String(required=True, allow_none=True)
    landline_hours = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    needs_review = fields.Boolean(required=True)
    version = fields.Integer(required=True)
