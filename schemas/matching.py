"""Match runs: asked for, looked at, published."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Id, LocalDateTime, Many, Part, Whole
from schemas.roster import AssignmentShown
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy, _
from service.matching.asks import AskKind
from service.matching.because import Because
from service.matching.solution import LevelName
from service.terms import MatchRunState, MatchStage


class NewMatchRun(Input):
    """The window to plan: shifts that start in it."""

    from_at = LocalDateTime(label=Lazy("开始"), metadata={"description": "Now if left out."})
    until_at = LocalDateTime(required=True, label=Lazy("结束"))

    @validates_schema
    def check_order(self, data: dict[str, Any], **_options: Any) -> None:
        """The window has some length."""
        if "from_at" in data and data["until_at"] <= data["from_at"]:
            raise ValidationError({"until_at": [_("结束时间要在开始时间之后")]})


class MatchRunsAsked(PageAsked):
    """Which runs, newest first."""

    activity_id = Id(label=Lazy("活动"))


class Publication(Input):
    """Which drafts to offer: all if left out."""

    assignment_ids = Many(Id(label=Lazy("排班")), most=2000, label=Lazy("排班"))


class MatchRunShown(Shown):
    """One solving and its record."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    activity_ids = fields.List(
        fields.Integer(), required=True, metadata={"description": "What it plans together, by id."}
    )
    from_at = LocalDateTime(required=True)
    until_at = LocalDateTime(required=True)
    state = one_of(MatchRunState, required=True)
    requested_at = LocalDateTime(required=True)
    begun_at = LocalDateTime(required=True, allow_none=True)
    stage = one_of(MatchStage, required=True, allow_none=True, metadata={"description": "While it is solved."})
    parts_done = fields.Integer(required=True, allow_none=True, metadata={"description": "Of `parts`, in this stage."})
    parts = fields.Integer(required=True, allow_none=True)
    enough_at = LocalDateTime(
        required=True, allow_none=True, metadata={"description": "When somebody would not wait for the rest."}
    )
    solved_at = LocalDateTime(required=True, allow_none=True)
    published_at = LocalDateTime(required=True, allow_none=True)
    solver = fields.String(required=True, allow_none=True)
    input_hash = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class MatchRunWhole(MatchRunShown):
    """One solving with what went in, what came out and what publishing made of it: see docs/matching.md."""

    problem = fields.Dict(required=True, allow_none=True)
    solution = fields.Dict(required=True, allow_none=True)
    record = fields.Dict(
        required=True, allow_none=True, metadata={"description": "Versions, parameters, passes, time, memory."}
    )
    outcome = fields.Dict(required=True, allow_none=True)


class ExplanationAsked(Input):
    """Of one opening; of all if left out."""

    opening_id = Id(label=Lazy("岗位"))


class PlacementReason(Shown):
    """One statement that is true of a placement in its plan: see docs/matching.md."""

    code = one_of(Because, required=True)
    text = fields.String(required=True)
    person_id = fields.Integer(required=True, allow_none=True, metadata={"description": "Her partner."})
    kind = fields.String(required=True, allow_none=True, metadata={"description": "The paper only she has."})


class PlacementShown(Shown):
    """One placement, and what speaks for it, the strongest first."""

    person_id = fields.Integer(required=True)
    opening_id = fields.Integer(required=True)
    rank = fields.Integer(required=True, metadata={"description": "Of her wish; 0 if she did not ask."})
    reasons = fields.List(fields.Nested(PlacementReason), required=True)


class AskShown(Shown):
    """One thing to ask: see docs/matching.md."""

    kind = one_of(AskKind, required=True)
    opening_id = fields.Integer(required=True)
    person_id = fields.Integer(required=True, allow_none=True, metadata={"description": "Null: still to be found."})
    amount = fields.Integer(required=True, metadata={"description": "Minutes for `more_hours`, else shifts or people."})
    details = fields.Dict(required=True)


class Placed(Shown):
    """One person in one opening of a plan."""

    person_id = fields.Integer(required=True)
    opening_id = fields.Integer(required=True)


class WayShown(Shown):
    """What to ask so that nobody is missing in an opening, and who comes then. The cheapest way is the first."""

    cost = fields.Integer(required=True)
    text = fields.String(required=True)
    asks = fields.List(fields.Nested(AskShown), required=True)
    comes = fields.List(fields.Nested(Placed), required=True)
    instead = fields.List(
        fields.Integer(), required=True, metadata={"description": "People of whom the same could be asked."}
    )


class OpenRoleShown(Shown):
    """An opening below its minimum, and what would fill it."""

    opening_id = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    ways = fields.List(fields.Nested(WayShown), required=True)


class GoneShown(Placed):
    """Somebody whom the drafts before proposed for an opening, and what stands in her way now."""

    blockers = fields.List(fields.Dict(), required=True, metadata={"description": "See docs/matching.md."})
    text = fields.String(required=True)


