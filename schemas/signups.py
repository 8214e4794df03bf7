"""Sign-ups: asking for a place, and taking it back."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Text, Ticked, Whole
from schemas.shown import PageAsked, Shown, one_of
from schemas.signup_steps import MOST_BESIDE
from service.language import Lazy
from service.terms import AskedHow, SignUpState, SignUpVia


class NewSignUp(Input):
    """A place asked for. The last three: a coordinator types for somebody who asked her."""

    shift_role_id = Id(required=True, label=Lazy("岗位"), metadata={"description": "The `id` of a role of the shift."})
    rank = Whole(least=1, most=99, load_default=1, label=Lazy("志愿顺序"), metadata={"description": "1: dearest wish."})
    note = Text(longest=200, load_default="", label=Lazy("留言"))
    with_adults = Whole(
        least=0,
        most=MOST_BESIDE,
        load_default=0,
        label=Lazy("一起来的大人"),
        metadata={"description": "Beside whoever signs up: they have places together or none."},
    )
    with_children = Whole(least=0, most=MOST_BESIDE, load_default=0, label=Lazy("一起来的孩子"))
    guardian_consents = Ticked(
        label=Lazy("家长同意"), metadata={"description": "The children's guardian agrees, and is with them."}
    )
    volunteer_id = Id(label=Lazy("志愿者"), metadata={"description": "For whom; oneself if left out."})
    asked_by = Text(
        shortest=1, longest=60, label=Lazy("谁来说的"), metadata={"description": "Who asked: herself, her daughter …"}
    )
    asked_how = Choice(AskedHow, label=Lazy("怎么说的"))


class FamilyInput(Input):
    """With whom she still comes: no more than before."""

    with_adults = Whole(required=True, least=0, most=MOST_BESIDE, label=Lazy("一起来的大人"))
    with_children = Whole(required=True, least=0, most=MOST_BESIDE, label=Lazy("一起来的孩子"))


class FamiliesInput(Input):
    """How many places one sign-up for a role may take."""

    most_together = Whole(
        required=True, least=1, most=MOST_BESIDE + 1, label=Lazy("一次报名最多几个人"), hint=Lazy("1：每个人自己报名")
    )


class FamiliesShown(Shown):
    """How many places one sign-up for the role may take."""

    id = fields.Integer(required=True)
    most_together = fields.Integer(required=True)


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
    with_adults = fields.Integer(required=True)
    with_children = fields.Integer(required=True)
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


class WhyNotShown(Shown):
    """Why a plan had no place for an asking: every reason that may be told to whoever asked."""

    reasons = fields.List(fields.String(), required=True)
