"""Dates and roles that are planned but not laid out yet, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from schemas.publishing import WEEKDAYS
from service import wording
from service.activities.models import ActivityRole, Series
from service.activities.rules import RolePlan, WeeklyPlan
from service.calendars.rules import holiday_name, is_make_up
from service.language import _
from service.terms import DayRule, QualificationKind
from service.web import words


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One date of a plan; `mark` is its holiday, or that it is a make-up workday (调休)."""

    day: date
    mark: str


def days(plan: WeeklyPlan) -> list[PlannedDay]:
    """The dates of a plan."""
    return [PlannedDay(day, mark(day)) for day in plan.dates()]


def mark(day: date) -> str:
    """What is special about a day: its holiday, or that people work on this weekend (调休)."""
    return holiday_name(day) or (_("调休上班") if is_make_up(day) else "")


def dates(plan: WeeklyPlan | Series) -> str:
    """`每周三、周六，11月25日（星期三）到12月23日（星期三）`, or the one date."""
    if plan.from_on == plan.until_on:
        return wording.day(plan.from_on)
    text = _(
        "{weekdays}，{first}到{last}",
        weekdays=weekdays(plan.weekdays),
        first=wording.day(plan.from_on),
        last=wording.day(plan.until_on),
    )
    return _("{dates}，只在工作日", dates=text) if plan.day_rule == DayRule.WORKDAYS else text


def weekdays(chosen: Iterable[int]) -> str:
    """`每天`, `周一到周五`, `每周三、周六`."""
    numbers = sorted(chosen)
    if numbers == list(range(1, 8)):
        return _("每天")
    if numbers == list(range(1, 6)):
        return _("周一到周五")
    return _("每{weekdays}", weekdays=wording.listed(str(WEEKDAYS[str(number)]) for number in numbers))


def role(needs: RolePlan | ActivityRole) -> str:
    """`量血压：2到4人，要有护士资格，满18岁`."""
    least, most = needs.min_needed, needs.max_needed
    number = _("{n}人", n=most) if least == most else _("{least}到{most}人", least=least, most=most)
    parts = [number]
    if needs.requires:
        held = (str(words.QUALIFICATIONS[QualificationKind(kind)]) for kind in needs.requires)
        parts.append(_("要有{kinds}", kinds=wording.listed(held)))
    if needs.min_age is not None:
        parts.append(_("满{age}岁", age=needs.min_age))
    if needs.max_age is not None:
        parts.append(_("不超过{age}岁", age=needs.max_age))
    return _("{name}：{needs}", name=needs.name, needs=_("，").join(parts))
