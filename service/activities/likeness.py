"""What of an activity another one can be made from: all of it but its dates and its state."""

from __future__ import annotations

from typing import Any

from service.activities.models import Activity, ActivityRole
from service.activities.rules import RolePlan
from service.terms import QualificationKind

#: Columns of Activity that a like one has too.
COLUMNS = (
    "area_id",
    "team_id",
    "programme_id",
    "place_id",
    "title",
    "summary",
    "what_to_bring",
    "risk_notice",
    "must_confirm_risk",
    "is_loud",
    "is_free",
    "is_outdoors",
    "is_drill",
    "late_after",
    "reveal_before",
    "contact_name",
    "contact_phone",
    "mode",
    "has_waitlist",
    "swaps_need_approval",
    "lead_times",
    "closes_before",
    "withdraw_before",
    "answer_within",
)


def columns(activity: Activity) -> dict[str, Any]:
    """Its own columns, as `draft` takes them."""
    return {name: getattr(activity, name) for name in COLUMNS}


def roles(activity: Activity) -> list[RolePlan]:
    """Its roles, as `draft` takes them."""
    return [_role(role) for role in activity.roles]


def _role(role: ActivityRole) -> RolePlan:
    return RolePlan(
        name=role.name,
        min_needed=role.min_needed,
        max_needed=role.max_needed,
        requires=tuple(QualificationKind(kind) for kind in role.requires),
        tags=tuple(role.tags),
        min_age=role.min_age,
        max_age=role.max_age,
        stand_bys=role.stand_bys,
        most_together=role.most_together,
    )
