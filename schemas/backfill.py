"""Searches for people to step in, and the answers of those who were asked."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Ticked, Whole
from schemas.roster import Reply
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy
from service.terms import BackfillCause, BackfillState, InvitationState, Rung, RungOutcome

#: More rungs than any ladder has.
HIGHEST = 20


class NewBackfill(Input):
    """The role that is short of people."""

    shift_role_id = Id(required=True, label=Lazy("岗位"), metadata={"description": "The `id` of a role of the shift."})


class BackfillsAsked(PageAsked):
    """Which searches."""

    state = Choice(BackfillState, label=Lazy("状态"))
    shift_id = Id(label=Lazy("班次"))


class Skip(Input):
    """The rung not to wait for any longer, so that the same request twice skips one."""

    position = Whole(least=0, most=HIGHEST, required=True, label=Lazy("第几步"))


class BackfillShown(Shown):
    """One search."""

    id = fields.Integer(required=True)
    shift_id = fields.Integer(required=True)
    shift_role_id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    cause = one_of(BackfillCause, required=True)
    state = one_of(BackfillState, required=True)
    position = fields.Integer(required=True, metadata={"description": "The rung it stands on; behind the last: all."})
    opened_at = LocalDateTime(required=True)
    next_at = LocalDateTime(
        required=True, allow_none=True, metadata={"description": "When it looks again; null when it has ended."}
    )
    closed_at = LocalDateTime(required=True, allow_none=True)


class RungShown(Shown):
    """One rung of the ladder as it was when the search began, and what came of it so far."""

    position = fields.Integer(required=True)
    rung = one_of(Rung, required=True)
    wait = fields.Integer(required=True, metadata={"description": "Minutes; less towards the start."})
    at_once = fields.Integer(required=True, metadata={"description": "People asked at once for each one missing."})
    wakes = fields.Boolean(required=True, metadata={"description": "May ask in quiet hours if it cannot wait."})
    by_phone = fields.Boolean(required=True)
    outcome = one_of(RungOutcome, required=True, allow_none=True)
    climbed_at = LocalDateTime(required=True, allow_none=True)
    until_at = LocalDateTime(required=True, allow_none=True, metadata={"description": "Waits for answers until then."})


class InvitedShown(Shown):
    """One person asked in a search."""

    id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    rung = one_of(Rung, required=True)
    state = one_of(InvitationState, required=True)
    asked_at = LocalDateTime(required=True)
    answered_at = LocalDateTime(required=True, allow_none=True)
    assignment_id = fields.Integer(required=True, allow_none=True)


class BackfillWhole(BackfillShown):
    """One search with its ladder and everybody asked."""

    rungs = fields.List(fields.Nested(RungShown), required=True)
    invitations = fields.List(fields.Nested(InvitedShown), required=True)


class InvitationsAsked(PageAsked):
    """Which invitations: one's own, and those in areas one coordinates."""

    mine = Ticked(label=Lazy("只看自己的"))
    state = Choice(InvitationState, label=Lazy("状态"))


class InvitationShown(InvitedShown):
    """One person asked to step in, and for what."""

    backfill_id = fields.Integer(required=True)
    shift_id = fields.Integer(required=True)
    shift_role_id = fields.Integer(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)


class StepIn(Input):
    """Yes or no."""

    reply = Choice(Reply, required=True, label=Lazy("答复"))
