"""Scores: a standard of items and points, and what a visit got."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from schemas import Input
from schemas.fields import Id, LocalDateTime, Many, Part, Text, Whole
from schemas.shown import Shown
from service.language import Lazy
from service.scores.rules import MOST_ITEMS, MOST_POINTS, Item


class SheetForm(Input):
    """The form: one item a line, its points behind it."""

    standard = Text(
        required=True,
        shortest=1,
        longest=2000,
        label=Lazy("看什么，各值几分"),
        hint=Lazy("一行一项，分数写在后面。比如：垃圾桶及时清 30"),
        widget="textarea",
    )
    line = Whole(
        required=True,
        least=0,
        most=MOST_ITEMS * MOST_POINTS,
        label=Lazy("几分以下算不合格"),
        hint=Lazy("不合格的自动记进“发现”，下一趟再看"),
    )


class ItemInput(Input):
    """One thing looked at."""

    words = Text(required=True, shortest=1, longest=80, label=Lazy("看什么"))
    points = Whole(required=True, least=1, most=MOST_POINTS, label=Lazy("值几分"))

    @post_load
    def make(self, data: dict[str, Any], **_options: Any) -> Item:
        """As the rules take it."""
        return Item(data["words"], data["points"])


class NewSheet(Input):
    """What a program sends."""

    items = Many(Part(nested=ItemInput), most=MOST_ITEMS, required=True, label=Lazy("看什么，各值几分"))
    line = Whole(required=True, least=0, most=MOST_ITEMS * MOST_POINTS, label=Lazy("几分以下算不合格"))


class ScoreForm(Input):
    """Points of a stop, item by item, in the order of the standard."""

    got = Many(
        Whole(least=0, most=MOST_POINTS, label=Lazy("得几分")), most=MOST_ITEMS, required=True, label=Lazy("得几分")
    )
    words = Text(longest=200, load_default="", label=Lazy("说明"))


class NewScore(ScoreForm):
    """The same from a program."""

    stop_id = Id(required=True, label=Lazy("哪一处"))


class ItemShown(Shown):
    """One thing looked at."""

    words = fields.String(required=True)
    points = fields.Integer(required=True)


class ScoreSheetShown(Shown):
    """The standard of an activity."""

    activity_id = fields.Integer(required=True)
    items = fields.List(fields.Nested(ItemShown), required=True)
    of = fields.Integer(required=True, metadata={"description": "What a place can get."})
    line = fields.Integer(required=True, metadata={"description": "Below it a finding is opened."})


class ScoredItemShown(ItemShown):
    """What an item got."""

    got = fields.Integer(required=True)


class ScoreShown(Shown):
    """What a stop got on one visit, by the standard of that day."""

    id = fields.Integer(required=True)
    shift_id = fields.Integer(required=True)
    stop_id = fields.Integer(required=True)
    scored_at = LocalDateTime(required=True)
    total = fields.Integer(required=True)
    out_of = fields.Integer(required=True)
    line = fields.Integer(required=True)
    is_below = fields.Boolean(required=True)
    finding_id = fields.Integer(required=True, allow_none=True)
    items = fields.List(fields.Nested(ScoredItemShown), required=True)


class HistoryShown(Shown):
    """A stop and its scores, the latest first."""

    stop_id = fields.Integer(required=True)
    label = fields.String(required=True)
    scores = fields.List(fields.Nested(ScoreShown), required=True)


class HistoriesShown(Shown):
    """Every stop of the route."""

    items = fields.List(fields.Nested(HistoryShown), required=True)