class DifferenceShown(Shown):
    """What a plan changes of the drafts it replaces; `placements` say why the new ones."""

    stay = fields.Integer(required=True)
    comes = fields.List(fields.Nested(Placed), required=True)
    goes = fields.List(fields.Nested(GoneShown), required=True)


class ExplanationShown(Shown):
    """Why each person was placed, what would fill each opening that is not, and what is other than in the drafts before
    (null where there were none). Refusals are in the solution."""

    change = fields.Nested(DifferenceShown, required=True, allow_none=True)
    placements = fields.List(fields.Nested(PlacementShown), required=True)
    open_roles = fields.List(fields.Nested(OpenRoleShown), required=True)


class MoveStep(Input):
    """One of several people who move at once."""

    volunteer_id = Id(required=True, label=Lazy("志愿者"))
    assignment_id = Id(
        required=True,
        allow_none=True,
        label=Lazy("排班"),
        metadata={"description": "The place she gives up; null if she is free."},
    )
    shift_role_id = Id(required=True, label=Lazy("岗位"), metadata={"description": "Where she comes."})


class MoveShown(Shown):
    """One way to fill a place that is short, and what it does to the aims of a plan."""

    volunteer_id = fields.Integer(required=True)
    assignment_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The place she would give up; null if she is free."}
    )
    leaves_shift_role_id = fields.Integer(required=True, allow_none=True)
    behind_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Volunteer who could step in where she leaves."}
    )
    changes = fields.Integer(required=True, metadata={"description": "People whose roster changes."})
    cover = fields.Integer(required=True, metadata={"description": "Weighted heads towards the minimums, more."})
    wishes = fields.Integer(required=True, metadata={"description": "Worth of honoured wishes, more or less."})
    burden = fields.Integer(required=True, metadata={"description": "Squared loads, more or less: less is fairer."})
    together = fields.List(
        fields.Nested(MoveStep),
        required=True,
        metadata={"description": "All who would have to move at once, where one alone does not fill it; else empty."},
    )


class MovesShown(Shown):
    """The fewest changes first."""

    items = fields.List(fields.Nested(MoveShown), required=True)


class MoveAgreed(Input):
    """She said yes."""

    assignment_id = Id(required=True, label=Lazy("排班"), metadata={"description": "The place she gives up."})


class JointMoveAgreed(Input):
    """Each of them said yes."""

    steps = Many(Part(nested=MoveStep), required=True, label=Lazy("谁挪到哪里"))


class JointMoveShown(Shown):
    """The new places, in the order of the steps."""

    items = fields.List(fields.Nested(AssignmentShown), required=True)


class WhatIfAsked(Input):
    """Who, and where."""

    person_id = Id(required=True, label=Lazy("志愿者"))
    opening_id = Id(required=True, label=Lazy("岗位"))


class LevelChange(Shown):
    """By how much one aim of a plan is more or less with her."""

    name = one_of(LevelName, required=True)
    value = fields.Integer(required=True)


class WhatIfShown(Shown):
    """What placing her would mean. Nothing is changed by asking."""

    is_possible = fields.Boolean(required=True)
    blockers = fields.List(fields.Dict(), required=True, metadata={"description": "Why not: see docs/matching.md."})
    goes = fields.List(fields.Nested(Placed), required=True, metadata={"description": "Who would lose which place."})
    comes = fields.List(
        fields.Nested(Placed), required=True, metadata={"description": "Who would get which, with her."}
    )
    change = fields.List(fields.Nested(LevelChange), required=True)


class RankCount(Shown):
    """How many were placed by a wish of this rank; 0 is who did not ask."""

    rank = fields.Integer(required=True)
    count = fields.Integer(required=True)


class LedgerLine(Shown):
    """One person in the twelve weeks before the plan."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    asked = fields.Integer(required=True)
    offered = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    served = fields.Integer(required=True)
    nights = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    unpopular = fields.Integer(required=True)


class FairnessShown(Shown):
    """How fairly a plan deals with its people: see docs/matching.md."""

    people = fields.Integer(required=True)
    jain = fields.Float(required=True)
    worst_decile = fields.Float(required=True)
    ranks = fields.List(fields.Nested(RankCount), required=True)
    without_any = fields.Integer(required=True)
    envious = fields.Integer(required=True)
    ledger = fields.List(fields.Nested(LedgerLine), required=True)


class WeightsInput(Input):
    """What honoured wishes are worth in a community."""

    dearest = Whole(required=True, least=10, most=1000, label=Lazy("第一志愿算几分"))
    step = Whole(
        required=True, least=0, most=500, label=Lazy("每往后一个志愿，少几分"), hint=Lazy("填0，每个志愿都一样")
    )
    least = Whole(required=True, least=1, most=1000, label=Lazy("最少算几分"), hint=Lazy("不能比第一志愿多"))


class WeightsShown(Shown):
    """What honoured wishes are worth in a community."""

    dearest = fields.Integer(required=True)
    step = fields.Integer(required=True)
    least = fields.Integer(required=True)
