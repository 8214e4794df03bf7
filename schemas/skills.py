"""What people can: looked through, claimed, verified."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, LocalDateTime, Text, Whole
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import QualificationKind, SkillState

STATES = {
    SkillState.CLAIMED: Lazy("还没核实"),
    SkillState.VERIFIED: Lazy("核实过"),
    SkillState.EXPIRED: Lazy("过期了"),
}


class SkillsAsked(Input):
    """Who is looked for."""

    text = Text(
        longest=40,
        load_default="",
        label=Lazy("会什么"),
        metadata={"description": "Part of the name of a skill."},
    )
    kind = Choice(QualificationKind, label=Lazy("资质"))
    state = Choice(SkillState, words=STATES, label=Lazy("核实情况"))
    limit = Whole(least=1, most=500, load_default=200, label=Lazy("最多几人"))


class SkillSearch(Input):
    """The same as the page asks it."""

    text = Text(longest=40, load_default="", label=Lazy("会什么"), hint=Lazy("比如：书法、修水电、护士。不填就是全部"))
    state = Text(load_default="", label=Lazy("核实情况"), widget="select", nothing=Lazy("全部"))


class SkillInput(Input):
    """Something she says she can."""

    name = Text(required=True, shortest=1, longest=40, label=Lazy("会什么"), hint=Lazy("比如：书法"))
    evidence = Text(longest=200, load_default="", label=Lazy("怎么知道的"), hint=Lazy("比如：教过三年。可不填"))
    valid_until = LocalDate(
        allow_none=True, load_default=None, label=Lazy("到哪天为止"), hint=Lazy("可不填"), widget="date"
    )


class SkillOfHers(SkillInput):
    """The same, written down for somebody."""

    volunteer_id = Id(required=True, label=Lazy("谁"), widget="select")


class HeldShown(Shown):
    """One thing a person can: a qualification or a skill."""

    id = fields.Integer(required=True, metadata={"description": "Of the qualification or of the skill."})
    volunteer_id = fields.Integer(required=True)
    person = fields.String(required=True)
    kind = one_of(QualificationKind, required=True, allow_none=True, metadata={"description": "null: a skill."})
    name = fields.String(required=True, metadata={"description": "Empty for a qualification."})
    evidence = fields.String(required=True)
    state = one_of(SkillState, required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    verified_at = LocalDateTime(required=True, allow_none=True)
    verified_by = fields.Integer(required=True, allow_none=True, metadata={"description": "Account."})


class HeldsShown(Shown):
    """Who was found."""

    items = fields.List(fields.Nested(HeldShown), required=True)


class SkillShown(Shown):
    """A skill."""

    id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    evidence = fields.String(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    verified_at = LocalDateTime(required=True, allow_none=True)
    verified_by = fields.Integer(required=True, allow_none=True)


class SkillsShown(Shown):
    """A person's skills."""

    items = fields.List(fields.Nested(SkillShown), required=True)
