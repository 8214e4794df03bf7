"""Rehearsals: asked for, looked at."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Whole
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy, _
from service.rehearsal.actions import DAYS, MOST_DAYS
from service.terms import Assumption, RehearsalState

ASSUMPTIONS = {
    Assumption.NOBODY: Lazy("都不回复"),
    Assumption.EVERYBODY: Lazy("都答应"),
    Assumption.AS_LATELY: Lazy("各人照上一次那样回复"),
}


class NewRehearsal(Input):
    """What to play: an area, one activity, or a plan as if it were published."""

    area_id = Id(label=Lazy("演练哪里"), widget="select")
    activity_id = Id(label=Lazy("活动"))
    match_run_id = Id(label=Lazy("排班草案"))
    days = Whole(least=1, most=MOST_DAYS, load_default=DAYS, label=Lazy("演练几天"))
    assumption = Choice(Assumption, words=ASSUMPTIONS, load_default=Assumption.NOBODY, label=Lazy("假定大家怎么回复"))

    @validates_schema
    def check_one(self, data: dict[str, Any], **_options: Any) -> None:
        """Exactly one of the three."""
        if sum(name in data for name in ("area_id", "activity_id", "match_run_id")) != 1:
            raise ValidationError({"area_id": [_("请写明演练什么：area_id、activity_id、match_run_id写一个")]})


class RehearsalsAsked(PageAsked):
    """Rehearsals, newest first."""


class RehearsalShown(Shown):
    """What was to be played, and how far it has come."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True, allow_none=True)
    match_run_id = fields.Integer(required=True, allow_none=True)
    from_at = LocalDateTime(required=True)
    until_at = LocalDateTime(required=True)
    assumption = one_of(Assumption, required=True)
    state = one_of(RehearsalState, required=True)
    requested_at = LocalDateTime(required=True)
    played_until = LocalDateTime(required=True, allow_none=True)
    played_at = LocalDateTime(required=True, allow_none=True)


class RehearsalWhole(RehearsalShown):
    """A rehearsal with what came of it: `entries` (messages, rungs, answers) and `gaps`, see docs/rehearsal.md."""

    result = fields.Dict(required=True, allow_none=True)
