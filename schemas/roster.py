"""Assignments: places held and offered, and the answers."""

from __future__ import annotations

from enum import StrEnum

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Text, Ticked
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy
from service.terms import AssignmentState, ReleaseReason


class Reply(StrEnum):
    """What one can say to an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"


class Answer(Input):
    """Yes or no to an offer; or no to a place accepted before."""

    reply = Choice(Reply, required=True, label=Lazy("答复"))
    reason = Text(longest=200, load_default="", label=Lazy("原因"))


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
    assigned_at = LocalDateTime(required=True)
    answer_by = LocalDateTime(required=True, allow_none=True)
    answered_at = LocalDateTime(required=True, allow_none=True)
    decline_reason = fields.String(required=True)
    release_reason = one_of(ReleaseReason, required=True, allow_none=True)
    version = fields.Integer(required=True)
