"""Named reads of what belongs to an activity."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity
from service.backfill import queries as backfill
from service.company import queries as company
from service.company.rules import Rule
from service.duties.rules import Belongings, CoHostKept, CompanyKept, RouteKept
from service.findings.models import Carrying
from service.partners import queries as partners
from service.routes.models import Route, RouteStop
from service.terms import CoHostState


def belongings(session: Session, activity: Activity) -> Belongings:
    """All of an activity's."""
    found = Belongings()
    if route := _route(session, activity.id):
        found["route"] = route
    if ladder := backfill.ladder(session, activity.id):
        found["ladder"] = ladder.rungs
    if carrying := session.get(Carrying, activity.id):
        to_id = None if carrying.to_id == activity.id else carrying.to_id
        found["findings"] = {"to_id": to_id, "within_days": carrying.within_days}
    if hosts := _co_hosts(session, [activity.id]):
        found["co_hosts"] = hosts
    if (rule := company.rule_of(session, activity.id)) != Rule():
        found["company"] = CompanyKept(**asdict(rule))  # type: ignore[typeddict-item]  # the same fields, said twice
    return found


def _route(session: Session, activity_id: int) -> RouteKept | None:
    route = session.scalar(select(Route).where(Route.activity_id == activity_id))
    if route is None:
        return None
    stops = session.scalars(
        select(RouteStop)
        .where(RouteStop.route_id == route.id, RouteStop.off_at.is_(None))
        .order_by(RouteStop.position, RouteStop.id)
    )
    return {
        "at_once": route.at_once,
        "within_days": route.within_days,
        "stops": [{"place_id": one.place_id, "name": one.name, "checks": list(one.checks)} for one in stops],
    }


def _co_hosts(session: Session, activity_ids: Collection[int]) -> list[CoHostKept]:
    rows = [one for one, _name in partners.co_hosts(session, activity_ids) if one.state != CoHostState.DECLINED]
    roles = partners.roles_of(session, [one.id for one in rows])
    return [
        {"team_id": one.team_id, "partner_id": one.partner_id, "roles": [role.name for role in roles.get(one.id, ())]}
        for one in rows
    ]
