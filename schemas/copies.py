"""A team's month or week taken over for another."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, Many, Part
from schemas.shown import Shown, one_of
from service.copies.rules import around
from service.language import Lazy, _
from service.terms import Belonging, CopyOutlook, CopySpan

SPANS = {CopySpan.MONTH: Lazy("一个月"), CopySpan.WEEK: Lazy("一周")}


class CopyAsked(Input):
    """From which month or week to which: any day in each."""

    span = Choice(CopySpan, words=SPANS, required=True, label=Lazy("照搬多少"))
    from_on = LocalDate(
        required=True, label=Lazy("照哪个月（周）的"), hint=Lazy("填那个月或那一周里的随便哪天"), widget="date"
    )
    to_on = LocalDate(required=True, label=Lazy("排到哪个月（周）"), hint=Lazy("也是随便哪天"), widget="date")

    @validates_schema
    def check_periods(self, data: dict[str, Any], **_options: Any) -> None:
        """They are two."""
        if around(data["from_on"], data["span"]) == around(data["to_on"], data["span"]):
            raise ValidationError({"to_on": [_("要和照着的那个月（周）不一样")]})


class CopyForm(CopyAsked):
    """The same with its team, as the page asks it."""

    team_id = Id(required=True, label=Lazy("哪支队伍的"), widget="select")


class ChosenDate(Input):
    """One date of the preview."""

    series_id = Id(required=True, label=Lazy("系列"))
    on = LocalDate(required=True, label=Lazy("日期"))


class NewCopy(CopyAsked):
    """What is to be drafted."""

    dates = Many(
        Part(nested=ChosenDate),
        most=2000,
        allow_none=True,
        load_default=None,
        label=Lazy("日期"),
        metadata={"description": "Of the preview; all that clash with nothing if left out."},
    )


class CopyDateShown(Shown):
    """One date and what becomes of it."""

    series_id = fields.Integer(required=True)
    on = fields.Date(required=True, metadata={"description": "For `no_such_day`: the day there is none for."})
    outlook = one_of(CopyOutlook, required=True)
    clash = fields.String(required=True, metadata={"description": "What else is held then; empty where nothing is."})


class CopiedShown(Shown):
    """One activity and its dates."""

    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    dates = fields.List(fields.Nested(CopyDateShown), required=True)
    brings = fields.List(one_of(Belonging), required=True, metadata={"description": "What else the draft has."})


class CopyPreviewShown(Shown):
    """What copying would do."""

    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True)
    to_on = fields.Date(required=True)
    to_until_on = fields.Date(required=True)
    items = fields.List(fields.Nested(CopiedShown), required=True)


class CopyShown(Shown):
    """A copying and its drafts."""

    id = fields.Integer(required=True)
    team_id = fields.Integer(required=True)
    activity_ids = fields.List(fields.Integer(), required=True)
    dates = fields.Integer(required=True, metadata={"description": "How many dates were drafted."})
