"""Pure rules about what belongs to an activity: plain values, kept as JSON, laid on another as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from service.terms import Belonging


class StopKept(TypedDict):
    """A stop of a route."""

    place_id: int
    name: str
    checks: list[str]


class RouteKept(TypedDict):
    """A route: its stops in order, how many at once, each within how many days."""

    at_once: int | None
    within_days: int | None
    stops: list[StopKept]


class CarryingKept(TypedDict):
    """Where findings go: to another activity, or with None to the shifts of the activity itself."""

    to_id: int | None
    within_days: int | None


class CoHostKept(TypedDict):
    """A team or an organisation, and the names of the roles it provides people for."""

    team_id: int | None
    partner_id: int | None
    roles: list[str]


class CompanyKept(TypedDict):
    """What is asked of those on duty together: the fields of `company.rules.Rule`."""

    children: int
    per_adult: int
    pairs_newcomers: bool
    held_together: bool
    most_faces: int


class Belongings(TypedDict, total=False):
    """All that belongs to an activity, by the words of Belonging; what it has not is left out."""

    route: RouteKept
    ladder: list[dict[str, Any]]
    findings: CarryingKept
    co_hosts: list[CoHostKept]
    company: CompanyKept


def named(belongings: Belongings) -> list[Belonging]:
    """Which there are, in the order in which they are told."""
    return [one for one in Belonging if one in belongings]


def led_to(belongings: Belongings, became: Mapping[int, int]) -> Belongings:
    """The same, with findings led to what the activity they went to has become, where another was made from it."""
    to_id = belongings["findings"]["to_id"] if "findings" in belongings else None
    if to_id is None or to_id not in became:
        return belongings
    kept: CarryingKept = {**belongings["findings"], "to_id": became[to_id]}
    return {**belongings, "findings": kept}
