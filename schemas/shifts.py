"""Shifts: an activity's dates, with the places of each role."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Ticked
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy, _
from service.terms import Mode, QualificationKind, ShiftState


class ShiftsAsked(PageAsked):
    """Which shifts. Without `area_id`: in the areas one coordinates, else around one's home."""

    takeable = Ticked(
        label=Lazy("我能报的"),
        metadata={"description": "Only what I can sign up for now: each role shown is one I can take."},
    )
    area_id = Id(label=Lazy("社区"), metadata={"description": "This area and everything below it."})
    activity_id = Id(label=Lazy("活动"))
    from_at = LocalDateTime(label=Lazy("开始"), metadata={"description": "Ending after this; now if left out."})
    until_at = LocalDateTime(label=Lazy("结束"), metadata={"description": "Starting before this."})
    state = Choice(ShiftState, label=Lazy("状态"))


class ShiftChange(Input):
    """Another time for a shift: its people are told."""

    starts_at = LocalDateTime(required=True, label=Lazy("开始"))
    ends_at = LocalDateTime(required=True, label=Lazy("结束"))

    @validates_schema
    def check_order(self, data: dict[str, Any], **_options: Any) -> None:
        """The end is after the start."""
        if data["ends_at"] <= data["starts_at"]:
            raise ValidationError({"ends_at": [_("结束时间要在开始时间之后")]})


class ShiftRoleShown(Shown):
    """The places of one role in one shift. Its `id` is what one signs up for."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    min_needed = fields.Integer(required=True)
    max_needed = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    stand_bys = fields.Integer(required=True, metadata={"description": "Places of stand-bys beside these."})
    standing_by = fields.Integer(required=True, metadata={"description": "How many of them are held or offered."})
    requires = fields.List(one_of(QualificationKind), required=True)
    tags = fields.List(fields.String(), required=True)
    min_age = fields.Integer(required=True, allow_none=True)
    max_age = fields.Integer(required=True, allow_none=True)
    most_together = fields.Integer(required=True, metadata={"description": "Places one sign-up may take: a family's."})


class ShiftShown(Shown):
    """A half-open time range at a place."""

    id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True, metadata={"description": "The activity's title."})
    mode = one_of(Mode, required=True)
    has_waitlist = fields.Boolean(required=True)
    area_id = fields.Integer(required=True)
    place_id = fields.Integer(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    closes_at = LocalDateTime(required=True, metadata={"description": "When sign-up closes."})
    state = one_of(ShiftState, required=True)
    cancel_reason = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    roles = fields.List(fields.Nested(ShiftRoleShown), required=True)
