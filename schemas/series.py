"""The dates of an activity: one, or a rule and from when until when it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates, validates_schema

from schemas import Input
from schemas.fields import Choice, LocalDate, LocalTime, Many, Text, Whole
from schemas.shown import Shown, one_of
from service.activities.rules import DatesPlan, once
from service.calendars.recurrence import LONGEST_RULE, RuleRefused, by_weekday, checked
from service.language import Lazy, _
from service.terms import DayRule

LONGEST_SERIES_DAYS = 366


class DatesInput(Input):
    """One date (`on`), or a rule from a first date on. `ends` at or before `starts` is on the next morning."""

    on = LocalDate(label=Lazy("日期"))
    from_on = LocalDate(label=Lazy("开始日期"))
    until_on = LocalDate(
        label=Lazy("结束日期"),
        allow_none=True,
        metadata={"description": "null: without an end, laid out week by week."},
    )
    rule = Text(
        longest=LONGEST_RULE,
        label=Lazy("规则"),
        metadata={
            "description": "RFC 5545 without DTSTART, COUNT and UNTIL: `FREQ=MONTHLY;BYDAY=-1FR`; or `LUNAR:9-9`."
        },
    )
    left_out = Many(LocalDate(label=Lazy("不办的日子")), most=400, load_default=list, label=Lazy("不办的日子"))
    dawn_offset = Whole(
        least=-180,
        most=180,
        allow_none=True,
        label=Lazy("日出后几分钟"),
        metadata={"description": "Begin so many minutes after sunrise; `starts` and `ends` then give the length."},
    )
    weekdays = Many(
        Whole(least=1, most=7, label=Lazy("星期")),
        most=7,
        label=Lazy("星期"),
        metadata={"description": "1 Monday … 7 Sunday; all of them if left out."},
    )
    day_rule = Choice(DayRule, load_default=DayRule.EVERY_DAY, label=Lazy("节假日"))
    starts = LocalTime(required=True, label=Lazy("开始时间"))
    ends = LocalTime(required=True, label=Lazy("结束时间"))

    @validates_schema
    def check_dates(self, data: dict[str, Any], **_options: Any) -> None:
        """Either one date or a first and a last, a year apart at most; weekdays or a rule."""
        if "on" in data:
            return
        if "rule" in data and "weekdays" in data:
            raise ValidationError({"rule": [_("rule和weekdays只写一个")]})
        lacking = [name for name in ("from_on", "until_on") if name not in data]
        if lacking:
            raise ValidationError({name: [_("请填写一个日期（on），或者开始和结束日期")] for name in lacking})
        if data["until_on"] is None:
            return
        if data["until_on"] < data["from_on"]:
            raise ValidationError({"until_on": [_("结束日期不能早于开始日期")]})
        if (data["until_on"] - data["from_on"]).days > LONGEST_SERIES_DAYS:
            raise ValidationError({"until_on": [_("一次最多排一年")]})

    @validates("rule")
    def check_rule(self, value: str, **_options: Any) -> None:
        """A rule of whole days that we can follow."""
        try:
            checked(value)
        except RuleRefused:
            raise ValidationError(_("看不懂这条规则，比如 FREQ=MONTHLY;BYDAY=-1FR，或者 LUNAR:9-9")) from None

    @post_load
    def make(self, data: dict[str, Any], **_options: Any) -> DatesPlan:
        """As the rules take it."""
        if "on" in data:
            return replace(once(data["on"], starts=data["starts"], ends=data["ends"]), day_rule=data["day_rule"])
        weekdays = data.get("weekdays") or range(1, 8)
        return DatesPlan(
            starts=data["starts"],
            ends=data["ends"],
            from_on=data["from_on"],
            until_on=data["until_on"],
            rule=checked(data["rule"]) if "rule" in data else by_weekday(weekdays),
            day_rule=data["day_rule"],
            dawn_offset=data.get("dawn_offset"),
            left_out=frozenset(data["left_out"]),
        )


class SeriesShown(Shown):
    """A rule of dates of an activity."""

    id = fields.Integer(required=True)
    rule = fields.String(required=True)
    starts = fields.Time(required=True, format="%H:%M")
    ends = fields.Time(required=True, format="%H:%M")
    dawn_offset = fields.Integer(required=True, allow_none=True)
    from_on = LocalDate(required=True)
    until_on = LocalDate(required=True, allow_none=True)
    day_rule = one_of(DayRule, required=True)
