"""Watches: to be told when a place falls free."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Id, Whole
from schemas.shown import Shown
from service.language import Lazy


class WatchInput(Input):
    """On which day of the week; on any, where it is left out."""

    weekday = Whole(least=1, most=7, label=Lazy("星期几"), widget="select")


class NewWatch(WatchInput):
    """The activity, and perhaps a day of the week."""

    activity_id = Id(required=True, label=Lazy("活动"))


class WatchShown(Shown):
    """One watch of one's own."""

    id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    weekday = fields.Integer(required=True, allow_none=True, metadata={"description": "1 is Monday; null: any day."})


class WatchesShown(Shown):
    """All of one's own."""

    items = fields.List(fields.Nested(WatchShown), required=True)
