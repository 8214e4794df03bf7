"""Quotas: so many in so many days, and what counts."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Id, LocalDate, Many, Text, Whole
from schemas.shown import Shown, one_of
from service.language import Lazy, _
from service.terms import QuotaState


class CountingInput(Input):
    """What counts."""

    activity_ids = Many(
        Id(label=Lazy("哪些活动算数")),
        most=200,
        load_default=list,
        label=Lazy("哪些活动算数"),
        hint=Lazy("办一次算一场"),
    )


class NewQuota(CountingInput):
    """So many from one day to another."""

    area_id = Id(required=True, label=Lazy("社区"), widget="select")
    title = Text(required=True, shortest=2, longest=80, label=Lazy("叫什么"), hint=Lazy("比如：上半年培训演练"))
    needed = Whole(required=True, least=1, most=1000, label=Lazy("要办几场"))
    from_on = LocalDate(required=True, label=Lazy("从哪天起"), widget="date")
    until_on = LocalDate(required=True, label=Lazy("到哪天为止"), hint=Lazy("这一天也算"), widget="date")
    anchor_on = LocalDate(
        label=Lazy("围绕哪一天"),
        hint=Lazy("比如：5月12日防灾减灾日。可不填"),
        widget="date",
        load_default=None,
        allow_none=True,
    )

    @validates_schema
    def check_dates(self, data: dict[str, Any], **_options: Any) -> None:
        """It has at least a day, and the day it is about is one of them."""
        if data["until_on"] < data["from_on"]:
            raise ValidationError({"until_on": [_("结束日期不能早于开始日期")]})
        if data["anchor_on"] is not None and not data["from_on"] <= data["anchor_on"] <= data["until_on"]:
            raise ValidationError({"anchor_on": [_("这一天要在开始和结束之间")]})


class QuotaShown(Shown):
    """A quota and how far it has come."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    title = fields.String(required=True)
    needed = fields.Integer(required=True)
    held = fields.Integer(required=True, metadata={"description": "Shifts that are over and had somebody."})
    planned = fields.Integer(required=True, metadata={"description": "Shifts to come within its days."})
    missing = fields.Integer(required=True, metadata={"description": "How many more must be planned."})
    state = one_of(QuotaState, required=True)
    is_alarming = fields.Boolean(required=True)
    people = fields.Integer(required=True, metadata={"description": "Places served in what was held."})
    minutes = fields.Integer(required=True, metadata={"description": "Served in them by all together."})
    from_on = LocalDate(required=True)
    until_on = LocalDate(required=True)
    anchor_on = LocalDate(required=True, allow_none=True)
    activity_ids = fields.List(fields.Integer(), required=True)


class QuotasShown(Shown):
    """All quotas of one's areas that are not closed."""

    items = fields.List(fields.Nested(QuotaShown), required=True)
