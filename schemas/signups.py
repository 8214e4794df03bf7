"""Sign-ups: asking for a place, and taking it back."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Text, Ticked, Whole
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy
from service.terms import AskedHow, SignUpState, SignUpVia


class NewSignUp(Input):
    """A place asked for. The last three: a coordinator types for somebody who asked her."""

    shift_role_id = Id(required=True, label=Lazy("岗位"), metadata={"description": "The `id` of a role of the shift."})
    rank = Whole(least=1, most=99, load_default=1, label=Lazy("志愿顺序"), metadata={"description": "1: dearest wish."})
    note = Text(longest=200, load_default="", label=Lazy("留言"))
    volunteer_id = Id(label=Lazy("志愿者"), metadata={"description": "For whom; oneself if left out."})
    asked_by = Text(
        shortest=1, longest=60, label=Lazy("谁来说的"), metadata={"description": "Who asked: herself, her daughter …"}
    )
    asked_how = Choice(AskedHow, label=Lazy("怎么说的"))


class SignUpsAsked(PageAsked):
    """Which sign-ups: one's own, and those in areas one coordinates."""

    mine = Ticked(label=Lazy("只看自己的"))
    shift_id = Id(label=Lazy("班次"))
    volunteer_id = Id(label=Lazy("志愿者"))
    state = Choice(SignUpState, label=Lazy("状态"))


class ShiftSignUpsAsked(PageAsked):
    """Which sign-ups of the shift."""

    state = Choice(SignUpState, label=Lazy("状态"))


class SignUpShown(Shown):
    """One asking."""

    id = fields.Integer(required=True)
    shift_id = fields.Integer(required=True)
    shift_role_id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    state = one_of(SignUpState, required=True)
    rank = fields.Integer(required=True)
    note = fields.String(required=True)
    via = one_of(SignUpVia, required=True)
    asked_by = fields.String(required=True, allow_none=True)
    asked_how = one_of(AskedHow, required=True, allow_none=True)
    typed_by = fields.Integer(required=True, allow_none=True, metadata={"description": "The account that typed it."})
    signed_up_at = LocalDateTime(required=True)
    withdrawn_at = LocalDateTime(required=True, allow_none=True)
    undo_until = LocalDateTime(
        required=True, allow_none=True, metadata={"description": "Until when a withdrawal can be undone."}
    )


class SignUpListed(SignUpShown):
    """One asking, with whose it is and how long the queue before it is."""

    name = fields.String(required=True)
    waitlist_position = fields.Integer(
        required=True, allow_none=True, metadata={"description": "1 is next; null if not waiting."}
    )
