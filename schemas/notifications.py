"""Notifications, to read."""

from __future__ import annotations

from marshmallow import fields

from schemas.fields import Choice, Id, LocalDateTime, Ticked
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy
from service.terms import Channel, NotificationKind, NotificationState, UnsentReason


class NotificationsAsked(PageAsked):
    """Which notifications: one's own, and those in areas one coordinates."""

    mine = Ticked(label=Lazy("只看自己的"))
    volunteer_id = Id(label=Lazy("志愿者"))
    shift_id = Id(label=Lazy("班次"))
    kind = Choice(NotificationKind, label=Lazy("类型"))
    state = Choice(NotificationState, label=Lazy("状态"))


class SeenShown(Shown):
    """How many messages were new."""

    seen = fields.Integer(required=True)


class NotificationShown(Shown):
    """One message to one person."""

    id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True, allow_none=True)
    kind = one_of(NotificationKind, required=True)
    is_urgent = fields.Boolean(required=True)
    send_at = LocalDateTime(required=True)
    state = one_of(NotificationState, required=True)
    unsent_reason = one_of(UnsentReason, required=True, allow_none=True)
    channel = one_of(Channel, required=True, allow_none=True)
    settled_at = LocalDateTime(required=True, allow_none=True)
    seen_at = LocalDateTime(
        required=True, allow_none=True, metadata={"description": "When it was before her eyes on this site."}
    )
    delivered_at = LocalDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "When it arrived, where the channel knows: the inbox, a group, a call that was made."},
    )
    answered_at = LocalDateTime(required=True, allow_none=True)
    is_yes = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "The answer: yes (to any of several), or no."}
    )
    text = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "As sent; only to whom it was sent: it may hold a link that answers for her."},
    )
