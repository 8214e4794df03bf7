"""Teams, their lines of service, and who belongs to them."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, missing, validates_schema

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, LocalDateTime, Text, Ticked
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy, _
from service.terms import MemberRole, TeamState


class TeamsAsked(PageAsked):
    """Which teams."""

    state = Choice(TeamState, label=Lazy("状态"))


class TeamChange(Input):
    """What can be changed about a team."""

    name = Text(shortest=2, longest=80, label=Lazy("队名"))
    intro = Text(longest=500, label=Lazy("介绍"))
    needs_review = Ticked(
        load_default=missing,
        label=Lazy("发布活动前，要别的协调员看一眼"),
        metadata={"description": "Somebody else reads what it publishes, first."},
    )


class NewTeam(Input):
    """A team, proposed."""

    area_id = Id(required=True, label=Lazy("社区"))
    name = Text(required=True, shortest=2, longest=80, label=Lazy("队名"))
    intro = Text(longest=500, load_default="", label=Lazy("介绍"))


class ProgrammeShown(Shown):
    """A standing line of service."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class NewProgramme(Input):
    """A line of service for the team."""

    name = Text(required=True, shortest=2, longest=80, label=Lazy("服务项目"))


class TeamShown(Shown):
    """A team. A draft until the residents' committee agrees."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    name = fields.String(required=True)
    intro = fields.String(required=True)
    state = one_of(TeamState, required=True)
    approved_at = LocalDateTime(required=True, allow_none=True)
    needs_review = fields.Boolean(required=True)
    programmes = fields.List(fields.Nested(ProgrammeShown), required=True)
    version = fields.Integer(required=True)


class NewMember(Input):
    """A person's term in the team; `until_on` is the first day she no longer belongs."""

    volunteer_id = Id(required=True, label=Lazy("志愿者"))
    role = Choice(MemberRole, load_default=MemberRole.MEMBER, label=Lazy("身份"))
    area_id = Id(label=Lazy("负责范围"), metadata={"description": "The courtyard or building she looks after."})
    from_on = LocalDate(label=Lazy("开始日期"), metadata={"description": "Today if left out."})
    until_on = LocalDate(label=Lazy("结束日期"), allow_none=True)

    @validates_schema
    def check_term(self, data: dict[str, Any], **_options: Any) -> None:
        """A term has at least a day."""
        from_on, until_on = data.get("from_on"), data.get("until_on")
        if from_on and until_on and until_on <= from_on:
            raise ValidationError({"until_on": [_("结束日期要在开始日期之后")]})


class MemberShown(Shown):
    """One person in the team."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True, metadata={"description": "Masked for those who do not coordinate there."})
    role = one_of(MemberRole, required=True)
    area_id = fields.Integer(required=True, allow_none=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True, allow_none=True)


class MembersShown(Shown):
    """Who belongs to the team today."""

    items = fields.List(fields.Nested(MemberShown), required=True)
