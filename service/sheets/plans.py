"""Dates and roles of an activity as one cell holds them once its words are understood, and as plans. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, time
from typing import Any

from service.activities.models import Series
from service.activities.rules import DatesPlan, RolePlan, once
from service.sheets.lines import Value
from service.terms import DayRule, QualificationKind

#: The fields of a row that say together when something is held.
DATES = ("when", "starts", "ends", "from_on", "until_on", "day_rule")


def days_text(days: Iterable[date]) -> str:
    """Single dates as a cell holds them; a rule stands there as it is."""
    return ",".join(day.isoformat() for day in sorted(set(days)))


def days_of(text: str) -> list[date]:
    """The dates of `days_text`; none where the text is a rule."""
    return [date.fromisoformat(day) for day in text.split(",")] if text[:1].isdigit() else []


def roles_text(roles: Iterable[RolePlan]) -> str:
    """Roles as a cell holds them."""
    return json.dumps([asdict(role) for role in roles], ensure_ascii=False, sort_keys=True)


def roles_of(text: str) -> list[RolePlan]:
    """The roles of `roles_text`."""
    return [
        RolePlan(**{**one, "requires": tuple(map(QualificationKind, one["requires"])), "tags": tuple(one["tags"])})
        for one in json.loads(text)
    ]


def dates_told(series: Sequence[Series]) -> dict[str, Value]:
    """When it is held, as the fields of a row; nothing where a row cannot say it: several rules, or dawn."""
    plans = [one.plan for one in series]
    alike = {(plan.starts, plan.ends, plan.day_rule, plan.dawn_offset) for plan in plans}
    if len(alike) != 1 or plans[0].dawn_offset is not None:
        return {}
    first = plans[0]
    told: dict[str, Value] = {
        "starts": f"{first.starts:%H:%M}",
        "ends": f"{first.ends:%H:%M}",
        "day_rule": DayRule(first.day_rule).value,
    }
    if all(plan.is_once for plan in plans):
        return {"when": days_text(plan.from_on for plan in plans), **told}
    if len(plans) > 1:
        return {}
    until_on = first.until_on.isoformat() if first.until_on else None
    return {"when": first.rule, "from_on": first.from_on.isoformat(), "until_on": until_on, **told}


def plans_of(values: Mapping[str, Value]) -> list[DatesPlan]:
    """The plans that the fields of a row come to; none while one of them is missing."""
    when, starts, ends, from_on = (values.get(name) for name in ("when", "starts", "ends", "from_on"))
    if not (when and starts and ends):
        return []
    hours: Any = {"starts": time.fromisoformat(str(starts)), "ends": time.fromisoformat(str(ends))}
    day_rule = DayRule(str(values.get("day_rule") or DayRule.EVERY_DAY))
    if days := days_of(str(when)):
        return [replace(once(day, **hours), day_rule=day_rule) for day in days]
    if not from_on:
        return []
    until_on = values.get("until_on")
    return [
        DatesPlan(
            rule=str(when),
            from_on=date.fromisoformat(str(from_on)),
            until_on=date.fromisoformat(str(until_on)) if until_on else None,
            day_rule=day_rule,
            **hours,
        )
    ]


def first_day(values: Mapping[str, Value]) -> date | None:
    """The first date a row names; None where it names none."""
    if days := days_of(str(values.get("when") or "")):
        return days[0]
    from_on = values.get("from_on")
    return date.fromisoformat(str(from_on)) if from_on else None


def kept(plan: DatesPlan) -> dict[str, Any]:
    """All of a plan as JSON, to be made again as it was."""
    return {
        "starts": plan.starts.isoformat(),
        "ends": plan.ends.isoformat(),
        "from_on": plan.from_on.isoformat(),
        "until_on": plan.until_on.isoformat() if plan.until_on else None,
        "rule": plan.rule,
        "day_rule": DayRule(plan.day_rule).value,
        "dawn_offset": plan.dawn_offset,
        "left_out": [day.isoformat() for day in sorted(plan.left_out)],
        "counts_from": plan.counts_from.isoformat() if plan.counts_from else None,
    }


def plan_kept(told: Mapping[str, Any]) -> DatesPlan:
    """The plan of `kept`."""
    until_on, counts_from = told["until_on"], told["counts_from"]
    return DatesPlan(
        starts=time.fromisoformat(told["starts"]),
        ends=time.fromisoformat(told["ends"]),
        from_on=date.fromisoformat(told["from_on"]),
        until_on=date.fromisoformat(until_on) if until_on else None,
        rule=told["rule"],
        day_rule=DayRule(told["day_rule"]),
        dawn_offset=told["dawn_offset"],
        left_out=frozenset(map(date.fromisoformat, told["left_out"])),
        counts_from=date.fromisoformat(counts_from) if counts_from else None,
    )
