"""Pure rules about templates: how roles and hours are kept as JSON, and read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, time
from typing import Any

from service.activities.rules import DatesPlan, RolePlan
from service.terms import DayRule, QualificationKind


def roles_kept(roles: Iterable[RolePlan]) -> list[dict[str, Any]]:
    """Roles as JSON."""
    return [{**asdict(role), "requires": [kind.value for kind in role.requires]} for role in roles]


def roles_read(kept: Iterable[Mapping[str, Any]]) -> list[RolePlan]:
    """The roles again."""
    return [_role_read(role) for role in kept]


def _role_read(kept: Mapping[str, Any]) -> RolePlan:
    """Templates kept before roles could ask for tags have none."""
    requires = tuple(QualificationKind(kind) for kind in kept["requires"])
    return RolePlan(**{**kept, "requires": requires, "tags": tuple(kept.get("tags", ()))})


def hours_kept(plan: DatesPlan) -> dict[str, Any]:
    """When a plan is held, without its dates, as JSON."""
    return {
        "once": plan.is_once,
        "starts": f"{plan.starts:%H:%M}",
        "ends": f"{plan.ends:%H:%M}",
        "rule": plan.rule,
        "day_rule": plan.day_rule.value,
        "dawn_offset": plan.dawn_offset,
    }


def plan_from(hours: Mapping[str, Any], *, from_on: date, until_on: date | None) -> DatesPlan:
    """The plan again, from a date to a date; what is held once is held on the first."""
    return DatesPlan(
        starts=time.fromisoformat(hours["starts"]),
        ends=time.fromisoformat(hours["ends"]),
        from_on=from_on,
        until_on=from_on if hours["once"] else until_on,
        rule=hours["rule"],
        day_rule=DayRule(hours["day_rule"]),
        dawn_offset=hours["dawn_offset"],
    )
