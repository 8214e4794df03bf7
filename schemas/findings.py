"""Findings: what was seen on duty, what came of it, and where it is carried."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Id, LocalDateTime, Text, Ticked, Whole
from schemas.shown import PageAsked, Shown
from service.language import Lazy


class FindingInput(Input):
    """What was found."""

    words = Text(
        required=True,
        shortest=2,
        longest=500,
        label=Lazy("看到了什么"),
        hint=Lazy("写清楚在哪里、是什么事。不写住户的姓名和电话"),
        widget="textarea",
    )
    place_id = Id(label=Lazy("在哪里"), hint=Lazy("可不选"), widget="select")


class OutcomeInput(Input):
    """What came of it."""

    outcome = Text(required=True, shortest=2, longest=500, label=Lazy("怎么处理了"))


class Settlement(OutcomeInput):
    """The same from a program: a volunteer says in which of her shifts."""

    shift_id = Id(label=Lazy("班次"), metadata={"description": "The shift to whose agenda it had come."})


class CarryingInput(Input):
    """Where what an activity finds is carried."""

    to_id = Id(
        required=True,
        label=Lazy("带到哪里"),
        hint=Lazy("选它自己：带到它的下一班；选别的活动：带到那个活动接下来的班"),
        widget="select",
    )

    within_days = Whole(
        least=1,
        most=365,
        allow_none=True,
        load_default=None,
        label=Lazy("几天之内要处理"),
        hint=Lazy("过了时限会提醒您。没有时限就不填"),
    )


class FindingsAsked(PageAsked):
    """Which findings."""

    is_open = Ticked(load_default=None, label=Lazy("还没有处理的"), metadata={"description": "All if left out."})


class FindingShown(Shown):
    """One finding. Who wrote it is not told."""

    id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True, metadata={"description": "The title of the activity in which it was found."})
    shift_id = fields.Integer(required=True, metadata={"description": "In which shift it was found."})
    place_id = fields.Integer(required=True, allow_none=True)
    place = fields.String(required=True, metadata={"description": "Empty where nobody said."})
    words = fields.String(required=True)
    found_at = LocalDateTime(required=True)
    due_on = fields.Date(required=True, allow_none=True, metadata={"description": "The last day to settle it."})
    outcome = fields.String(required=True)
    settled_at = LocalDateTime(required=True, allow_none=True)
    settled_in_id = fields.Integer(required=True, allow_none=True)


class ShiftFindingsShown(Shown):
    """What comes to a shift, and what was found in it."""

    agenda = fields.List(fields.Nested(FindingShown), required=True)
    found = fields.List(fields.Nested(FindingShown), required=True)


class CarryingShown(Shown):
    """Where what the activity finds is carried."""

    activity_id = fields.Integer(required=True)
    to_id = fields.Integer(required=True)
    within_days = fields.Integer(required=True, allow_none=True)
