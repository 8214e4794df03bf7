"""Calling together everybody who holds a role in an area."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Id, LocalDate, LocalTime, Many, Name, Phone, Text
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import Headship


class NewGathering(Input):
    """A meeting, and who is called to it."""

    title = Text(required=True, shortest=2, longest=80, label=Lazy("叫什么"))
    on = LocalDate(required=True, label=Lazy("哪一天"), widget="date")
    starts = LocalTime(required=True, label=Lazy("几点开始"))
    ends = LocalTime(required=True, label=Lazy("几点结束"))
    summary = Text(longest=1000, load_default="", label=Lazy("商量什么"), hint=Lazy("可不填"), widget="textarea")
    volunteer_ids = Many(Id(label=Lazy("请谁来")), most=500, required=True, label=Lazy("请谁来"))
    contact_name = Name(required=True, label=Lazy("联系人"), metadata={"autocomplete": "off"})
    contact_phone = Phone(required=True, label=Lazy("联系电话"), metadata={"autocomplete": "off"})


class HeadshipShown(Shown):
    """One role somebody holds."""

    what = one_of(Headship, required=True)
    area = fields.String(required=True)
    team = fields.String(required=True)


class HeadShown(Shown):
    """A person and the roles she holds there."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    held = fields.List(fields.Nested(HeadshipShown), required=True)


class HeadsShown(Shown):
    """Everybody who holds a role in the area or below it today."""

    items = fields.List(fields.Nested(HeadShown), required=True)


class GatheringShown(Shown):
    """The meeting that was called."""

    activity_id = fields.Integer(required=True)
    asked = fields.Integer(required=True, metadata={"description": "How many are being asked."})
    skipped = fields.List(
        fields.Integer(), required=True, metadata={"description": "Who could not be: ids of volunteers."}
    )
