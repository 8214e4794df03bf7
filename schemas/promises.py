"""What was promised to a courtyard or a community."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, Text, Ticked, Whole
from schemas.shown import Shown, one_of
from service.language import Lazy, _
from service.terms import PromiseState

STATES = {
    PromiseState.PROMISED: Lazy("答应了"),
    PromiseState.DOING: Lazy("正在办"),
    PromiseState.DONE: Lazy("办完了"),
    PromiseState.DROPPED: Lazy("不办了"),
}


class OwnerInput(Input):
    """Who owns it, until when."""

    owner_id = Id(required=True, label=Lazy("谁负责"), widget="select")
    due_on = LocalDate(required=True, label=Lazy("哪天以前办完"), hint=Lazy("这一天也算"), widget="date")


class NewPromise(OwnerInput):
    """One thing promised."""

    area_id = Id(required=True, label=Lazy("答应了哪里"), widget="select")
    title = Text(required=True, shortest=2, longest=120, label=Lazy("答应的事"), hint=Lazy("比如：修好3号楼的楼道灯"))


class PromiseMove(Input):
    """How far it is."""

    state = Choice(PromiseState, words=STATES, required=True, label=Lazy("办到哪一步"))
    reason = Text(longest=200, load_default="", label=Lazy("为什么不办了"))

    @validates_schema
    def check_reason(self, data: dict[str, Any], **_options: Any) -> None:
        """What is dropped has a reason."""
        if data["state"] == PromiseState.DROPPED and not data["reason"].strip():
            raise ValidationError({"reason": [_("不办了要写明原因")]})


class PromisesAsked(Input):
    """Which promises."""

    area_id = Id(label=Lazy("地方"), metadata={"description": "Of just this area."})
    year = Whole(least=2000, most=2100, label=Lazy("哪一年"), metadata={"description": "Due in this year."})
    state = Choice(PromiseState, label=Lazy("状态"))
    overdue = Ticked(label=Lazy("过期的"))


class PromiseShown(Shown):
    """One thing promised."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    title = fields.String(required=True)
    owner_id = fields.Integer(required=True)
    owner = fields.String(required=True)
    due_on = fields.Date(required=True)
    state = one_of(PromiseState, required=True)
    is_overdue = fields.Boolean(required=True)
    reason = fields.String(required=True)
    settled_on = fields.Date(required=True, allow_none=True)


class PromisesShown(Shown):
    """Those asked for, and what they come to; what was dropped counts in neither number."""

    items = fields.List(fields.Nested(PromiseShown), required=True)
    total = fields.Integer(required=True)
    done = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
