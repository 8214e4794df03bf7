"""Routes: stops in an order, what to look at there, and who has been there."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load
from marshmallow.validate import Range

from schemas import Input
from schemas.fields import Id, LocalDateTime, Many, Part, Text, Whole
from schemas.shown import Shown
from service.language import Lazy
from service.routes.rules import StopPlan


def _how_many(**look: Any) -> dict[str, Any]:
    return {
        "at_once": Whole(
            label=Lazy("一趟查几处"),
            hint=Lazy("不填就是每趟都走一遍；填了，每趟先查最久没去的"),
            validate=Range(1, 200, error=Lazy("1到200处")),
            allow_none=True,
            load_default=None,
            **look,
        ),
        "within_days": Whole(
            label=Lazy("几天之内都要查到"),
            hint=Lazy("不填就不限"),
            validate=Range(1, 90, error=Lazy("1到90天")),
            allow_none=True,
            load_default=None,
            **look,
        ),
    }


class RouteInput(Input):
    """The form: one stop a line, the same list of checks for all."""

    stops = Text(
        required=True,
        shortest=1,
        longest=8000,
        label=Lazy("按顺序走哪些地方"),
        hint=Lazy("一行一处。院里的商户写成：园丁街一号楼院/老李饭馆"),
        widget="textarea",
    )
    checks = Text(
        longest=1000, load_default="", label=Lazy("每处看什么"), hint=Lazy("一行一项，可不填"), widget="textarea"
    )
    at_once = _how_many()["at_once"]
    within_days = _how_many()["within_days"]


class VisitInput(Input):
    """What was seen at a stop."""

    wrong = Many(Text(shortest=1, longest=80, label=Lazy("有问题的")), load_default=list, label=Lazy("有问题的"))
    words = Text(longest=300, load_default="", label=Lazy("说明"))


class NewVisit(VisitInput):
    """The same from a program."""

    stop_id = Id(required=True, label=Lazy("哪一处"))


class StopInput(Input):
    """A stop."""

    place_id = Id(required=True, label=Lazy("在哪里"))
    name = Text(longest=80, load_default="", label=Lazy("商户"))
    checks = Many(Text(shortest=1, longest=80, label=Lazy("看什么")), most=20, load_default=list, label=Lazy("看什么"))

    @post_load
    def make(self, data: dict[str, Any], **_options: Any) -> StopPlan:
        """As the rules take it."""
        return StopPlan(place_id=data["place_id"], name=data["name"], checks=tuple(data["checks"]))


class NewRoute(Input):
    """What a program sends."""

    stops = Many(Part(nested=StopInput), most=500, required=True, label=Lazy("按顺序走哪些地方"))
    at_once = _how_many()["at_once"]
    within_days = _how_many()["within_days"]


class StopShown(Shown):
    """A stop, and when somebody was there last."""

    id = fields.Integer(required=True)
    place_id = fields.Integer(required=True)
    label = fields.String(required=True)
    checks = fields.List(fields.String(), required=True)
    seen_at = LocalDateTime(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)


class RoundShown(Shown):
    """A shift to come and the stops it will walk, should those before it be walked."""

    shift_id = fields.Integer(required=True)
    starts_at = LocalDateTime(required=True)
    stop_ids = fields.List(fields.Integer(), required=True)


class RouteShown(Shown):
    """The round an activity walks."""

    activity_id = fields.Integer(required=True)
    at_once = fields.Integer(required=True, allow_none=True)
    within_days = fields.Integer(required=True, allow_none=True)
    stops = fields.List(fields.Nested(StopShown), required=True)
    rounds = fields.List(fields.Nested(RoundShown), required=True)


class ShiftStopShown(StopShown):
    """A stop of one shift."""

    visited_at = LocalDateTime(required=True, allow_none=True)
    wrong = fields.List(fields.String(), required=True)
    finding_id = fields.Integer(required=True, allow_none=True)


class ShiftRouteShown(Shown):
    """The stops of one shift, in the order to walk them."""

    items = fields.List(fields.Nested(ShiftStopShown), required=True)
