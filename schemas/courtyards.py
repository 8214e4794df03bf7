"""Courtyards: what they are, their councils, who answers for them."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf

from schemas import Input
from schemas.fields import Id, LocalDate, Text, Ticked, Whole
from schemas.shown import Shown
from service.language import Lazy, _

#: How the form asks whether somebody manages it.
MANAGED = {"yes": Lazy("有物业"), "no": Lazy("没有物业"), "": Lazy("不知道")}


class _Facts(Input):
    """What helps to plan."""

    manager = Text(longest=80, load_default="", label=Lazy("哪家物业"), hint=Lazy("可不填"))
    owner = Text(longest=80, load_default="", label=Lazy("主管单位"), hint=Lazy("没有就不填"))
    built_in = Whole(least=1900, most=2100, load_default=None, allow_none=True, label=Lazy("哪年建的"))
    households = Whole(least=0, most=30_000, load_default=None, allow_none=True, label=Lazy("多少户"))


class FactsInput(_Facts):
    """The form."""

    managed = Text(
        load_default="",
        label=Lazy("有没有物业"),
        widget="select",
        validate=OneOf(tuple(MANAGED), error=Lazy("请选一个")),
    )


class NewFacts(_Facts):
    """What a program sends."""

    is_managed = Ticked(load_default=None, allow_none=True, label=Lazy("有没有物业"))


class ChargeInput(Input):
    """Who answers for it, or stands in, from when to when."""

    volunteer_id = Id(required=True, label=Lazy("谁"), widget="select")
    is_substitute = Ticked(label=Lazy("是替补"), hint=Lazy("负责的人不在时找替补"))
    from_on = LocalDate(
        load_default=None, allow_none=True, label=Lazy("从哪天起"), hint=Lazy("不填就是今天"), widget="date"
    )
    until_on = LocalDate(
        load_default=None,
        allow_none=True,
        label=Lazy("到哪天"),
        hint=Lazy("这一天起不再负责；没有期限就不填"),
        widget="date",
    )

    @validates_schema
    def check_term(self, data: dict[str, Any], **_options: Any) -> None:
        """A term has at least a day."""
        if data["from_on"] and data["until_on"] and data["until_on"] <= data["from_on"]:
            raise ValidationError({"until_on": [_("结束日期要在开始日期之后")]})


class CourtyardsAsked(Input):
    """Which courtyards."""

    lacks = Text(
        label=Lazy("缺什么"),
        validate=OneOf(("council", "person", "management"), error=Lazy("请选一个")),
        metadata={"description": "`council`, `person` (nobody answers for it) or `management` (nobody manages it)."},
    )
    on = LocalDate(label=Lazy("哪一天"), metadata={"description": "Today if left out."})


class PersonShown(Shown):
    """Somebody's name."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)


class CourtyardShown(Shown):
    """A courtyard on a day."""

    area_id = fields.Integer(required=True)
    name = fields.String(required=True)
    community = fields.String(required=True)
    is_managed = fields.Boolean(required=True, allow_none=True)
    manager = fields.String(required=True)
    owner = fields.String(required=True)
    built_in = fields.Integer(required=True, allow_none=True)
    households = fields.Integer(required=True, allow_none=True)
    council_id = fields.Integer(required=True, allow_none=True)
    members = fields.Integer(required=True)
    holder = fields.Nested(PersonShown, required=True, allow_none=True)
    substitute = fields.Nested(PersonShown, required=True, allow_none=True)
    lacks = fields.List(fields.String(), required=True)


class CourtyardsShown(Shown):
    """Every courtyard of one's areas."""

    items = fields.List(fields.Nested(CourtyardShown), required=True)


class FactsShown(Shown):
    """What is known of a courtyard."""

    area_id = fields.Integer(required=True)
    is_managed = fields.Boolean(required=True, allow_none=True)
    manager = fields.String(required=True)
    owner = fields.String(required=True)
    built_in = fields.Integer(required=True, allow_none=True)
    households = fields.Integer(required=True, allow_none=True)


class ChargeShown(Shown):
    """Somebody's term."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    is_substitute = fields.Boolean(required=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True, allow_none=True)


class ChargesShown(Shown):
    """Who answered for an area and who will; and who does on the day: of the area, or of the nearest above it."""

    items = fields.List(fields.Nested(ChargeShown), required=True)
    answers_area_id = fields.Integer(required=True, allow_none=True)
    holder = fields.Nested(PersonShown, required=True, allow_none=True)
    substitute = fields.Nested(PersonShown, required=True, allow_none=True)


class OnAsked(Input):
    """On which day."""

    on = LocalDate(label=Lazy("哪一天"), metadata={"description": "Today if left out."})
