"""Assignments: places held and offered, and the answers."""

from __future__ import annotations

from enum import StrEnum

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Many, Part, Text, Ticked, Whole
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy
from service.terms import AssignmentState, ReleaseReason

ASSIGNMENT_STATES = {
    AssignmentState.DRAFTED: Lazy("草案"),
    AssignmentState.OFFERED: Lazy("等回复"),
    AssignmentState.CONFIRMED: Lazy("已确认"),
    AssignmentState.DECLINED: Lazy("来不了"),
    AssignmentState.RELEASED: Lazy("已换下"),
    AssignmentState.CHECKED_IN: Lazy("已签到"),
    AssignmentState.COMPLETED: Lazy("已完成"),
    AssignmentState.NO_SHOW: Lazy("没有来"),
}


class Reply(StrEnum):
    """What one can say to an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"


class GapsAsked(Input):
    """How far ahead."""

    days = Whole(least=1, most=35, load_default=28, label=Lazy("往后几天"))


class GapShown(Shown):
    """A role whose minimum is not reached for sure."""

    shift_id = fields.Integer(required=True)
    shift_role_id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    min_needed = fields.Integer(required=True)
    max_needed = fields.Integer(required=True)
    confirmed = fields.Integer(required=True, metadata={"description": "Said yes."})
    offered = fields.Integer(required=True, metadata={"description": "Asked, not answered."})
    gap = fields.Integer(required=True, metadata={"description": "Missing even if all who were asked say yes."})


class GapsShown(Shown):
    """Gaps by start."""

    items = fields.List(fields.Nested(GapShown), required=True)


class Answer(Input):
    """Yes or no to an offer; or no to a place accepted before."""

    reply = Choice(Reply, required=True, label=Lazy("答复"))
    reason = Text(longest=200, load_default="", label=Lazy("原因"))
    suggests = Id(
        label=Lazy("推荐谁来"),
        metadata={
            "description": "With a no: who could come instead, one of the people of `swap-choices`. Asked first."
        },
    )
    suggests_name = Text(
        longest=30,
        load_default="",
        label=Lazy("推荐别的人，写名字"),
        metadata={"description": "With a no: who could come instead, in words, for the coordinator to read."},
    )


class OneAnswer(Input):
    """Yes or no to one of several offers."""

    assignment_id = Id(required=True, label=Lazy("排班"))
    reply = Choice(Reply, required=True, label=Lazy("答复"))


class Answers(Input):
    """Yes or no to several offers; each is taken by itself."""

    answers = Many(Part(nested=OneAnswer), most=50, required=True, label=Lazy("答复"))


class AssignmentsAsked(PageAsked):
    """Which assignments: one's own, and those in areas one coordinates."""

    mine = Ticked(label=Lazy("只看自己的"))
    shift_id = Id(label=Lazy("班次"))
    activity_id = Id(label=Lazy("活动"))
    volunteer_id = Id(label=Lazy("志愿者"))
    state = Choice(AssignmentState, label=Lazy("状态"))


class AssignmentShown(Shown):
    """One volunteer in one role of one shift."""

    id = fields.Integer(required=True)
    shift_id = fields.Integer(required=True)
    shift_role_id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    signup_id = fields.Integer(required=True, allow_none=True)
    match_run_id = fields.Integer(required=True, allow_none=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    state = one_of(AssignmentState, required=True)
    is_stand_by = fields.Boolean(
        required=True, metadata={"description": "Not one of the role's places: comes if somebody drops out."}
    )
    places = fields.Integer(required=True, metadata={"description": "More than one: she brings her family."})
    assigned_at = LocalDateTime(required=True)
    answer_by = LocalDateTime(required=True, allow_none=True)
    answered_at = LocalDateTime(required=True, allow_none=True)
    decline_reason = fields.String(required=True)
    suggested_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Who could come instead, as she said with her no."}
    )
    suggested_name = fields.String(required=True)
    release_reason = one_of(ReleaseReason, required=True, allow_none=True)
    version = fields.Integer(required=True)


class NewStandBy(Input):
    """Who stands by in which role of the shift."""

    shift_role_id = Id(required=True, label=Lazy("岗位"), metadata={"description": "The `id` of a role of the shift."})
    volunteer_id = Id(label=Lazy("志愿者"), metadata={"description": "Somebody else, of an area I coordinate."})
    has_agreed = Ticked(
        label=Lazy("本人已经答应"),
        metadata={"description": "With `volunteer_id`: she said so. Otherwise she is asked whether she does."},
    )


class Answered(Shown):
    """What became of one answer of several."""

    assignment_id = fields.Integer(required=True, metadata={"description": "As it was sent."})
    is_taken = fields.Boolean(
        required=True, metadata={"description": "false: the offer cannot be answered like that any more."}
    )
    assignment = fields.Nested(
        AssignmentShown,
        required=True,
        metadata={"description": "As it is now; another than the one sent where a no became a yes."},
    )


class AnsweredShown(Shown):
    """What became of each answer, in the order sent."""

    items = fields.List(fields.Nested(Answered), required=True)
