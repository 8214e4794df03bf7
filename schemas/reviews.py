"""A second look at a draft."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Id, LocalDateTime, Text, Ticked
from schemas.shown import Shown, one_of
from service.language import Lazy, _
from service.terms import ReviewState


class DecisionInput(Input):
    """What came of it."""

    is_approved = Ticked(load_default=False, label=Lazy("可以发布"))
    reason = Text(longest=200, load_default="", label=Lazy("要改什么"))

    @validates_schema
    def check_reason(self, data: dict[str, Any], **_options: Any) -> None:
        """What goes back says why."""
        if not data["is_approved"] and not data["reason"].strip():
            raise ValidationError({"reason": [_("退回去要写明要改什么")]})


class Decision(DecisionInput):
    """The same from a program: which asking it answers."""

    review_id = Id(required=True, label=Lazy("哪一次"))


class ReviewShown(Shown):
    """How far it is; without an id nobody has been asked yet."""

    is_needed = fields.Boolean(required=True, metadata={"description": "Its area or team wants a second look."})
    id = fields.Integer(required=True, allow_none=True)
    state = one_of(ReviewState, required=True, allow_none=True)
    asked_by = fields.Integer(required=True, allow_none=True, metadata={"description": "Account."})
    asked_at = LocalDateTime(required=True, allow_none=True)
    decided_by = fields.Integer(required=True, allow_none=True, metadata={"description": "Account."})
    decided_at = LocalDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
