"""The calendar: what a day is, a year's holiday notice, school terms, warnings of high temperature."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, LocalDateTime, LocalTime, Text, Whole
from schemas.shown import Shown, one_of
from service.calendars.notice import LONGEST_TEXT, YEARS
from service.language import Lazy, _
from service.terms import HeatLevel

MOST_DAYS = 366
#: A warning is for days that can be foreseen.
MOST_HOT_DAYS = 15
HEAT_LEVELS = {
    HeatLevel.YELLOW: Lazy("黄色（35℃以上）"),
    HeatLevel.ORANGE: Lazy("橙色（37℃以上）"),
    HeatLevel.RED: Lazy("红色（40℃以上）"),
}


class NoticeText(Input):
    """The text of a year's notice."""

    text = Text(
        required=True,
        shortest=20,
        longest=LONGEST_TEXT,
        label=Lazy("通知原文"),
        hint=Lazy("从国务院办公厅的网站复制，从“一、元旦”到“七、国庆节”都要有"),
        widget="textarea",
    )


class NoticeInput(NoticeText):
    """A year's notice, as a page asks for it."""

    year = Whole(required=True, least=YEARS[0], most=YEARS[-1], label=Lazy("哪一年"))

    class Meta(Input.Meta):
        fields = ("year", "text")


class TermInput(Input):
    """When school is held."""

    area_id = Id(required=True, label=Lazy("哪里的学校"), widget="select")
    name = Text(required=True, shortest=2, longest=60, label=Lazy("学期名称"), hint=Lazy("比如：2026年秋季学期"))
    from_on = LocalDate(required=True, label=Lazy("开学那天"))
    until_on = LocalDate(required=True, label=Lazy("放假前最后一天"))

    @validates_schema
    def check_order(self, data: dict[str, Any], **_options: Any) -> None:
        """A term ends after it begins, within a year."""
        if data["until_on"] <= data["from_on"]:
            raise ValidationError({"until_on": [_("要在开学那天以后")]})
        if (data["until_on"] - data["from_on"]).days > MOST_DAYS:
            raise ValidationError({"until_on": [_("一个学期不会超过一年")]})


class NoticeShown(Shown):
    """A year's notice."""

    year = fields.Integer(required=True)
    text = fields.String(required=True)
    saved_at = LocalDateTime(required=True)


class TermShown(Shown):
    """A school term."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    name = fields.String(required=True)
    from_on = LocalDate(required=True)
    until_on = LocalDate(required=True)


class TermsShown(Shown):
    """School terms."""

    items = fields.List(fields.Nested(TermShown), required=True)


class DaysAsked(Input):
    """Which days, as which area knows them."""

    area_id = Id(required=True, label=Lazy("社区"))
    from_on = LocalDate(required=True, label=Lazy("开始日期"))
    until_on = LocalDate(required=True, label=Lazy("结束日期"))

    @validates_schema
    def check_order(self, data: dict[str, Any], **_options: Any) -> None:
        """A year at most."""
        if not 0 <= (data["until_on"] - data["from_on"]).days < MOST_DAYS:
            raise ValidationError({"until_on": [_("要在开始的那天以后，一次最多看一年")]})


class DayShown(Shown):
    """What one day is."""

    on = LocalDate(required=True)
    is_workday = fields.Boolean(required=True)
    is_make_up = fields.Boolean(required=True, metadata={"description": "A weekend day that is worked (调休)."})
    holiday = fields.String(required=True, allow_none=True)
    is_school_day = fields.Boolean(required=True)
    is_provisional = fields.Boolean(
        required=True, metadata={"description": "The year's notice is not out, or no school term is known (暂定)."}
    )


class DaysShown(Shown):
    """Days in order."""

    items = fields.List(fields.Nested(DayShown), required=True)


class QuietInput(Input):
    """When nobody is written to; the same time twice means never."""

    begins = LocalTime(required=True, label=Lazy("从几点起"))
    ends = LocalTime(required=True, label=Lazy("到几点"), hint=Lazy("两个一样，就是什么时候都发"))


class HeatWarningInput(Input):
    """A warning of high temperature, as the weather service gave it."""

    area_id = Id(required=True, label=Lazy("哪里"), hint=Lazy("连同下面的社区、院落"), widget="select")
    level = Choice(HeatLevel, words=HEAT_LEVELS, required=True, label=Lazy("几级"))
    from_on = LocalDate(required=True, label=Lazy("从哪天起"))
    until_on = LocalDate(required=True, label=Lazy("到哪天为止"), hint=Lazy("这一天也算"))

    @validates_schema
    def check_order(self, data: dict[str, Any], **_options: Any) -> None:
        """Some days, one after the other."""
        if data["until_on"] < data["from_on"]:
            raise ValidationError({"until_on": [_("不能早于第一天")]})
        if (data["until_on"] - data["from_on"]).days >= MOST_HOT_DAYS:
            raise ValidationError({"until_on": [_("一次最多记{n}天，到时候再接着记", n=MOST_HOT_DAYS)]})


class HeatWarningShown(Shown):
    """A warning of high temperature that holds."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    level = one_of(HeatLevel, required=True)
    from_on = LocalDate(required=True)
    until_on = LocalDate(required=True, metadata={"description": "The last day of it."})
    noted_at = LocalDateTime(required=True)


class HeatWarningsShown(Shown):
    """Warnings of high temperature, the soonest first."""

    items = fields.List(fields.Nested(HeatWarningShown), required=True)
