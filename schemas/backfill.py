"""Searches for people to step in, and the answers of those who were asked."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Many, Part, Text, Ticked, Whole
from schemas.habits import AS_USUAL
from schemas.roster import Reply
from schemas.shown import PageAsked, Shown, one_of
from service.backfill.rules import ASKED_OVER
from service.language import Lazy, _
from service.terms import BackfillCause, BackfillState, Channel, InvitationState, Rung, RungOutcome

#: More rungs than any ladder has.
HIGHEST = 20
FIRST_CHANNEL = "Tried before each person's usual one; null: as each person prefers; `call_list`: by telephone."


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
    channel = one_of(Channel, required=True, allow_none=True, metadata={"description": FIRST_CHANNEL})
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


#: How long a rung may wait, in minutes, and how many people it may ask at once for each one missing.
LONGEST_WAIT, MOST_AT_ONCE = 24 * 60, 20


class RungInput(Input):
    """One rung of an activity's ladder. The calls wait until the end of the shift."""

    rung = Choice(Rung, required=True, label=Lazy("哪一步"))
    wait = Whole(most=LONGEST_WAIT, load_default=30, label=Lazy("等几分钟"))
    at_once = Whole(most=MOST_AT_ONCE, load_default=3, label=Lazy("缺一个人，一次问几个"))
    wakes = Ticked(label=Lazy("夜里来不及等到早上，也问"))
    channel = Choice(
        Channel, allow_none=True, load_default=None, label=Lazy("怎么问"), metadata={"description": FIRST_CHANNEL}
    )

    @validates("channel")
    def check_channel(self, value: Channel | None, **_options: Any) -> None:
        """One that reaches a person where she is."""
        if value not in (None, *ASKED_OVER):
            raise ValidationError(_("这样问等不到答复：要能当时送到本人"))


class LadderInput(Input):
    """The rungs of an activity's ladder; their order is always the same."""

    rungs = Many(Part(nested=RungInput), most=len(Rung), required=True, label=Lazy("步骤"))


class LadderRung(Shown):
    """One rung of an activity's ladder."""

    rung = one_of(Rung, required=True)
    wait = fields.Integer(required=True, metadata={"description": "Minutes; less towards the start."})
    at_once = fields.Integer(required=True, metadata={"description": "People asked at once for each one missing."})
    wakes = fields.Boolean(required=True)
    channel = one_of(Channel, required=True, allow_none=True, metadata={"description": FIRST_CHANNEL})


class LadderShown(Shown):
    """The ladder of an activity's searches from now on; `is_own` unless it is the usual one."""

    activity_id = fields.Integer(required=True)
    is_own = fields.Boolean(required=True)
    rungs = fields.List(fields.Nested(LadderRung), required=True)


def ladder_form() -> type[Schema]:
    """The same as one page: the fields of each rung begin with its name."""
    named: dict[str, fields.Field[Any]] = {}
    for rung in Rung:
        if rung == Rung.SUGGESTED:
            continue
        named[f"{rung}_used"] = Ticked(label=Lazy("用这一步"))
        if rung == Rung.CALLS:
            continue
        named[f"{rung}_wait"] = Whole(least=1, most=LONGEST_WAIT, required=True, label=Lazy("等几分钟"))
        named[f"{rung}_at_once"] = Whole(least=1, most=MOST_AT_ONCE, required=True, label=Lazy("缺一个人，一次问几个"))
        named[f"{rung}_wakes"] = Ticked(label=Lazy("夜里来不及等到早上，也问"))
        named[f"{rung}_channel"] = Text(longest=20, load_default=AS_USUAL, widget="radios", label=Lazy("怎么问"))
    return Input.from_dict(named, name="LadderForm")


class StepIn(Input):
    """Yes or no."""

    reply = Choice(Reply, required=True, label=Lazy("答复"))
