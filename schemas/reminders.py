"""Reminders, to read."""

from __future__ import annotations

from marshmallow import fields

from schemas.fields import Choice, Id, LocalDateTime, Ticked
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy
from service.terms import ReminderState, UnsentReason


class RemindersAsked(PageAsked):
    """Which reminders: one's own, and those in areas one coordinates."""

    mine = Ticked(label=Lazy("只看自己的"))
    assignment_id = Id(label=Lazy("排班"))
    volunteer_id = Id(label=Lazy("志愿者"))
    state = Choice(ReminderState, label=Lazy("状态"))


class ReminderShown(Shown):
    """One lead time of one assignment."""

    id = fields.Integer(required=True)
    assignment_id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    lead_time = fields.String(required=True)
    due_at = LocalDateTime(required=True)
    state = one_of(ReminderState, required=True)
    unsent_reason = one_of(UnsentReason, required=True, allow_none=True)
    settled_at = LocalDateTime(required=True, allow_none=True)
    notification_id = fields.Integer(required=True, allow_none=True)
