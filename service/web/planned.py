"""Dates and roles that are planned but not laid out yet, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from schemas.publishing import LUNAR_DAYS, LUNAR_MONTHS, NTH, WEEKDAYS
from service import wording
from service.activities.models import ActivityRole, Series
from service.activities.rules import DatesPlan, RolePlan
from service.calendars import rules as wall
from service.calendars.days import Calendar
from service.calendars.recurrence import LunarDay, NthWeekday, Weekly, is_provisional, shape
from service.language import _
from service.terms import DayRule, QualificationKind
from service.web import words


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One date of a plan; `mark` is its holiday, or that it is a make-up workday (调休); `is_provisional` where the
    year's notice or the school's terms are not known yet (暂定); `is_left_out` where it was struck out by hand."""

    day: date
    mark: str
    is_provisional: bool
    is_left_out: bool


def days(plan: DatesPlan, calendar: Calendar) -> list[PlannedDay]:
    """The dates of a plan, those struck out among them."""
    return [
        PlannedDay(day, mark(day, calendar), is_provisional(day, plan.day_rule, calendar), day in plan.left_out)
        for day in replace(plan, left_out=frozenset()).dates(calendar)
    ]


def mark(day: date, calendar: Calendar) -> str:
    """What is special about a day: its holiday, or that people work on this weekend (调休)."""
    return calendar.holiday_name(day) or (_("调休上班") if calendar.is_make_up(day) else "")


def dates(plan: DatesPlan | Series) -> str:
    """`每周三、周六，11月25日（星期三）到12月23日（星期三）`, or the one date."""
    if plan.from_on == plan.until_on:
        return wording.day(plan.from_on)
    told = {"rule": rule(plan.rule), "first": wording.day(plan.from_on)}
    if plan.until_on is None:
        text = _("{rule}，从{first}起", **told)
    else:
        is_another_year = plan.until_on.year != plan.from_on.year
        last = wording.full_day(plan.until_on) if is_another_year else wording.day(plan.until_on)
        text = _("{rule}，{first}到{last}", last=last, **told)
    if plan.day_rule == DayRule.EVERY_DAY:
        return text
    return _("{dates}，{day_rule}", dates=text, day_rule=words.DAY_RULES[DayRule(plan.day_rule)])


def hours(plan: DatesPlan | Series) -> str:
    """`上午9:00—11:00`, or how long from sunrise on."""
    if plan.dawn_offset is None:
        return wording.hours(plan.starts, plan.ends)
    starts_at, ends_at = wall.hours(plan.from_on, starts=plan.starts, ends=plan.ends)
    return _("日出时开始，{length}", length=wording.duration(ends_at - starts_at))


def rule(text: str) -> str:
    """`周一到周五`, `每周三、周六`, `隔一周的周三`, `每月最后一个周五`, `农历九月初九`; any other as it is written."""
    match shape(text):
        case Weekly(chosen, 1):
            return weekdays(chosen)
        case Weekly(chosen, 2):
            return _("隔一周的{weekdays}", weekdays=_weekday_names(chosen))
        case Weekly(chosen, every):
            return _("每{n}周的{weekdays}", n=every, weekdays=_weekday_names(chosen))
        case NthWeekday(nth, weekday):
            return _("每月{nth}{weekday}", nth=NTH[str(nth)], weekday=WEEKDAYS[str(weekday)])
        case LunarDay(month, day):
            return _("农历{month}{day}", month=LUNAR_MONTHS[str(month)], day=LUNAR_DAYS[str(day)])
        case _:
            return text


def weekdays(chosen: Iterable[int]) -> str:
    """`每天`, `周一到周五`, `每周三、周六`."""
    numbers = sorted(chosen)
    if numbers == list(range(1, 8)):
        return _("每天")
    if numbers == list(range(1, 6)):
        return _("周一到周五")
    return _("每{weekdays}", weekdays=_weekday_names(numbers))


def _weekday_names(chosen: Iterable[int]) -> str:
    return wording.listed(str(WEEKDAYS[str(number)]) for number in sorted(chosen))


def role(needs: RolePlan | ActivityRole) -> str:
    """`量血压：2到4人，要有护士资格，满18岁`."""
    least, most = needs.min_needed, needs.max_needed
    number = _("{n}人", n=most) if least == most else _("{least}到{most}人", least=least, most=most)
    parts = [number]
    if needs.requires:
        held = (str(words.QUALIFICATIONS[QualificationKind(kind)]) for kind in needs.requires)
        parts.append(_("要有{kinds}", kinds=wording.listed(held)))
    if needs.tags:
        parts.append(_("要是{tags}", tags=wording.either(needs.tags)))
    if needs.min_age is not None:
        parts.append(_("满{age}岁", age=needs.min_age))
    if needs.max_age is not None:
        parts.append(_("不超过{age}岁", age=needs.max_age))
    if needs.stand_bys:
        parts.append(_("另有{n}人候备", n=needs.stand_bys))
    return _("{name}：{needs}", name=needs.name, needs=_("，").join(parts))
