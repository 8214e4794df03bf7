"""Swaps: whom one asks to take one's place, and what the coordinator says."""

from __future__ import annotations

from enum import StrEnum

from marshmallow import fields, validate

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Text, Ticked
from schemas.roster import Reply
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy
from service.terms import InvitationState, SwapState


class Decision(StrEnum):
    """What a coordinator can say to a swap."""

    APPROVE = "approve"
    REFUSE = "refuse"


class WhomInput(Input):
    """Whom she asks, on the page: everybody (`all`), a person (`p12`), or an exchange for a place (`x34`)."""

    whom = Text(
        required=True,
        label=Lazy("请谁来"),
        widget="radios",
        validate=validate.Regexp(r"(all|[px][0-9]{1,18})\Z", error=Lazy("请选一个")),
    )


class DecisionInput(Input):
    """Yes or no to a swap."""

    decision = Choice(Decision, required=True, label=Lazy("同意还是不同意"))


class NewSwap(Input):
    """Which place, and who is asked: everybody who could unless one of the last two is given."""

    assignment_id = Id(required=True, label=Lazy("排班"))
    volunteer_id = Id(label=Lazy("志愿者"), metadata={"description": "The one person to be asked."})
    in_return_id = Id(
        label=Lazy("换哪一班"),
        metadata={"description": "The assignment to be had in exchange; its holder is asked."},
    )


class SwapAnswer(Input):
    """Yes or no to being asked."""

    reply = Choice(Reply, required=True, label=Lazy("答复"))


class SwapPerson(Shown):
    """Somebody who could take the place."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True, metadata={"description": "Masked, unless its owner agreed to show it."})


class SwapExchange(Shown):
    """A place that could be had in exchange."""

    assignment_id = fields.Integer(required=True)
    name = fields.String(required=True, metadata={"description": "Whose it is, masked like the others."})
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)


class SwapChoices(Shown):
    """Who could take a place, least burdened first, and what could be had in exchange, by start."""

    people = fields.List(fields.Nested(SwapPerson), required=True)
    exchanges = fields.List(fields.Nested(SwapExchange), required=True)


class SwapsAsked(PageAsked):
    """Which swaps: those of one's own places, and those in areas one coordinates."""

    mine = Ticked(label=Lazy("只看自己的"))
    state = Choice(SwapState, label=Lazy("状态"))


class SwapShown(Shown):
    """One swap."""

    id = fields.Integer(required=True)
    assignment_id = fields.Integer(required=True)
    in_return_id = fields.Integer(required=True, allow_none=True)
    volunteer_id = fields.Integer(required=True, metadata={"description": "Whose place it is."})
    name = fields.String(required=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    state = one_of(SwapState, required=True)
    asked = fields.Integer(required=True, metadata={"description": "How many people were asked."})
    asked_at = LocalDateTime(required=True)
    agreed_at = LocalDateTime(required=True, allow_none=True)
    closed_at = LocalDateTime(required=True, allow_none=True)


class SwapAskingsAsked(PageAsked):
    """Which askings: one's own, and those in areas one coordinates."""

    mine = Ticked(label=Lazy("只看自己的"))
    state = Choice(InvitationState, label=Lazy("状态"))


class SwapAskingShown(Shown):
    """One person asked to take a place."""

    id = fields.Integer(required=True)
    swap_id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    state = one_of(InvitationState, required=True)
    answered_at = LocalDateTime(required=True, allow_none=True)
